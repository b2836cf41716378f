"""What a protocol is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ataraxy.core.protocol.cautions import Cautions
from ataraxy.core.protocol.limits import SafetyLimits
from ataraxy.core.protocol.sources import Source
from ataraxy.core.scales.types import Instrument


@dataclass(frozen=True, slots=True)
class Library:
    """The rest of the catalog."""

    sources: Mapping[str, Source]
    instruments: Mapping[str, Instrument]
    cautions: Cautions
    limits: SafetyLimits
