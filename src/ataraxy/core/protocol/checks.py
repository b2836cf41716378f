"""Everything that can be wrong with a protocol, though it has the right shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ataraxy.core.protocol.cautions import Cautions
from ataraxy.core.protocol.limits import SafetyLimits
from ataraxy.core.protocol.problem import Problem
from ataraxy.core.protocol.sources import Source
from ataraxy.core.protocol.types import Protocol
from ataraxy.core.scales.types import Instrument


@dataclass(frozen=True, slots=True)
class Library:
    """What a protocol is compared with."""

    sources: Mapping[str, Source]
    instruments: Mapping[str, Instrument]
    cautions: Cautions
    limits: SafetyLimits


def problems_of(protocol: Protocol, library: Library) -> tuple[Problem, ...]:
    """Every problem, in the order of care."""
    return ()
