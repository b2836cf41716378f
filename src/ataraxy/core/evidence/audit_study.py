"""What is wrong with a study's file beyond its shape: arms nobody has, more events than people, a unit left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from ataraxy.core.evidence.study import (
    Arm,
    ArmRole,
    Design,
    Figure,
    Form,
    Group,
    Harm,
    Measure,
    Outcome,
    OutcomeKind,
    Pairs,
    Reported,
    Study,
)
from ataraxy.core.protocol.problem import Path, Problem

REGISTRIES = re.compile(r"NCT\d{8}|ACTRN\d{14}|ISRCTN\d{4,8}|\d{4}-\d{6}-\d{2}")  # the last: EudraCT
DOI = re.compile(r"10\.\d{4,9}/\S+")


def problems_of_study(study: Study) -> tuple[Problem, ...]:
    """All problems of one study that can be seen in itself."""
    return (
        *_ids(study.registrations, study.doi, study.pmid),
        *_design(study),
        *_twice([arm.key for arm in study.arms], "arms"),
        *_twice([outcome.key for outcome in study.outcomes], "outcomes"),
        *(p for i, arm in enumerate(study.arms) for p in _arm(arm, ("arms", i))),
        *(p for i, one in enumerate(study.outcomes) for p in _outcome(study, one, ("outcomes", i))),
        *(p for i, harm in enumerate(study.harms) for p in _harm(study, harm, ("harms", i))),
    )


def _ids(registrations: Iterable[str], doi: str, pmid: str) -> Iterator[Problem]:
    for i, one in enumerate(registrations):
        if not REGISTRIES.fullmatch(one):
            cure = (
                "Write NCT and 8 digits, ACTRN and 14, ISRCTN and its number, or EudraCT as 2015-001234-56."
            )
            yield Problem(("registrations", i), f"{one!r} is no registration number.", cure)
    yield from problems_of_address(doi, pmid)


def problems_of_address(doi: str, pmid: str) -> Iterator[Problem]:
    """Problems of a DOI and a PMID; an empty one is none."""
    if doi and not DOI.fullmatch(doi):
        yield Problem(("doi",), f"{doi!r} is no DOI.", "Write it from 10. on, without an address before it.")
    if pmid and not pmid.isdigit():
        yield Problem(("pmid",), f"{pmid!r} is no PMID.", "Write its digits alone.")


def _design(study: Study) -> Iterator[Problem]:
    if study.design is Design.CROSSOVER and study.carryover is None:
        words = "A crossover that says nothing of carry-over."
        yield Problem(("design",), words, 'Set carryover; "not-seen" where what was read does not say.')
    if study.design is Design.CROSSOVER and study.washout_days is None and not study.carryover_note:
        words = "A crossover that says nothing of its wash-out."
        yield Problem(("design",), words, "Set washout_days, or say in carryover_note what was seen.")
    if study.design is not Design.CROSSOVER and (study.carryover or study.washout_days):
        yield Problem(("design",), "Only a crossover has a wash-out.", "Correct the design.")
    if study.randomised and study.design in (Design.OPEN, Design.COHORT):
        yield Problem(("randomised",), f"{study.design.value!r} is not randomised.", "Correct one of them.")
    if study.retracted_on is not None and not study.retraction:
        yield Problem(("retracted_on",), "Who retracted it, and why, is not told.", "Write `retraction`.")


def _twice(keys: list[str], section: str) -> Iterator[Problem]:
    for i, key in enumerate(keys):
        if key in keys[:i]:
            yield Problem((section, i, "key"), f"{key!r} stands twice.", "Give each its own key.")


def _arm(arm: Arm, path: Path) -> Iterator[Problem]:
    yield from _not_negative(arm, path, ("dose", "over_min", "doses", "randomised", "completed"))
    if arm.dose is not None and not arm.dose_unit:
        yield Problem((*path, "dose"), "A dose without a unit.", 'Write dose_unit, for example "mg/kg".')
    if arm.role is not ArmRole.CONTROL and arm.activity is not None:
        yield Problem((*path, "activity"), "Only a comparator is more or less active.", "Leave it out.")
    yield from _at_most(arm.completed, arm.randomised, (*path, "completed"), "completed", "randomised")


def _outcome(study: Study, outcome: Outcome, path: Path) -> Iterator[Problem]:
    yield from _not_negative(outcome, path, ("hour",))
    for i, group in enumerate(outcome.groups):
        yield from _group(study, outcome, group, (*path, "groups", i))
    for i, pairs in enumerate(outcome.pairs):
        yield from _pairs(study, outcome, pairs, (*path, "pairs", i))
    for i, reported in enumerate(outcome.reported):
        yield from _reported(study, reported, (*path, "reported", i))
    if outcome.first_period and study.design is not Design.CROSSOVER:
        yield Problem((*path, "first_period"), "Only a crossover has periods.", "Leave it out.")
    if outcome.lowest and outcome.highest and outcome.lowest.value >= outcome.highest.value:
        yield Problem((*path, "lowest"), "The scale ends below where it begins.", "Correct its range.")
    if outcome.pairing_r is not None and abs(outcome.pairing_r.value) > 1:
        yield Problem((*path, "pairing_r"), "A correlation beyond 1.", "Correct the number.")


def _group(study: Study, outcome: Outcome, group: Group, path: Path) -> Iterator[Problem]:
    yield from _known(study, group.arm, (*path, "arm"))
    yield from _not_negative(group, path, ("n", "sd", "se", "events", "baseline_sd"))
    yield from _at_most(group.events, group.n, (*path, "events"), "had it", "counted")
    randomised = next((arm.randomised for arm in study.arms if arm.key == group.arm), None)
    yield from _at_most(group.n, randomised, (*path, "n"), "counted", "randomised")
    yield from _whole(group.n, (*path, "n"))
    yield from _whole(group.events, (*path, "events"))
    told = group.mean if outcome.kind is OutcomeKind.CONTINUOUS else group.events
    if told is not None and group.n is None:
        yield Problem(path, "A result without the number of people.", "Write n, or leave the result out.")
    other = group.events if outcome.kind is OutcomeKind.CONTINUOUS else group.mean
    if other is not None:
        words = f"Means and events are mixed up: the outcome is {outcome.kind.value!r}."
        yield Problem(path, words, "Correct `kind`, or the group.")
    if group.low and group.high and group.low.value > group.high.value:
        yield Problem((*path, "low"), "The interval ends below where it begins.", "Swap its ends.")
    yield from _on_the_scale(outcome, group, path)


def _on_the_scale(outcome: Outcome, group: Group, path: Path) -> Iterator[Problem]:
    least, most = outcome.lowest, outcome.highest
    mean = group.mean if outcome.form is Form.ENDPOINT else group.baseline_mean
    if least and most and mean and not least.value <= mean.value <= most.value:
        words = f"A mean of {mean.value} on a scale from {least.value} to {most.value}."
        yield Problem(
            (*path, "mean"), words, "Correct the number, the form or the scale: is it another unit?"
        )


def _pairs(study: Study, outcome: Outcome, pairs: Pairs, path: Path) -> Iterator[Problem]:
    yield from _known(study, pairs.experimental, (*path, "experimental"))
    yield from _known(study, pairs.control, (*path, "control"))
    yield from _not_negative(pairs, path, ("experimental_only", "control_only", "both", "neither"))
    if study.design is not Design.CROSSOVER:
        yield Problem(path, "Only a crossover has pairs.", "Correct the design, or leave them out.")
    for arm, only in ((pairs.experimental, pairs.experimental_only), (pairs.control, pairs.control_only)):
        group = next((one for one in outcome.groups if one.arm == arm), None)
        if group is not None:
            yield from _at_most(only, group.events, path, "responded to it alone", "responded to it at all")


def _reported(study: Study, reported: Reported, path: Path) -> Iterator[Problem]:
    for name, key in (("experimental", reported.experimental), ("control", reported.control)):
        if key:
            yield from _known(study, key, (*path, name))
    yield from problems_of_reported(reported, path)


def problems_of_reported(reported: Reported, path: Path) -> Iterator[Problem]:
    """Problems of a printed estimate: a unit left out, a ratio that is no ratio, a p beyond 1."""
    yield from _not_negative(reported, path, ("se",))
    if not (reported.contrast or (reported.experimental and reported.control)):
        yield Problem(path, "What is compared is not told.", "Name two arms, or write `contrast`.")
    if reported.measure is Measure.MD and not reported.unit:
        yield Problem(path, "A mean difference without a unit.", "Say in points of which scale.")
    if reported.measure.is_ratio and any(x.value <= 0 for x in (reported.estimate, reported.low) if x):
        yield Problem(path, "A ratio is above zero.", "Is it a difference, or a logarithm?")
    if reported.low and reported.high and reported.low.value > reported.high.value:
        yield Problem((*path, "low"), "The interval ends below where it begins.", "Swap its ends.")
    if reported.p is not None and not 0 <= reported.p.value <= 1:
        yield Problem((*path, "p"), "A p value lies from 0 to 1.", "Correct the number.")
    if not 0 < reported.level < 1:
        yield Problem((*path, "level"), "A level lies between 0 and 1.", "Write 0.95 for 95 %.")


def _harm(study: Study, harm: Harm, path: Path) -> Iterator[Problem]:
    yield from _known(study, harm.arm, (*path, "arm"))
    yield from _not_negative(harm, path, ("events", "at_risk", "share"))
    yield from _at_most(harm.events, harm.at_risk, (*path, "events"), "had it", "at risk")
    if harm.events is None and harm.share is None:
        yield Problem(path, "Neither a count nor a share.", "Write one, or leave the harm out.")
    if harm.share is not None and harm.share.value > 100:
        yield Problem((*path, "share"), "More than 100 %.", "Correct the number.")


def _known(study: Study, arm: str, path: Path) -> Iterator[Problem]:
    keys = [one.key for one in study.arms]
    if arm not in keys:
        yield Problem(path, f"There is no arm {arm!r}.", f"Arms here: {', '.join(keys) or 'none'}.")


def _at_most(part: Figure | None, whole: Figure | None, path: Path, what: str, of: str) -> Iterator[Problem]:
    if part is not None and whole is not None and part.value > whole.value:
        yield Problem(path, f"{part.value} {what}, but {whole.value} {of}.", "Correct one of them.")


def _whole(figure: Figure | None, path: Path) -> Iterator[Problem]:
    if figure is not None and figure.value != figure.value.to_integral_value():
        yield Problem(path, f"{figure.value} people.", "People are whole.")


def _not_negative(one: object, path: Path, names: Iterable[str]) -> Iterator[Problem]:
    for name in names:
        figure: Figure | None = getattr(one, name)
        if figure is not None and figure.value < Decimal(0):
            yield Problem((*path, name), f"{figure.value} is below zero.", "Correct the number.")
