"""A study of ours as ClinicalTrials.gov writes one: only what we hold, and only what its shape has a place for."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from ataraxy.core.evidence.study import (
    Activity,
    Arm,
    ArmRole,
    Condition,
    Design,
    Figure,
    GivenBy,
    Study,
)
from ataraxy.interop.ctgov.flow import WHO_LEFT
from ataraxy.interop.ctgov.render_harms import adverse_events
from ataraxy.interop.ctgov.render_outcomes import outcome_measure
from ataraxy.interop.ctgov.whole import NCT
from ataraxy.interop.numerals import plain

MODELS = {
    Design.PARALLEL: "PARALLEL",
    Design.CROSSOVER: "CROSSOVER",
    Design.OPEN: "SINGLE_GROUP",
    Design.MAINTENANCE: "SINGLE_GROUP",
    Design.SECONDARY: "PARALLEL",
}
CONDITIONS = {
    Condition.GAD: "Generalized Anxiety Disorder",
    Condition.SAD: "Social Anxiety Disorder",
    Condition.PTSD: "Posttraumatic Stress Disorder",
    Condition.PANIC: "Panic Disorder",
    Condition.OCD: "Obsessive-Compulsive Disorder",
    Condition.DEPRESSION: "Depression",
    Condition.ANXIETY: "Anxiety",
    Condition.PAIN: "Pain",
}
ROUTES = {
    GivenBy.IV: "intravenous",
    GivenBy.SC: "subcutaneous",
    GivenBy.IM: "intramuscular",
    GivenBy.NASAL: "intranasal",
    GivenBy.SUBLINGUAL: "sublingual",
    GivenBy.ORAL: "oral",
}


def render_study(study: Study) -> bytes:
    """The study as JSON in the shape of the registry's second interface. What has no number of the registry has none."""
    told = {"protocolSection": _protocol(study), "resultsSection": _results(study)}
    told["hasResults"] = bool(told["resultsSection"])  # type: ignore[assignment]
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def _protocol(study: Study) -> dict[str, Any]:
    nct = next((one for one in study.registrations if NCT.fullmatch(one)), "")
    others = [one for one in study.registrations if one != nct]
    status, _, why = study.progress.partition(": ")
    return _filled(
        identificationModule=_filled(
            nctId=nct, briefTitle=study.title, secondaryIdInfos=[{"id": one} for one in others]
        ),
        statusModule=_filled(
            overallStatus=status.upper().replace(" ", "_"),
            whyStopped=why,
            resultsFirstPostDateStruct=_filled(date="" if study.year is None else str(study.year)),
        ),
        sponsorCollaboratorsModule=_sponsors(study.funding),
        conditionsModule=_filled(conditions=[CONDITIONS[one] for one in study.conditions]),
        designModule=_design(study),
        armsInterventionsModule=_filled(
            armGroups=[_arm_group(arm) for arm in study.arms],
            interventions=[_intervention(arm, study) for arm in study.arms],
        ),
        eligibilityModule={"studyPopulation": study.population},
        referencesModule=_filled(references=[{"pmid": study.pmid, "type": "RESULT"}] if study.pmid else []),
    )


def _filled(**told: Any) -> dict[str, Any]:
    """Only what is there."""
    return {name: value for name, value in told.items() if value not in ("", [], {}, None)}


def _sponsors(funding: str) -> dict[str, Any]:
    lead, *others = funding.split("; ")
    return _filled(leadSponsor=_filled(name=lead), collaborators=[{"name": one} for one in others])


def _design(study: Study) -> dict[str, Any]:
    if study.design is Design.COHORT:
        return _filled(studyType="OBSERVATIONAL", enrollmentInfo=_enrolment(study.n))
    days = study.washout_days
    return _filled(
        studyType="INTERVENTIONAL",
        designInfo=_filled(
            allocation="RANDOMIZED" if study.randomised else "NON_RANDOMIZED",
            interventionModel=MODELS[study.design],
            interventionModelDescription="" if days is None else f"Wash-out of {plain(days.value)} days.",
            maskingInfo={"masking": "DOUBLE" if study.blinded else "NONE"},
        ),
        enrollmentInfo=_enrolment(study.n),
    )


def _enrolment(n: Figure | None) -> dict[str, Any]:
    return {} if n is None else {"count": int(n.value), "type": "ACTUAL"}


def _arm_group(arm: Arm) -> dict[str, Any]:
    if arm.role is ArmRole.EXPERIMENTAL:
        kind = "EXPERIMENTAL"
    else:
        kind = "PLACEBO_COMPARATOR" if arm.activity is Activity.INERT else "ACTIVE_COMPARATOR"
    return _filled(label=arm.label, type=kind, description=arm.schedule)


def _intervention(arm: Arm, study: Study) -> dict[str, Any]:
    """Named as its arm in a crossover, where arms are treatments; else as its drug."""
    name = arm.label if study.design is Design.CROSSOVER else arm.drug
    parts = [
        "" if arm.drug.lower() in name.lower() else arm.drug,
        "" if arm.dose is None else f"{plain(arm.dose.value)} {arm.dose_unit}",
        "" if arm.route is None else ROUTES[arm.route],
        "" if arm.over_min is None else f"over {plain(arm.over_min.value)} minutes",
    ]
    return _filled(
        type="DRUG", name=name, description=", ".join(filter(None, parts)), armGroupLabels=[arm.label]
    )


def _results(study: Study) -> dict[str, Any]:
    return _filled(
        participantFlowModule=_filled(
            recruitmentDetails=f"{WHO_LEFT}{study.attrition}" if study.attrition else "", **_flow(study.arms)
        ),
        outcomeMeasuresModule=_filled(
            outcomeMeasures=[
                outcome_measure(one, study) for one in study.outcomes if one.groups or one.reported
            ]
        ),
        adverseEventsModule=_filled(**adverse_events(study), **_asked(study.safety)),
    )


def _flow(arms: Sequence[Arm]) -> dict[str, Any]:
    groups = [{"id": f"FG{i:03}", "title": arm.label} for i, arm in enumerate(arms)]
    milestones = []
    for kind, field in (("STARTED", "randomised"), ("COMPLETED", "completed")):
        told = [(group["id"], getattr(arm, field)) for group, arm in zip(groups, arms, strict=True)]
        counts = [{"groupId": id_, "numSubjects": plain(n.value)} for id_, n in told if n is not None]
        if counts:
            milestones.append({"type": kind, "achievements": counts})
    period = {"title": "Overall Study", "milestones": milestones}
    return {"groups": groups, "periods": [period]} if milestones else {}


def _asked(safety: str) -> dict[str, str]:
    match = re.fullmatch(
        r"(?:time frame: (?P<time>.*?))?(?:; )?(?:listed above (?P<above>[\d.]+) %)?", safety
    )
    if match is None:
        return {}
    return {"timeFrame": match["time"] or "", "frequencyThreshold": match["above"] or ""}
