"""What arrived, as its page shows it: who brought it, what of the file was doubtful, and what accepting it would change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from ataraxy.catalog.studies import studies as shipped_studies
from ataraxy.clinic.context import Context
from ataraxy.clinic.evidence.base import Base
from ataraxy.clinic.evidence.local import accepted, arrivals_of
from ataraxy.clinic.evidence.pictures import on_scale
from ataraxy.clinic.evidence.words import CONDITIONS, MEASURES, day_words
from ataraxy.clinic.figures.effect_axis import estimate_words
from ataraxy.clinic.people.models import Staff
from ataraxy.core.errors import CatalogError
from ataraxy.core.evidence import answer as a
from ataraxy.core.evidence.arrivals import Arrival, Decision, RetractionReported, StudyArrived
from ataraxy.core.evidence.choose import label_of
from ataraxy.core.evidence.difference import Change, Difference, differences
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.pool_difference import ANY_HOUR, PoolChange, pool_changes
from ataraxy.core.evidence.same_people import shared_names
from ataraxy.core.evidence.study import Measure, Study
from ataraxy.core.evidence.study_consistency import findings_of_study

KEPT = 32
CHANGES = {Change.ADDED: "comes", Change.REMOVED: "goes", Change.CHANGED: "changes"}
ANALYSES = {
    a.Analysis.PAIRED: "people beside themselves",
    a.Analysis.INDEPENDENT: "as if of different people",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list."""

    id: UUID
    label: str
    what: str
    file: str
    by: str
    day: str
    standing: str
    kind: str  # of a status


@dataclass(frozen=True, slots=True)
class Decided:
    words: str
    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """One pooled estimate, before and after."""

    pool: str
    before: str
    after: str
    studies: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What accepting it would change. ``doubts`` stand before everything else."""

    doubts: tuple[str, ...]
    moved: tuple[Moved, ...]  # at any hour, by the method that is read first
    moved_too: tuple[Moved, ...]  # by the other methods, and at one hour
    too_few: int  # pools it enters that stay without a number
    unchanged: int
    left_out: tuple[str, ...]  # of which pools it stays out, and why
    differences: tuple[tuple[str, str, str], ...]  # what, before, after
    findings: tuple[str, ...]  # numbers that disagree with themselves


@dataclass(frozen=True, slots=True)
class ArrivalShown:
    line: Line
    about: tuple[tuple[str, str], ...]
    decisions: tuple[Decided, ...]
    seen: int  # how many decisions there are: what a page that decides has seen
    stands: bool
    effect: (
        Effect | None
    )  # None: what is told to be taken back is not in the base, or the text cannot be read


def lines_of(ctx: Context) -> tuple[Line, ...]:
    """Everything that arrived, what waits for a decision first."""
    every = arrivals_of(ctx)
    names = _names(ctx, every)
    ordered = sorted(every, key=lambda one: one.decided is not None)  # stable: newest first within
    return tuple(_line(one, names) for one in ordered)


def arrival_shown(ctx: Context, one: Arrival, base: Base) -> ArrivalShown:
    names = _names(ctx, [one])
    return ArrivalShown(
        line=_line(one, names),
        about=_about(one, base),
        decisions=tuple(_decided(each, names) for each in one.decisions),
        seen=len(one.decisions),
        stands=one.stands,
        effect=effect_of(one, base),
    )


def _names(ctx: Context, every: Iterable[Arrival]) -> Mapping[UUID | None, str]:
    people = [who for one in every for who in (one.brought_by, *(made.by for made in one.decisions))]
    wanted = {who for who in people if who is not None}
    return {s.id: s.name for s in Staff.objects.filter(clinic=ctx.clinic, id__in=wanted)}


def _line(one: Arrival, names: Mapping[UUID | None, str]) -> Line:
    waits = ("waits for a decision", "unknown")
    standing, kind = (
        waits if one.decided is None else ("accepted", "met") if one.stands else ("kept out", "not-met")
    )
    what = one.what
    return Line(
        id=one.id,
        label=what.study,
        what="Taken back" if isinstance(what, RetractionReported) else "Study",
        file=what.file if isinstance(what, StudyArrived) else what.where,
        by=names.get(one.brought_by, "a person of this clinic"),
        day=day_words(one.at.date()),
        standing=standing,
        kind=kind,
    )


def _decided(one: Decision, names: Mapping[UUID | None, str]) -> Decided:
    done = "Accepted" if one.accepted else "Kept out"
    return Decided(
        f"{done} by {names.get(one.by, 'a person of this clinic')}, {day_words(one.at.date())}", one.reason
    )


def _about(one: Arrival, base: Base) -> tuple[tuple[str, str], ...]:
    what = one.what
    if isinstance(what, RetractionReported):
        held = base.studies.get(what.study)
        told: tuple[tuple[str, str], ...] = (
            ("Study", label_of(held) if held is not None else what.study),
            ("Taken back on", day_words(what.retracted_on)),
            ("By whom, and why", what.words),
            ("To read at", what.where),
        )
    else:
        told = (("Study", what.study), ("Out of", what.file), ("SHA-256 of the file", what.sha256))
    return tuple((name, words) for name, words in told if words)


@lru_cache(maxsize=KEPT)
def effect_of(one: Arrival, base: Base) -> Effect | None:
    """What accepting it would change in the base as it stands now; of an accepted one, what it did change."""
    before = dict(base.studies)
    if one.stands:  # beside the base without it
        shipped = shipped_studies().get(one.what.study)
        before.pop(one.what.study, None)
        before |= {shipped.id: shipped} if shipped is not None else {}
    try:
        study = accepted(one, before)
    except CatalogError:
        return None
    if study is None:
        return None
    after = {**before, study.id: study}
    pools = pool_changes(before, after)
    told = [each for each in pools.changed if _has_number(each)]
    first = _read_first(told)
    notes = one.what.notes if isinstance(one.what, StudyArrived) else ()
    return Effect(
        doubts=tuple(dict.fromkeys((*_goes_out(told, after), *_doubts(study, before, one), *notes))),
        moved=tuple(_moved(each, after) for each in first),
        moved_too=tuple(_moved(each, after) for each in told if each not in first),
        too_few=len(pools.changed) - len(told),
        unchanged=pools.unchanged,
        left_out=tuple(dict.fromkeys(f"{label_of(after[x.study])}: {x.words}" for x in pools.left_out)),
        differences=tuple(_difference(each) for each in differences(before, after)),
        findings=tuple(found.words for found in findings_of_study(study)),
    )


def _doubts(study: Study, before: Mapping[str, Study], one: Arrival) -> list[str]:
    """What a person must have weighed before they accept it: H-057, H-070."""
    said = (
        []
        if one.is_retraction or study.id not in before
        else [f"It stands in the place of {study.id} of the base."]
    )
    for other in before.values():
        shared = shared_names(study, other)
        if shared and other.id != study.id:
            gone = f", which was retracted on {day_words(other.retracted_on)}" if other.retracted_on else ""
            said.append(
                f"It shares {', '.join(shared)} with {label_of(other)}{gone}: the same people are counted once."
            )
    return said


def _has_number(one: PoolChange) -> bool:
    return isinstance(one.before, a.Shown) or isinstance(one.after, a.Shown)


def _read_first(changed: Iterable[PoolChange]) -> list[PoolChange]:
    """Of each pool at any hour, the first way it was put together: what is read first."""
    first: dict[tuple[object, ...], PoolChange] = {}
    for one in changed:
        name = one.name
        if name.window == ANY_HOUR:
            first.setdefault((name.condition, name.measure, name.instrument, name.analysis), one)
    return list(first.values())


def _goes_out(changed: Iterable[PoolChange], after: Mapping[str, Study]) -> Iterator[str]:
    """Who no longer stands in a pool: a trial that somebody read must not leave unseen (H-070)."""
    gone: dict[str, int] = {}
    for one in changed:
        for key in set(one.studies_before) - set(one.studies_after):
            gone[key] = gone.get(key, 0) + 1
    for key, count in sorted(gone.items()):
        label = label_of(after[key]) if key in after else key
        yield f"{label} goes out of {count} pooled number{'s' if count > 1 else ''}."


def _moved(one: PoolChange, after: Mapping[str, Study]) -> Moved:
    name = one.name
    measure = f"{MEASURES[name.measure]}{f', {name.instrument}' if name.instrument else ''}"
    pool = f"{CONDITIONS[name.condition]}: {measure}, {name.window}; {ANALYSES[name.analysis]}; {name.method}"
    came = [
        label_of(after[key]) for key in one.studies_after if key not in one.studies_before and key in after
    ]
    went = [
        label_of(after[key]) for key in one.studies_before if key not in one.studies_after and key in after
    ]
    told = "; ".join(
        filter(
            None,
            (f"comes in: {', '.join(came)}" if came else "", f"goes out: {', '.join(went)}" if went else ""),
        )
    )
    return Moved(pool, _side(one.before, name.measure), _side(one.after, name.measure), told)


def _side(result: a.Shown | TooFew | None, measure: Measure) -> str:
    if result is None:
        return "no such pool"
    if isinstance(result, TooFew):
        return str(result)
    value, low, high = (on_scale(x, measure) for x in (result.value, result.low, result.high))
    return estimate_words(value, low, high, is_ratio=measure.is_ratio)


def _difference(one: Difference) -> tuple[str, str, str]:
    where = f"{CHANGES[one.change]}: {one.path}" if one.path else CHANGES[one.change]
    return where, f"{one.before}" if one.before else "", f"{one.after}" if one.after else ""
