"""The largest dose, or the fastest infusion, under which a stated share of people stays within a limit.

Bisection in the same virtual people at every step, so that the share can only fall as the dose rises: the answer does
not jump about with the draws.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.effect import names_of
from ataraxy.core.proportion import Proportion, wilson
from ataraxy.core.protocol.types import Comparison, Status
from ataraxy.engine.lines import Bound, Line
from ataraxy.engine.run import Outcome, run
from ataraxy.engine.tally import Tally
from ataraxy.engine.work import Work, analytes_of, endpoints_of

WISH = re.compile(r"^\s*([A-Za-z][A-Za-z-]*?)(-rise)?\s*(<=|>=|<|>)\s*([0-9.]+)\s*@\s*([0-9.]+)\s*%\s*$")
BROKEN_BY = {  # what a person must not do, by the sign of what they shall
    "<": Comparison.AT_LEAST,
    "<=": Comparison.ABOVE,
    ">": Comparison.AT_MOST,
    ">=": Comparison.BELOW,
}
EXAMPLE = 'Write for example "systolic<160@95%", "systolic-rise<20@90%" or "ketamine<=250@95%".'


@dataclass(frozen=True, slots=True)
class Wish:
    """``share`` of the people never break ``bound``; ``words`` as it was asked."""

    bound: Bound
    share: float
    words: str


def parse_wish(text: str) -> Wish:
    """What "systolic<160@95%" asks: at least 95 % of people stay below 160 from the dose to the last minute.

    Raises:
        InputRefused: it cannot be read.
    """
    found = WISH.match(text)
    if found is None:
        raise InputRefused(f"{text[:60]!r} names no limit and share.", EXAMPLE, "find")
    name, rise, sign, limit, share = found.groups()
    try:
        value, percent = float(limit), float(share)
    except ValueError:
        raise InputRefused(f"{text[:60]!r} holds no plain numbers.", EXAMPLE, "find") from None
    if not 0 < percent <= 100:
        raise InputRefused(
            f"A share of {percent:g} % is none.", "Give more than 0 and at most 100 %.", "find"
        )
    return Wish(Bound(name, BROKEN_BY[sign], value, rise is not None), percent / 100, text.strip())


class Verdict(StrEnum):
    FOUND = "found"
    NEVER = "never"  # even the gentlest that was tried breaks it for too many
    ALWAYS = "always"  # even the strongest that was tried keeps it
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Found:
    """``value``: the strongest that keeps the wish (the gentlest tried for NEVER); ``beyond``: the gentlest known to
    break it, within the tolerance of ``value`` when FOUND. ``kept``: people who keep it at ``value``.
    """

    verdict: Verdict
    value: float
    beyond: float | None
    kept: Proportion
    tries: int


@dataclass(frozen=True, slots=True)
class Scale:
    """What is varied: from ``gentle`` to ``strong`` (a larger number, or for a duration a smaller one)."""

    gentle: float
    strong: float
    within: float  # the answer's tolerance
    unit: str

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.gentle, self.strong, self.within))) or self.within <= 0:
            raise InputRefused("The range of the search is no range.", "Give finite numbers.", "find")


def find(
    make: Callable[[float], Work],
    wish: Wish,
    scale: Scale,
    *,
    go: Callable[[Work], Outcome[Tally]] = run,
    tried: Callable[[float, float], None] | None = None,
) -> Found:
    """The strongest dose or rate that keeps a wish.

    Args:
        make: the work of a value of the scale; the same people each time.
        wish: what most people shall keep.
        scale: where to look, and how closely.
        go: where it runs: ``run``, or a cluster.
        tried: called with each value tried and the share that kept the wish.

    Raises:
        InputRefused: the wish is about something the work does not tell.
    """
    tries = 0

    def kept_at(value: float) -> Proportion | None:
        nonlocal tries
        outcome = go(probe(make(value), wish))
        if not outcome.complete:
            return None
        tries += 1
        people = outcome.tally.people
        kept = wilson(people - int(outcome.tally.crossed[0]), people)
        if tried is not None:
            tried(value, kept.share or 0.0)
        return kept

    first = kept_at(scale.gentle)
    if first is None:
        raise KeyboardInterrupt
    if not _keeps(first, wish):
        return Found(Verdict.NEVER, scale.gentle, scale.gentle, first, tries)
    last = kept_at(scale.strong)
    if last is not None and _keeps(last, wish):
        return Found(Verdict.ALWAYS, scale.strong, None, last, tries)
    good, bad, kept = scale.gentle, scale.strong, last
    while kept is not None and abs(bad - good) > scale.within:
        middle = 0.5 * (good + bad)
        kept = kept_at(middle)
        if kept is not None and _keeps(kept, wish):
            good, first = middle, kept
        elif kept is not None:
            bad = middle
    verdict = Verdict.INTERRUPTED if kept is None else Verdict.FOUND
    return Found(verdict, good, None if last is None else bad, first, tries)


def _keeps(kept: Proportion, wish: Wish) -> bool:
    return kept.count >= (wish.share - 1e-12) * kept.of  # 7 of 100 are 7 %, whatever 0.07 rounds to


def probe(work: Work, wish: Wish) -> Work:
    """The same people and regimen, told by the wish alone: only the effects it needs are simulated.

    Raises:
        InputRefused: the model and its effects do not tell what is asked.
    """
    bound = wish.bound
    known = [*analytes_of(work.model), *endpoints_of(work.effects)]
    if bound.output not in known:
        raise InputRefused(
            f"{bound.output!r} is not predicted here.", f"Choose one of: {', '.join(known)}.", "find"
        )
    # An effect's draws go by its place: those before it stay, so that people are the same as elsewhere.
    names = names_of(work.effects)
    effects = work.effects[: names.index(bound.output) + 1] if bound.output in names else ()
    if bound.output in names and bound.output not in names_of(effects):
        effects = work.effects  # its namesake is needed to tell the two apart
    line = Line("wish", "find", wish.words, "", Status.PROPOSED, (bound,), work.at_min[0], work.at_min[-1])
    return replace(work, effects=effects, curves=(), figures=(), held=(line,), stay=None)
