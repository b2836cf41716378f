"""The evidence in the clinic's words: disorders, designs, doses, and how a number was seen."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ataraxy.core.evidence.study import (
    Activity,
    Arm,
    ArmRole,
    BiasDomain,
    Carryover,
    Condition,
    Design,
    Figure,
    Finding,
    GivenBy,
    Judgement,
    Measure,
    Seen,
    Study,
)

CONDITIONS: dict[Condition, str] = {
    Condition.GAD: "Generalised anxiety disorder",
    Condition.SAD: "Social anxiety disorder",
    Condition.PTSD: "Posttraumatic stress disorder",
    Condition.PANIC: "Panic disorder",
    Condition.OCD: "Obsessive-compulsive disorder",
    Condition.DEPRESSION: "Depression",
    Condition.ANXIETY: "All anxiety",
    Condition.PAIN: "Chronic pain",
}
DESIGNS: dict[Design, str] = {
    Design.PARALLEL: "parallel groups",
    Design.CROSSOVER: "crossover",
    Design.OPEN: "open, nobody randomised",
    Design.MAINTENANCE: "maintenance, nobody randomised",
    Design.SECONDARY: "further analysis of people counted elsewhere",
    Design.COHORT: "real-world cohort, nobody randomised",
}
FINDINGS: dict[Finding, str] = {
    Finding.POSITIVE: "positive",
    Finding.NEGATIVE: "negative",
    Finding.MIXED: "mixed",
    Finding.NOT_SEEN: "result not seen",
}
ACTIVITIES: dict[Activity, str] = {
    Activity.INERT: "inert comparator",
    Activity.PSYCHOACTIVE: "psychoactive comparator",
    Activity.OTHER_ACTIVE: "other active comparator",
}
ROUTES: dict[GivenBy, str] = {
    GivenBy.IV: "IV",
    GivenBy.SC: "SC",
    GivenBy.IM: "IM",
    GivenBy.NASAL: "nasal",
    GivenBy.SUBLINGUAL: "sublingual",
    GivenBy.ORAL: "oral",
}
MEASURES: dict[Measure, str] = {
    Measure.MD: "Mean difference",
    Measure.SMD: "Standardised mean difference",
    Measure.OR: "Odds ratio",
    Measure.RR: "Risk ratio",
    Measure.RD: "Risk difference",
    Measure.HR: "Hazard ratio",
}
DOMAINS: dict[BiasDomain, str] = {
    BiasDomain.RANDOMISATION: "Randomisation",
    BiasDomain.PERIOD: "Period and carry-over",
    BiasDomain.DEVIATIONS: "Deviations from what was planned",
    BiasDomain.MISSING: "Missing data",
    BiasDomain.MEASUREMENT: "Measurement",
    BiasDomain.SELECTION: "Selective reporting",
    BiasDomain.UNBLINDING: "Functional unblinding: could people tell what they were given?",
}
JUDGEMENTS: dict[Judgement, tuple[str, str]] = {  # words, kind of status
    Judgement.LOW: ("Low", "met"),
    Judgement.SOME_CONCERNS: ("Some concerns", "unknown"),
    Judgement.HIGH: ("High", "not-met"),
}
CARRYOVERS: dict[Carryover, str] = {
    Carryover.PRESENT: "present: only its first period may be pooled",
    Carryover.EXCLUDED: "looked for, and not found",
    Carryover.NOT_SEEN: "what was read does not say",
}
SEEN: dict[Seen, str] = {
    Seen.READ: "read in the source",
    Seen.SECOND_HAND: "read in somebody's account of the source",
    Seen.COMPUTED: "computed from numbers that were read",
    Seen.INFERRED: "inferred: the one reading that fits what was read",
    Seen.RECALLED: "recalled, not read: in no pool",
}

RECALLED = "recalled, not verified"
UNSURE: dict[Seen, str] = {Seen.RECALLED: RECALLED, Seen.INFERRED: "inferred, not read"}


def plain(value: Decimal) -> str:
    """A number as printed, with a true minus."""
    return f"{value}".replace("-", "−")


def figure_words(figure: Figure | None) -> str:
    return plain(figure.value) if figure is not None else ""


def n_words(study: Study, missing: str = "not seen") -> str:
    """How many people, and whether that was remembered or only planned: neither is a count that was read."""
    if study.n is None:
        return missing
    unsure = UNSURE.get(study.n.seen, "")
    planned = "planned" if "planned" in study.n.note.casefold() else ""
    told = ", ".join(filter(None, (unsure, planned)))
    return f"{plain(study.n.value)} ({told})" if told else plain(study.n.value)


def given_words(arm: Arm) -> str:
    """ "IV 0.5 mg/kg over 40 min, 6 doses"; as much as is known."""
    route = ROUTES.get(arm.route, "") if arm.route is not None else ""
    dose = f"{plain(arm.dose.value)} {arm.dose_unit}".strip() if arm.dose is not None else ""
    over = f"over {plain(arm.over_min.value)} min" if arm.over_min is not None else ""
    many = arm.doses is not None and arm.doses.value > 1
    times = f", {plain(arm.doses.value)} doses" if many and arm.doses is not None else ""
    return " ".join(filter(None, (route, dose, over))) + times


def drug_words(arm: Arm) -> str:
    return arm.drug.replace("not-seen", "not seen")


def arms_in_short(study: Study) -> tuple[str, str]:
    """What the study gave, and against what, in a few words."""
    gave = [given_words(a) or drug_words(a) for a in study.arms if a.role is ArmRole.EXPERIMENTAL]
    against = [drug_words(a) for a in study.arms if a.role is ArmRole.CONTROL]
    uncontrolled = study.design in (Design.OPEN, Design.MAINTENANCE, Design.COHORT)
    nobody = "nothing" if uncontrolled else "not seen"
    return "; ".join(dict.fromkeys(gave)) or "not seen", "; ".join(dict.fromkeys(against)) or nobody


def day_words(day: date) -> str:
    return f"{day:%-d %B %Y}"
