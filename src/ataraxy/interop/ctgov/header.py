"""What a registry entry says of the study as a whole: design, people, numbers, sponsors, papers."""

from __future__ import annotations

import re
from decimal import Decimal

from ataraxy.core.errors import InputRefused
from ataraxy.core.evidence.study import Design, Figure, Seen
from ataraxy.interop.ctgov.tree import Branch
from ataraxy.interop.numerals import count
from ataraxy.interop.taken import Note, Weight

MODELS = {
    "PARALLEL": Design.PARALLEL,
    "CROSSOVER": Design.CROSSOVER,
    "SINGLE_GROUP": Design.OPEN,
    "FACTORIAL": Design.PARALLEL,
    "SEQUENTIAL": Design.PARALLEL,
}
MASKED = frozenset({"DOUBLE", "TRIPLE", "QUADRUPLE"})
NUMBERS = re.compile(r"NCT\d{8}|ACTRN\d{14}|ISRCTN\d{4,8}|\d{4}-\d{6}-\d{2}")
WASH_OUT = re.compile(
    r"(\d{1,3})[- ](day|week)s?[- ]?(?:\w+ )?wash-?\s?out|wash-?\s?out\W+(?:\w+\W+){0,4}?(\d{1,3})[- ](day|week)"
)
PUBMED = re.compile(r"\d{1,9}")


def design_of(study: Branch, notes: list[Note]) -> Design:
    """Raises: InputRefused: the entry does not say how it was done, and a guess would decide how it is pooled."""
    module = study.branch("protocolSection").branch("designModule")
    kind, model = module.text("studyType"), module.branch("designInfo").text("interventionModel")
    if kind == "OBSERVATIONAL":
        return Design.COHORT
    if model not in MODELS:
        where = f"{module.path}.designInfo.interventionModel"
        raise InputRefused(
            f"{where} is {model[:40] or 'missing'!r}: how the study was done is not told.",
            f"Write one of {', '.join(MODELS)} there, as its paper says.",
            where,
        )
    if model in ("FACTORIAL", "SEQUENTIAL"):
        words = f"The design is {model.lower()}; it is taken as parallel arms."
        notes.append(Note(f"{module.path}.designInfo", Weight.DOUBT, words))
    return MODELS[model]


def is_blinded(study: Branch, notes: list[Note]) -> bool:
    """Whether the people treated did not know what they got, as far as it is told."""
    masking = (
        study.branch("protocolSection").branch("designModule").branch("designInfo").branch("maskingInfo")
    )
    who = masking.texts("whoMasked")
    if masking.text("masking") in MASKED and who and "PARTICIPANT" not in who:
        notes.append(Note(masking.path, Weight.DOUBT, "Masked, but not for the people treated."))
    return "PARTICIPANT" in who if who else masking.text("masking") in MASKED


def enrolled(study: Branch, notes: list[Note]) -> Figure | None:
    """How many took part; a planned number is no number of people."""
    info = study.branch("protocolSection").branch("designModule").branch("enrollmentInfo")
    number = count(info.text("count"))
    if number is None or info.text("type") != "ACTUAL":
        if info.text("count"):
            words = (
                f"{info.text('count')[:20]} is planned ({info.text('type')[:20] or 'no type'}), not counted."
            )
            notes.append(Note(info.path, Weight.LEFT_OUT, words))
        return None
    return number


def registrations_of(study: Branch, nct: str) -> tuple[str, ...]:
    """The registry's own number first, then the numbers of other registries."""
    module = study.branch("protocolSection").branch("identificationModule")
    others = [NUMBERS.search(one.text("id")) for one in module.branches("secondaryIdInfos")]
    return tuple(dict.fromkeys([nct, *(match[0] for match in others if match)]))


def paper_of(study: Branch, notes: list[Note]) -> str:
    """The PubMed number of the one paper with the study's own results."""
    module = study.branch("protocolSection").branch("referencesModule")
    found = [one.text("pmid") for one in module.branches("references") if one.text("type") == "RESULT"]
    numbers = [one for one in found if PUBMED.fullmatch(one)]
    if len(numbers) > 1:
        words = (
            f"{len(numbers)} papers report results ({', '.join(numbers)[:80]}); none is taken as the study's."
        )
        notes.append(Note(module.path, Weight.LEFT_OUT, words))
    return numbers[0] if len(numbers) == 1 else ""


def results_year(study: Branch) -> int | None:
    """The year in which results were first posted."""
    told = study.branch("protocolSection").branch("statusModule").branch("resultsFirstPostDateStruct")
    return int(told.text("date")[:4]) if re.match(r"(?:19|20)\d\d", told.text("date")) else None


def progress_of(study: Branch) -> str:
    """Where the study stands, when it is not simply completed."""
    module = study.branch("protocolSection").branch("statusModule")
    parts = (module.text("overallStatus").lower().replace("_", " "), module.text("whyStopped"))
    return ": ".join(filter(None, parts))


def sponsors_of(study: Branch) -> str:
    module = study.branch("protocolSection").branch("sponsorCollaboratorsModule")
    names = [
        module.branch("leadSponsor").text("name"),
        *(c.text("name") for c in module.branches("collaborators")),
    ]
    return "; ".join(filter(None, names))


def people_in_words(study: Branch) -> str:
    """Who could take part: conditions, age, sex, as registered."""
    protocol = study.branch("protocolSection")
    who = protocol.branch("eligibilityModule")
    if who.text("studyPopulation"):
        return who.text("studyPopulation")
    ages = " to ".join(filter(None, (who.text("minimumAge"), who.text("maximumAge"))))
    conditions = ", ".join(protocol.branch("conditionsModule").texts("conditions"))
    return "; ".join(filter(None, (conditions, ages, who.text("sex").lower()))) or "Not told."


def washout_days(study: Branch) -> Figure | None:
    """The wash-out of a crossover, where descriptions and periods name one length."""
    protocol = study.branch("protocolSection")
    flow = study.branch("resultsSection").branch("participantFlowModule")
    texts = [
        protocol.branch("descriptionModule").text("briefSummary"),
        protocol.branch("descriptionModule").text("detailedDescription"),
        protocol.branch("designModule").branch("designInfo").text("interventionModelDescription"),
        *(period.text("title") for period in flow.branches("periods")),
    ]
    found = set()
    for text in texts:
        for first, unit, second, other in WASH_OUT.findall(text.lower()):
            found.add(int(first or second) * (7 if (unit or other) == "week" else 1))
    return Figure(Decimal(found.pop()), Seen.READ) if len(found) == 1 else None
