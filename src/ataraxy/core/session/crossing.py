"""When a value crosses a limit of the protocol: it is written down then, whatever was written a moment before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal

from ataraxy.core.protocol.types import Limit, Measure, Protocol

BACK_AFTER = timedelta(seconds=10)  # a return inside the limits must not flicker with the probe

Limits = Mapping[Measure, tuple[Limit, ...]]


def limits_of(protocol: Protocol) -> Limits:
    """Every limit a value can cross: of the rules, of the checks before and of going home."""
    found: dict[Measure, tuple[Limit, ...]] = {}
    lines = (protocol.rules, protocol.cautions, protocol.arrival, protocol.discharge)
    for limit in (limit for kind in lines for line in kind for limit in line.limits):
        found[limit.measure] = (*found.get(limit.measure, ()), limit)
    return found


def crosses(mine: Iterable[Limit], before: Decimal | None, now: Decimal, later: timedelta) -> bool:
    """Past one of ``mine`` it had not crossed: at once. Back inside one: when it has been past it a little while.

    Args:
        before: what was written last; None: nothing was.
        later: how long after it ``now`` was measured.
    """
    if before == now:
        return False
    changed = False
    for limit in mine:
        holds, value = limit.comparison.holds, limit.value
        is_past, was = holds(now, value), before is not None and holds(before, value)
        if is_past and not was:
            return True
        changed = changed or is_past != was
    return changed and later >= BACK_AFTER
