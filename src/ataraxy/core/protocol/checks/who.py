"""Who may be treated, and what must be agreed: nothing that protects a patient may be left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ataraxy.core.protocol.cautions import CautionRole
from ataraxy.core.protocol.checks.library import Library
from ataraxy.core.protocol.problem import Path, Problem
from ataraxy.core.protocol.types import (
    Criterion,
    CriterionKind,
    CriterionRole,
    Disorder,
    Indication,
    Override,
    Protocol,
)
from ataraxy.core.scales.types import Instrument, Scoring

PARAMETERS: dict[CriterionKind, tuple[str, ...]] = {
    CriterionKind.DIAGNOSIS: (),
    CriterionKind.AGE: ("at_least_years", "at_most_years"),
    CriterionKind.SEVERITY: (),
    CriterionKind.TRIALS: ("drug_trials", "psychotherapy_trials"),
    CriterionKind.ABSENT_CONDITION: ("conditions",),
    CriterionKind.ABSENT_MEDICINE: ("medicine_groups",),
    CriterionKind.NOT_PREGNANT: (),
    CriterionKind.CONSENT: (),
}
MAY_AGE = (CriterionKind.ABSENT_CONDITION, CriterionKind.ABSENT_MEDICINE, CriterionKind.NOT_PREGNANT)
NEVER_OPENED = (CriterionKind.CONSENT, CriterionKind.NOT_PREGNANT)
REQUIRED = (
    CriterionKind.DIAGNOSIS,
    CriterionKind.SEVERITY,
    CriterionKind.TRIALS,
    CriterionKind.NOT_PREGNANT,
    CriterionKind.CONSENT,
)


def who_problems(protocol: Protocol, library: Library) -> Iterator[Problem]:
    """Indications, criteria and consent."""
    yield from _indications(protocol, library)
    for index, criterion in enumerate(protocol.eligibility):
        path: Path = ("eligibility", index)
        yield from _parameters(criterion, path)
        yield from _keys(criterion, path, library)
        yield from _overrides(criterion, path, library)
        yield from _disorders(criterion.disorders, protocol, path)
    for disorder in {indication.disorder: None for indication in protocol.indications}:
        yield from _complete(protocol, disorder, library)
    yield from _consent(protocol, library)


def _disorders(named: Sequence[Disorder], protocol: Protocol, path: Path) -> Iterator[Problem]:
    for index, disorder in enumerate(named):
        if protocol.indication(disorder) is None:
            here = (*path, "disorders", index)
            yield Problem(here, f"{disorder.value!r} is not treated here.", "Name an indication's disorder.")


def _indications(protocol: Protocol, library: Library) -> Iterator[Problem]:
    seen: set[Disorder] = set()
    for index, indication in enumerate(protocol.indications):
        path: Path = ("indications", index)
        if indication.disorder in seen:
            words = f"{indication.disorder.value!r} has two indications: which course would be given?"
            yield Problem((*path, "disorder"), words, "Keep one indication for each disorder.")
        seen.add(indication.disorder)
        yield from _severity(indication, path, library)


def _severity(indication: Indication, path: Path, library: Library) -> Iterator[Problem]:
    severity, here = indication.severity, (*path, "severity")
    instrument = library.instruments.get(severity.scale)
    if instrument is None:
        known = ", ".join(sorted(library.instruments))
        yield Problem((*here, "scale"), f"The scale {severity.scale!r} does not exist.", f"Known: {known}.")
    else:
        yield from _threshold(indication, here, instrument)
    most = library.limits.most_severity_days.value
    if not 1 <= severity.within_days <= most:
        words = f"A score {severity.within_days} days old does not say how ill somebody is now."
        yield Problem((*here, "within_days"), words, f"Use 1 to {most} days.")


def _threshold(indication: Indication, here: Path, instrument: Instrument) -> Iterator[Problem]:
    least, total = indication.severity.at_least, instrument.total
    if instrument.scoring is Scoring.CATEGORICAL:
        words = f"{instrument.name} gives a category, never a score."
        yield Problem((*here, "scale"), words, "Choose a scale with a total.")
    elif not total.lowest < least <= total.highest:
        words = (
            f"{least} is no threshold on {instrument.name}: it runs from {total.lowest} to {total.highest}."
        )
        yield Problem(
            (*here, "at_least"), words, "Choose a threshold that some people reach and some do not."
        )


def _parameters(criterion: Criterion, path: Path) -> Iterator[Problem]:
    allowed = PARAMETERS[criterion.kind]
    every = {name for names in PARAMETERS.values() for name in names}
    for name in sorted(every - set(allowed)):
        if getattr(criterion, name):
            yield Problem(
                (*path, name), f"`{name}` means nothing for {criterion.kind.value!r}.", "Remove it."
            )
    if allowed and not any(getattr(criterion, name) for name in allowed):
        words = f"{criterion.kind.value!r} needs {' or '.join(allowed)}: without it everybody passes."
        yield Problem(path, words, "Add it.")
    yield from _numbers(criterion, path)


def _numbers(criterion: Criterion, path: Path) -> Iterator[Problem]:
    for name in ("at_least_years", "at_most_years", "drug_trials", "psychotherapy_trials", "within_days"):
        value = getattr(criterion, name)
        if value is not None and value < 1:
            yield Problem((*path, name), f"`{name}` is {value}.", "Write a number of at least 1.")
    if criterion.within_days is not None and criterion.kind not in MAY_AGE:
        words = f"`within_days` means nothing for {criterion.kind.value!r}."
        yield Problem((*path, "within_days"), words, "Remove it.")
    least, most = criterion.at_least_years, criterion.at_most_years
    if least is not None and most is not None and least > most:
        words = f"Nobody is at least {least} and at most {most} years old."
        yield Problem((*path, "at_most_years"), words, "Swap the two.")


def _keys(criterion: Criterion, path: Path, library: Library) -> Iterator[Problem]:
    for index, key in enumerate(criterion.conditions):
        if key not in library.cautions.conditions:
            here = (*path, "conditions", index)
            yield Problem(
                here, f"The condition {key!r} does not exist.", "Add it to cautions/conditions.toml."
            )
    for index, key in enumerate(criterion.medicine_groups):
        if key not in library.cautions.medicine_groups:
            here = (*path, "medicine_groups", index)
            words = f"The medicine group {key!r} does not exist."
            yield Problem(here, words, "Add it to cautions/medicines.toml.")


def _overrides(criterion: Criterion, path: Path, library: Library) -> Iterator[Problem]:
    if criterion.override is Override.NEVER:
        return
    here, cure = (*path, "override"), 'Write override = "never".'
    label = library.cautions.contraindications() & set(criterion.conditions)
    if label:
        words = f"A signature would open a contraindication of the label: {', '.join(sorted(label))}."
        yield Problem(here, words, cure)
    elif criterion.kind in NEVER_OPENED:
        yield Problem(here, f"No signature opens {criterion.kind.value!r}.", cure)
    elif criterion.role is CriterionRole.EXCLUSION:
        words = f"{criterion.id!r} is an exclusion and could be signed away."
        yield Problem(here, words, f'{cure[:-1]}, or role = "caution".')


def _complete(protocol: Protocol, disorder: Disorder, library: Library) -> Iterator[Problem]:
    applied = [criterion for criterion in protocol.eligibility if criterion.applies_to(disorder)]
    kinds = {criterion.kind for criterion in applied}
    for kind in REQUIRED:
        if kind not in kinds:
            words = f"No criterion of kind {kind.value!r} protects people with {disorder.value!r}."
            yield Problem(("eligibility",), words, "Add it to [[eligibility]].")
    yield from _adults(applied, disorder, library)
    yield from _asked(applied, disorder, library)


def _adults(applied: Sequence[Criterion], disorder: Disorder, library: Library) -> Iterator[Problem]:
    least = library.limits.least_age_years.value
    ages = [
        c.at_least_years for c in applied if c.at_least_years is not None and c.override is Override.NEVER
    ]
    if not ages or max(ages) < least:
        words = f"Nothing keeps people under {least} with {disorder.value!r} from being treated."
        yield Problem(
            ("eligibility",), words, f'Add kind = "age", at_least_years = {least}, override = "never".'
        )


def _asked(applied: Sequence[Criterion], disorder: Disorder, library: Library) -> Iterator[Problem]:
    """Every contraindication and exclusion of the catalog is asked about, for every disorder."""
    asked = {key for criterion in applied for key in criterion.conditions}
    for key, condition in library.cautions.conditions.items():
        if condition.role is not CautionRole.CAUTION and key not in asked:
            words = f"People with {disorder.value!r} are not asked about {key!r} ({condition.role.value})."
            yield Problem(("eligibility",), words, "Add it to a criterion that applies to them.")


def _consent(protocol: Protocol, library: Library) -> Iterator[Problem]:
    told = [point.id for point in protocol.consent]
    for topic in library.limits.consent_required:
        if not any(one == topic or one.startswith(f"{topic}-") for one in told):
            yield Problem(
                ("consent",),
                f"The consent says nothing about {topic!r}.",
                "Add a [[consent]] point with that id.",
            )
