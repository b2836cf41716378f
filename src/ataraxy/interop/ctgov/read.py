"""A ClinicalTrials.gov study (JSON of its second interface) as a study of ours, with everything a person must check."""

from __future__ import annotations

from ataraxy.core.evidence.study import Carryover, Condition, Design, Finding, Study
from ataraxy.interop.ctgov.cast import cast_of
from ataraxy.interop.ctgov.flow import arms_with_flow, attrition_of
from ataraxy.interop.ctgov.harms import harms_of, safety_of
from ataraxy.interop.ctgov.header import (
    design_of,
    enrolled,
    is_blinded,
    paper_of,
    people_in_words,
    progress_of,
    registrations_of,
    results_year,
    sponsors_of,
    washout_days,
)
from ataraxy.interop.ctgov.outcomes import outcomes_of
from ataraxy.interop.ctgov.tree import Branch
from ataraxy.interop.ctgov.whole import nct_of, open_study
from ataraxy.interop.taken import Note, Taken, Weight
from ataraxy.interop.vocabulary import conditions_in

NO_WASH_OUT = "The registry entry tells no wash-out."


def read_study(data: bytes) -> Taken:
    """One study of the registry.

    What cannot be carried, and each choice that was made, is told in the notes. Nothing is guessed: not which
    treatment a sequence's numbers belong to, not which way a difference points, not what a spread is.

    Raises:
        InputRefused: the file is no study of the second interface, or an entry has the wrong type; ``field`` is
            the path to it.
    """
    study, notes = open_study(data), list[Note]()
    nct = nct_of(study)
    design = design_of(study, notes)
    crossover = design is Design.CROSSOVER
    cast = cast_of(study, crossover, notes)
    conditions = _conditions(study, notes)
    _told_of_cohort(nct, notes)
    title = study.branch("protocolSection").branch("identificationModule").text("briefTitle")
    washout = washout_days(study) if crossover else None
    arms = arms_with_flow(study, cast, notes)
    found = Study(
        id=nct.lower(),
        label=nct,
        source=nct.lower(),
        title=title or nct,
        design=design,
        conditions=conditions,
        population=people_in_words(study),
        cohort_id=nct.lower(),
        finding=Finding.NOT_SEEN,
        registrations=registrations_of(study, nct),
        pmid=paper_of(study, notes),
        year=results_year(study),
        n=enrolled(study, notes),
        randomised=_is_randomised(study, design, notes),
        blinded=is_blinded(study, notes),
        washout_days=washout,
        carryover=Carryover.NOT_SEEN if crossover else None,
        carryover_note=NO_WASH_OUT if crossover and washout is None else "",
        progress=progress_of(study),
        funding=sponsors_of(study),
        attrition=attrition_of(study),
        safety=safety_of(study),
        arms=arms,
        outcomes=outcomes_of(study, cast, notes),
        harms=harms_of(study, cast, notes),
    )
    return Taken(found, tuple(dict.fromkeys(notes)))


def _is_randomised(study: Branch, design: Design, notes: list[Note]) -> bool:
    info = study.branch("protocolSection").branch("designModule").branch("designInfo")
    told = info.text("allocation") == "RANDOMIZED"
    if told and design in (Design.OPEN, Design.COHORT):
        words = f"Called randomised, and {design.value}: it is taken as not randomised."
        notes.append(Note(info.path, Weight.DOUBT, words))
        return False
    return told


def _conditions(study: Branch, notes: list[Note]) -> tuple[Condition, ...]:
    module = study.branch("protocolSection").branch("conditionsModule")
    found = conditions_in(module.texts("conditions"))
    if not found:
        words = "No condition of ours is named; the study enters no pool before one is written in."
        notes.append(Note(f"{module.path}.conditions", Weight.DOUBT, words))
    return found


def _told_of_cohort(nct: str, notes: list[Note]) -> None:
    words = "Whether its people stand in another study is not told by a registry. If they do, give both one cohort_id."
    notes.append(Note(nct, Weight.DOUBT, words))
