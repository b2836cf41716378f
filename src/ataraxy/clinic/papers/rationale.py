"""The printed rationale for one patient: the evidence that fits them, its limits, the approval status, references."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ataraxy.catalog.load import sources
from ataraxy.clinic.context import Context
from ataraxy.clinic.evidence.asked import Asked
from ataraxy.clinic.evidence.base import Base
from ataraxy.clinic.evidence.beside_page import BesideShown
from ataraxy.clinic.evidence.disorder_page import PRESSURE, Page, page_of
from ataraxy.clinic.evidence.effect_words import sentence
from ataraxy.clinic.evidence.findings import FindingShown
from ataraxy.clinic.evidence.listed import SIGNS
from ataraxy.clinic.evidence.local import base_of
from ataraxy.clinic.evidence.of_hundred import Hundred
from ataraxy.clinic.evidence.pictures import GREY, TOLD_HARMS, by_hour, harms_of
from ataraxy.clinic.evidence.pool_page import Headline, PoolShown, forest_on_paper
from ataraxy.clinic.evidence.queries import listed_for, studies_of
from ataraxy.clinic.evidence.words import (
    DESIGNS,
    FINDINGS,
    ROUTES,
    arms_in_short,
    day_words,
    n_words,
    plain,
)
from ataraxy.clinic.figures import effect_by_hour
from ataraxy.clinic.figures.evidence import EffectByHour, HarmRow
from ataraxy.clinic.figures.harms import rate_words, study_words
from ataraxy.clinic.paper import pdf
from ataraxy.clinic.papers import source
from ataraxy.clinic.people.describe import disorder_name
from ataraxy.clinic.people.models import Patient
from ataraxy.core.evidence.choose import label_of
from ataraxy.core.evidence.study import ArmRole, Condition, Design, GivenBy, Study
from ataraxy.core.protocol.sources import Source
from ataraxy.core.protocol.types import Approval, Disorder, Protocol, Route

GIVEN_BY: dict[Route, GivenBy] = {
    Route.IV_INFUSION: GivenBy.IV,
    Route.SUBCUTANEOUS: GivenBy.SC,
    Route.INTRAMUSCULAR: GivenBy.IM,
    Route.NASAL: GivenBy.NASAL,
}
NOT_OF_ONE = (
    "These are averages over groups. They do not say what will happen to this person; what this person's own scores do "
    "after each session says more."
)
SMALL = (
    "A pooled number from a few dozen people is not a certainty: the interval says how far off it may be, and one "
    "larger trial may overturn it."
)


@dataclass(frozen=True, slots=True)
class Treatment:
    """What is planned for this patient: the version, and for which disorder."""

    protocol: Protocol
    disorder: Disorder


def rationale(ctx: Context, patient: Patient, treatment: Treatment) -> bytes:
    """The PDF."""
    return pdf(source("rationale"), rationale_values(ctx, patient, treatment))


def rationale_values(ctx: Context, patient: Patient, treatment: Treatment) -> dict[str, Any]:
    """Everything on the paper, as words."""
    condition = Condition(treatment.disorder.value)
    route = GIVEN_BY[treatment.protocol.dose.route]
    base = base_of(ctx)
    every = page_of(Asked(condition, base=base))
    near = page_of(Asked(condition, route=route, base=base)) if _has_route(condition, route, base) else None
    same = near is not None and _rows(near) == _rows(every)
    own = [one for one in studies_of(condition, base) if _is_own(one)]
    gone = [one for one in listed_for(condition, base) if one.retracted_on]
    when = f"{ctx.today:%-d %B %Y, %H:%M}"
    signer = ctx.signer()
    harms = _harms(every, base)
    return {
        "clinic": patient.clinic.name,
        "foot": f"{patient.record_number}. Printed {when} by {signer.name}.",
        "facts": _facts(patient, treatment, route, f"{when}, by {signer.name} ({_roles(signer.roles)})"),
        "approval": _approval(treatment.protocol),
        "route": ROUTES[route],
        "by_route": _by_route(near, route),
        "findings_of": f"by the same route ({ROUTES[route]})"
        if near
        else f"by any route; none gave it {ROUTES[route]}",
        "findings": [_finding(one) for one in (near or every).findings],
        "why": _why((near or every).findings),
        "of_several": _of_several(every if same or near is None else near, every),
        "near": _pools(every if same else near) if near else [],
        "every": [] if same else _pools(every),
        "printed": _printed(every),
        "same": same,
        "studies": [_study(one, treatment, route, base) for one in own],
        "taken_back": [_taken_back(one) for one in gone],
        "harms": harms,
        "safety": [list(pair) for pair in every.answer.safety],
        "hours": _hours(every),
        "limits": _limits(every),
        "flags": _flags(every),
        "references": references(_cited(every, (*own, *gone), base), base),
        "picture": str(forest_on_paper(Asked(condition, base=base), every.answer.pools[0]))
        if every.pools
        else "",
        "picture_title": every.pools[0].title if every.pools else "",
    }


def _by_route(near: Page | None, route: GivenBy) -> str:
    """Where the same route has no number: whether anybody gave it so at all, and what that means for what follows."""
    if near is not None and _rows(near):
        return ""
    if near is None:
        return (
            f"No study of this disorder gave ketamine by this route ({ROUTES[route]}). What follows is of other routes; "
            "whether it holds for this one is not known."
        )
    return (
        f"Studies of this disorder gave ketamine by this route ({ROUTES[route]}), but none has a number that can be pooled. "
        "Whether what other routes showed holds for this one is not known."
    )


def _of_several(near: Page, every: Page) -> list[str]:
    """What several pools lack, by this route or by any, each once."""
    told = dict.fromkeys((*near.of_several, *every.of_several))
    return [f"{words} ({'; '.join(titles)})" for words, titles in told]


def _finding(one: FindingShown) -> dict[str, Any]:
    """One line of the summary of findings."""
    effect = f"{one.effect}; {one.interval}; {one.side}" if one.is_seen else one.effect
    return {
        "outcome": one.outcome,
        "effect": effect,
        "hundred": " ".join(one.hundred) or "not known",
        "of": one.of,
        "sure": one.sure,
        "comment": one.comment,
    }


def _why(findings: Iterable[FindingShown]) -> list[list[str]]:
    """Why each outcome is no surer; outcomes with the same reasons share them."""
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for one in findings:
        if one.why:
            found.setdefault((one.sure, one.why), []).append(one.outcome)
    return [
        [f"{'; '.join(outcomes)}: {sure.lower()}", " ".join(why)] for (sure, why), outcomes in found.items()
    ]


def _rows(page: Page) -> set[str]:
    """The studies that any pool of a page holds."""
    return {row.study for pool in page.answer.pools for forest in pool.forests for row in forest.rows}


def _harms(page: Page, base: Base) -> list[list[str]]:
    """One line an effect and study, its arms beside each other; other people's only where this disorder has none."""
    drawn = harms_of(page.answer, base.studies).rows
    own = {row.effect.split(",")[0] for row in drawn if not row.people and not _only_remembered(row)}
    kept = [row for row in drawn if not row.people or row.effect.split(",")[0] not in own]
    return [
        *([row.effect, study_words(row), _arms(row)] for row in kept if row.key != PRESSURE),
        *_pressure([row for row in kept if row.key == PRESSURE]),
    ]


def _arms(row: HarmRow) -> str:
    return "; ".join(f"{rate.arm}: {rate_words(rate)}" for rate in row.rates)


def _pressure(rows: Iterable[HarmRow]) -> Iterator[list[str]]:
    """One line a study: what is raised is told in many ways, and each stays told."""
    by_study: dict[str, list[str]] = {}
    for row in rows:
        by_study.setdefault(study_words(row), []).append(f"{row.effect}: {_arms(row)}")
    yield from (["Raised blood pressure", study, ". ".join(told)] for study, told in by_study.items())


def _only_remembered(row: HarmRow) -> bool:
    """H-058: what is only remembered displaces nothing that was read."""
    return all(rate.unsure for rate in row.rates)


def _flags(page: Page) -> list[str]:
    """Whose numbers disagree with themselves, once each; every finding stands on the pages."""
    first = {flag.label: flag for flag in reversed(page.answer.flags)}
    count = Counter(flag.label for flag in page.answer.flags)
    return [
        f"{label}, {flag.what}: {flag.words}" + (f" ({count[label] - 1} more.)" if count[label] > 1 else "")
        for label, flag in sorted(first.items())
    ]


def _cited(page: Page, studies: Iterable[Study], base: Base) -> Iterator[str]:
    """The sources of everything the paper names."""
    yield from (study.source for study in studies)
    yield from (base.reviews[one.review].source for pool in page.pools for one in pool.published)
    told = {one.study for one in page.answer.harms if one.harm.effect in TOLD_HARMS}
    told |= {study.id for study in base.studies.values() if label_of(study) in dict(page.answer.safety)}
    yield from (base.studies[one].source for one in sorted(told))


def _has_route(condition: Condition, route: GivenBy, base: Base) -> bool:
    return any(arm.route is route for study in studies_of(condition, base) for arm in study.arms)


def _roles(roles: Iterable[str]) -> str:
    return ", ".join(roles)


def _facts(patient: Patient, treatment: Treatment, route: GivenBy, printed: str) -> list[list[str]]:
    protocol = treatment.protocol
    indication = protocol.indication(treatment.disorder)
    doses = indication.course.doses_mg_per_kg if indication else ()
    steps = " to ".join(dict.fromkeys(plain(d) for d in (min(doses), max(doses)))) if doses else ""
    many = f"{len(doses)} session{'s' if len(doses) != 1 else ''}"
    return [
        ["Patient", f"{patient.full_name}, born {patient.birth_date:%-d %B %Y}"],
        ["Record number", patient.record_number],
        ["Disorder", disorder_name(treatment.disorder.value)],
        ["Protocol", f"{protocol.title}, version {protocol.version}"],
        ["Route and dose", f"{ROUTES[route]}, {steps} mg/kg, {many}" if doses else ROUTES[route]],
        ["Printed", printed],
    ]


def _approval(protocol: Protocol) -> list[str]:
    words = "Off-label" if protocol.approval is Approval.OFF_LABEL else "On-label"
    return [f"{words} ({protocol.jurisdiction})", protocol.approval_note]


def _pools(page: Page) -> list[dict[str, Any]]:
    """Every question with a number, or something of its own to say; what several lack is said once."""
    return [_pool(one) for one in page.pools if one.headlines or one.own_missing]


def _pool(one: PoolShown) -> dict[str, Any]:
    """Our own pool, with everything that must be known before believing it (H-058)."""
    sure = [one.sure.words, one.sure.for_patient, *one.sure.why] if one.sure else []
    return {
        "title": one.title,
        "numbers": [_number(h) for h in one.headlines],
        "hundred": [_hundred(line) for line in one.of_hundred],
        "sure": sure,
        "no_sure": one.no_sure,
        "differ": one.why_they_differ,
        "caveats": list(dict.fromkeys(filter(None, (*one.own_missing, one.why_first, *one.warnings)))),
    }


def _hundred(one: Hundred) -> str:
    which = f"{one.analysis}: " if one.analysis else ""
    about = "" if "100 people" in one.words else "Of 100 people: "
    return f"{which}{about}{one.words} {sentence(one.basis).rstrip('.')}."


def _printed(page: Page) -> list[dict[str, Any]]:
    """What reviews printed, whatever the route: never among what one route showed."""
    told = [(one.title, [_published(p) for p in one.published if not p.retracted]) for one in page.pools]
    told.append(
        ("In points of another scale, or of one that was not seen", [_published(p) for p in page.apart])
    )
    return [{"title": title, "lines": lines} for title, lines in told if lines]


def _hours(page: Page) -> list[dict[str, Any]]:
    """Each scale by itself, with its name and which side of no effect is the better one."""
    return [
        {
            "title": one.title,
            "side": f"Below {_none(one)} {one.low_side}, above it {one.high_side}.",
            "words": one.words.replace(GREY, "").strip(),  # nothing is drawn here
            "columns": list(effect_by_hour.table(one).columns),
            "rows": [list(row) for row in effect_by_hour.table(one).rows],
        }
        for one in by_hour(page.answer)
    ]


def _none(one: EffectByHour) -> str:
    return "1" if one.is_ratio else "0"


def _number(one: Headline) -> str:
    others = "".join(f" {words}." for words in one.others)
    return f"{one.label}: {one.value} ({one.interval}; {one.side}), from {one.of}. {one.note.rstrip('.')}.{others}"


def _published(one: BesideShown) -> str:
    wrong = " Its numbers disagree with themselves: see below." if one.flags else ""
    whose = f" {sentence(one.scope)}." if one.scope else ""
    return f"{one.label}: {one.contrast}; {one.measure}: {one.printed}; {one.side}.{whose}{wrong}"


def _is_own(study: Study) -> bool:
    return study.retracted_on is None and study.design is not Design.SECONDARY


def _study(study: Study, treatment: Treatment, route: GivenBy, base: Base) -> dict[str, Any]:
    """One study, and in what it fits this patient's plan."""
    gave, against = arms_in_short(study)
    indication = treatment.protocol.indication(treatment.disorder)
    planned = set(indication.course.doses_mg_per_kg) if indication else set()
    arms = [arm for arm in study.arms if arm.role is ArmRole.EXPERIMENTAL and arm.route is route]
    same_dose = any(
        arm.dose is not None and arm.dose_unit == "mg/kg" and arm.dose.value in planned for arm in arms
    )
    fits = ", ".join(filter(None, ("route" if arms else "", "dose" if same_dose else ""))) or "neither"
    results = [one.result for one in sorted(study.outcomes, key=lambda o: not o.primary) if one.result]
    return {
        "label": label_of(study),
        "n": n_words(study),
        "design": DESIGNS[study.design],
        "gave": f"{gave}; against {against}",
        "found": f"{SIGNS[study.finding]} {FINDINGS[study.finding]}",
        "local": base.local_words(study.id),
        "result": results[0] if results else study.progress or "not seen",
        "fits": fits,
    }


def _taken_back(study: Study) -> list[str]:
    assert study.retracted_on is not None
    return [label_of(study), f"retracted {day_words(study.retracted_on)}", study.retraction]


def _limits(page: Page) -> list[str]:
    unsure = [SMALL, NOT_OF_ONE]
    return [*page.missing, *unsure]


def references(keys: Iterable[str], base: Base) -> list[str]:
    """Each source as a reference, by author."""
    known = {**sources(), **base.sources}
    found = [known[key] for key in dict.fromkeys(keys) if key in known]
    return [reference(one) for one in sorted(found, key=lambda s: (s.authors.casefold(), s.year or 0))]


def reference(one: Source) -> str:
    year = f" ({one.year})" if one.year else ""
    where = f" {one.where.rstrip('.')}." if one.where else ""
    address = f" doi:{one.doi}" if one.doi else f" PMID {one.pmid}" if one.pmid else ""
    gone = f" RETRACTED {day_words(one.retracted_on)}." if one.retracted_on else ""
    read = {"secondary": " (read in somebody's account of it)", "recalled": " (not read)"}
    return f"{one.authors}{year}. {one.title}.{where}{address}{gone}{read.get(one.read.value, '')}"
