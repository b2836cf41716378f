"""What nobody has shown: said as plainly as what somebody has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ataraxy.core.evidence.answer import Forest
from ataraxy.core.evidence.choose import Choice, Exclusion, Reason, label_of
from ataraxy.core.evidence.study import (
    Activity,
    ArmRole,
    BiasDomain,
    Condition,
    Finding,
    GivenBy,
    Judgement,
    Seen,
    Study,
)

ROUTES = {
    GivenBy.IV: "intravenous",
    GivenBy.SC: "subcutaneous",
    GivenBy.IM: "intramuscular",
    GivenBy.NASAL: "nasal",
}
NAMES = {
    Condition.GAD: "generalised anxiety disorder",
    Condition.SAD: "social anxiety disorder",
    Condition.PTSD: "PTSD",
    Condition.PANIC: "panic disorder",
    Condition.OCD: "obsessive-compulsive disorder",
    Condition.DEPRESSION: "depression",
    Condition.ANXIETY: "anxiety across diagnoses",
    Condition.PAIN: "pain",
}
NO_TRIAL = (Reason.RETRACTED, Reason.UNCONTROLLED, Reason.SECONDARY, Reason.OVERLAP)
TOLD = (Finding.NEGATIVE, Finding.MIXED, Finding.POSITIVE)  # what found nothing is named first
FEW_PEOPLE = 100  # below it a pool is called small; a choice of this project


def missing_everywhere(condition: Condition, studies: Iterable[Study]) -> tuple[str, ...]:
    """What the whole base of one disorder lacks."""
    kept = [study for study in studies if study.retracted_on is None]
    return tuple(_missing(condition, kept))


def _missing(condition: Condition, studies: list[Study]) -> Iterator[str]:
    name = NAMES[condition]
    trials = [study for study in studies if study.randomised]
    if not trials:
        yield f"No randomised trial in {name}."
        return
    across = condition is Condition.ANXIETY
    alone = trials if across else [study for study in trials if study.conditions == (condition,)]
    for route in (GivenBy.IV, GivenBy.SC):
        if not any(_gave(study, route) for study in alone):
            yield f"No randomised trial of {ROUTES[route]} ketamine in {name}{'' if across else ' alone'}."
    if not any(arm.activity is Activity.PSYCHOACTIVE for study in trials for arm in study.arms):
        yield "No trial against something that is felt: people could tell what they had."
    if not any(harm.events or harm.share for study in trials for harm in study.harms if _known(harm)):
        yield f"No table of unwanted effects by arm was read from a trial in {name}: those shown are of other people."
    if not any(study.design.value == "maintenance" and study.randomised for study in studies):
        yield "No randomised trial of going on with ketamine: how long to treat is not known."


def _gave(study: Study, route: GivenBy) -> bool:
    return any(arm.role is ArmRole.EXPERIMENTAL and arm.route is route for arm in study.arms)


def _known(harm: object) -> bool:
    figures = [getattr(harm, name) for name in ("events", "share")]
    return any(one is not None and one.seen is not Seen.RECALLED for one in figures)


def missing_here(
    choice: Choice, forests: tuple[Forest, ...], studies: Iterable[Study] = ()
) -> tuple[str, ...]:
    """What one pool lacks. ``studies``: those that were chosen among, for what the others found."""
    return tuple(_of_pool(choice, forests, {one.id: one for one in studies}))


def alone(excluded: Iterable[Exclusion], studies: Mapping[str, Study]) -> str:
    """What stands beside the only study of a pool: trials whose numbers were not seen may have found otherwise.

    Nobody is said not to have repeated it: a trial that gave no number of this kind may have.
    """
    others = [one for one in excluded if one.reason not in NO_TRIAL]
    if not others:
        return "No other trial of what was asked stands in the base."
    found = {one.label: studies[one.study].finding for one in others if one.study in studies}
    told = ((finding, [label for label, its in found.items() if its is finding]) for finding in TOLD)
    words = "; ".join(f"{finding.value}: {', '.join(labels)}" for finding, labels in told if labels)
    return f"No other trial's numbers of this kind were seen{f'; {words}' if words else ''}."


def _of_pool(choice: Choice, forests: tuple[Forest, ...], studies: Mapping[str, Study]) -> Iterator[str]:
    k = len(choice.taken)
    if k == 0:
        yield "No study can be pooled for this question."
    elif k == 1:
        yield f"One study only: nothing can be pooled. {alone(choice.excluded, studies)}"
    if choice.question.condition is Condition.ANXIETY and k:
        yield "Different disorders are put together: what holds for all may hold for none of them."
    people = forests[0].people
    if people is not None and people < FEW_PEOPLE:
        yield f"{people} people in all."
    unseen = [one for one in choice.excluded if one.reason is Reason.NO_NUMBERS]
    if unseen:
        names = ", ".join(one.label for one in unseen)
        yield f"Their numbers were not seen, so they are in no pool, whatever they found: {names}."
    unsure = sorted({row.label for one in forests for row in one.rows if row.seen is Seen.INFERRED})
    if unsure:
        yield f"Inferred, not read, and to be confirmed in the paper: {', '.join(unsure)}."
    hours = [one for one in choice.taken if one.outcome.hour is None]
    if hours:
        yield f"At which hour was not seen: {', '.join(label_of(one.study) for one in hours)}."
    felt = [one for one in choice.taken if _unblinded(one.study)]
    if felt:
        yield f"People could tell what they had: {', '.join(label_of(one.study) for one in felt)}."


def _unblinded(study: Study) -> bool:
    return any(one.domain is BiasDomain.UNBLINDING and one.judgement is Judgement.HIGH for one in study.bias)
