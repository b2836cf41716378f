"""The shipped protocol texts, to be broken one mutation at a time."""

from __future__ import annotations

from importlib.resources import files

import pytest

PROTOCOLS = files("ataraxy.catalog") / "protocols"


@pytest.fixture(scope="session")
def texts() -> dict[str, str]:
    """The text of each shipped protocol, by id."""
    return {
        path.name.removesuffix(".toml"): path.read_text(encoding="utf-8")
        for path in PROTOCOLS.iterdir()
        if path.name.endswith(".toml")
    }
