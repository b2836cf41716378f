"""The instruments of the catalog."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ataraxy.catalog.load import instruments
from ataraxy.core.scales.types import Instrument


@pytest.fixture(scope="session")
def scales() -> Mapping[str, Instrument]:
    return instruments()
