"""One study as its page shows it: every number with how it was seen, and what was not seen left empty."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ataraxy.clinic.evidence.base import Base
from ataraxy.clinic.evidence.words import (
    ACTIVITIES,
    CARRYOVERS,
    CONDITIONS,
    DESIGNS,
    DOMAINS,
    FINDINGS,
    JUDGEMENTS,
    MEASURES,
    ROUTES,
    SEEN,
    drug_words,
    plain,
)
from ataraxy.clinic.people.cited import Cited, cited
from ataraxy.core.evidence.study import (
    Arm,
    BiasDomain,
    Figure,
    Form,
    Group,
    Harm,
    Outcome,
    Pairs,
    Reported,
    Seen,
    Study,
)
from ataraxy.core.protocol.types import Status


@dataclass(frozen=True, slots=True)
class Told:
    """A number with how it was seen; ``words`` empty where it was not seen."""

    words: str
    seen: str = ""
    note: str = ""
    before: str = ""  # what stands before it in its cell: "SD"


Cell = tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: a first column of names, then cells of numbers. Columns nobody has a number in are left out."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, Cell], ...]], ...]


@dataclass(frozen=True, slots=True)
class OutcomeShown:
    key: str
    label: str
    primary: bool
    about: str
    result: str
    grids: tuple[Grid, ...]


@dataclass(frozen=True, slots=True)
class BiasShown:
    domain: str
    words: str
    kind: str
    seen: str
    reason: str


def told(figure: Figure | None, unit: str = "", before: str = "") -> Cell:
    """One number as a cell; an empty one where it was not seen."""
    if figure is None:
        return ()
    return (Told(f"{plain(figure.value)}{unit}", figure.seen.value, figure.note, before),)


def facts_of(study: Study) -> tuple[Fact, ...]:
    """What the study was, in the order a reader asks."""
    carry = CARRYOVERS[study.carryover] if study.carryover is not None else ""
    found = (
        _fact("Disorders", ", ".join(CONDITIONS[c] for c in study.conditions)),
        _fact("Design", _design(study)),
        _fact("People", study.population),
        Fact("How many", told(study.n)),
        _fact("Found", FINDINGS[study.finding]),
        _fact("Where it stands", study.progress),
        Fact("Wash-out", told(study.washout_days, " days")),
        _fact("Carry-over", ". ".join(filter(None, (carry, study.carryover_note)))),
        _fact("Who left", study.attrition),
        _fact("Safety", study.safety),
        _fact("Paid for by", study.funding),
        _fact("Registered as", ", ".join(study.registrations)),
        _fact("DOI", study.doi),
        _fact("PMID", study.pmid),
        _fact("People shared with", study.cohort_id if study.cohort_id != study.id else ""),
        _fact("Note", study.note),
    )
    return tuple(fact for fact in found if fact.cell)


def _fact(label: str, words: str) -> Fact:
    return Fact(label, (Told(words),) if words else ())


def _design(study: Study) -> str:
    blind = ", blinded" if study.blinded else ""
    return f"{DESIGNS[study.design]}{', randomised' if study.randomised else ''}{blind}"


def arms_of(study: Study) -> Grid:
    rows = tuple((arm.label, _arm_cells(arm)) for arm in study.arms)
    return _grid("Arms", rows)


def _arm_cells(arm: Arm) -> tuple[tuple[str, Cell], ...]:
    comparator = f", {ACTIVITIES[arm.activity]}" if arm.activity is not None else ""
    return (
        ("Drug", (Told(f"{drug_words(arm)}{comparator}"),)),
        ("Route", (Told(ROUTES[arm.route]),) if arm.route is not None else ()),
        ("Dose", told(arm.dose, f" {arm.dose_unit}")),
        ("Over", told(arm.over_min, " min")),
        ("Doses", (*told(arm.doses), *((Told(arm.schedule),) if arm.schedule else ()))),
        ("Randomised", told(arm.randomised)),
        ("Completed", told(arm.completed)),
    )


def outcomes_of(study: Study) -> tuple[OutcomeShown, ...]:
    """Every outcome, the primary one first; each with whatever numbers were seen."""
    ordered = sorted(study.outcomes, key=lambda one: not one.primary)
    return tuple(
        OutcomeShown(one.key, one.label, one.primary, _about(one), one.result, _outcome_grids(study, one))
        for one in ordered
    )


def _about(one: Outcome) -> str:
    hour = (
        f"at {plain(one.hour.value)} h ({one.hour.seen.value})" if one.hour is not None else "hour not seen"
    )
    parts = (
        hour,
        one.definition,
        "change from before" if one.form is Form.CHANGE else "",
        "first period only" if one.first_period else "",
        "lower is better" if one.lower_is_better else "higher is better",
    )
    return "; ".join(filter(None, parts))


def _outcome_grids(study: Study, one: Outcome) -> tuple[Grid, ...]:
    labels = {arm.key: arm.label for arm in study.arms}
    grids = (
        _grid("By arm", tuple((labels.get(g.arm, g.arm), _group_cells(g)) for g in one.groups)),
        _grid("Pairs of a crossover", tuple(_pairs_row(pairs, labels) for pairs in one.pairs)),
        _grid("As printed", tuple(_reported_row(r, labels) for r in one.reported)),
        _grid("Pairing", (("Correlation", (("r", told(one.pairing_r)),)),) if one.pairing_r else ()),
    )
    return tuple(grid for grid in grids if grid.rows)


def _group_cells(group: Group) -> tuple[tuple[str, Cell], ...]:
    return (
        ("n", told(group.n)),
        ("Events", told(group.events)),
        ("Mean", told(group.mean)),
        ("SD", told(group.sd)),
        ("SE", told(group.se)),
        ("95 % interval", (*told(group.low), *told(group.high, before="to"))),
        ("Before", (*told(group.baseline_mean), *told(group.baseline_sd, before="SD"))),
    )


def _pairs_row(pairs: Pairs, labels: dict[str, str]) -> tuple[str, tuple[tuple[str, Cell], ...]]:
    experimental, control = labels.get(pairs.experimental, ""), labels.get(pairs.control, "")
    cells = (
        (f"Only {experimental}", told(pairs.experimental_only)),
        (f"Only {control}", told(pairs.control_only)),
        ("Both", told(pairs.both)),
        ("Neither", told(pairs.neither)),
    )
    return "People", cells


def reported_cells(one: Reported) -> tuple[tuple[str, Cell], ...]:
    """A printed estimate, number by number."""
    interval = f"{one.level * 100:g} % interval"
    return (
        ("Measure", (Told(MEASURES[one.measure] + (f", {one.unit}" if one.unit else "")),)),
        ("Estimate", told(one.estimate)),
        ("SE", told(one.se)),
        (interval, (*told(one.low), *told(one.high, before="to"))),
        ("z", told(one.z)),
        ("p", told(one.p)),
        ("Note", (Told(one.note),) if one.note else ()),
    )


def _reported_row(one: Reported, labels: dict[str, str]) -> tuple[str, tuple[tuple[str, Cell], ...]]:
    between = " beside ".join(labels.get(key, key) for key in (one.experimental, one.control) if key)
    return one.contrast or between or "Printed", reported_cells(one)


def harms_grid(study: Study) -> Grid:
    labels = {arm.key: arm.label for arm in study.arms}
    rows = tuple(
        (f"{harm.label}, {labels.get(harm.arm, harm.arm)}", _harm_cells(harm)) for harm in study.harms
    )
    return _grid("Unwanted effects", rows)


def _harm_cells(harm: Harm) -> tuple[tuple[str, Cell], ...]:
    return (
        ("Had it", told(harm.events)),
        ("Of", told(harm.at_risk)),
        ("Share as printed", told(harm.share, " %")),
    )


def bias_of(study: Study) -> tuple[BiasShown, ...]:
    """Every domain; one nobody judged is said to be that."""
    judged = {one.domain: one for one in study.bias}
    return tuple(
        BiasShown(
            DOMAINS[domain],
            *JUDGEMENTS[judged[domain].judgement],
            seen=judged[domain].seen.value,
            reason=judged[domain].reason,
        )
        if domain in judged
        else BiasShown(DOMAINS[domain], "Not judged", "", "", "Nobody has judged it from what was seen.")
        for domain in BiasDomain
    )


def _grid(caption: str, rows: tuple[tuple[str, tuple[tuple[str, Cell], ...]], ...]) -> Grid:
    names = list(dict.fromkeys(name for _, cells in rows for name, _ in cells))
    kept = [name for name in names if any(cell for _, cells in rows for n, cell in cells if n == name)]
    shown = tuple((first, tuple((name, dict(cells).get(name, ())) for name in kept)) for first, cells in rows)
    return Grid(caption, tuple(kept), shown if kept else ())


def how_seen(cells: Iterable[Seen]) -> tuple[tuple[str, str], ...]:
    """The words a page uses for how numbers were seen, with what each means."""
    used = set(cells)
    return tuple((seen.value, SEEN[seen]) for seen in Seen if seen in used or not used)


def source_cited(base: Base, key: str) -> Cited:
    """The source of a study, one that came with a local study too."""
    own = base.sources.get(key)
    if own is None:
        return cited(key, Status.TRIAL)
    return Cited(
        own.title, Status.UNVERIFIED.value, own.url or (f"https://doi.org/{own.doi}" if own.doi else "")
    )
