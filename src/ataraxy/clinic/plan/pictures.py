"""Predictions as pictures: each names its model, where blood was drawn, whom it describes and how much it is worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ataraxy.clinic.figures import bands as figure
from ataraxy.clinic.figures.svg import Svg
from ataraxy.clinic.figures.types import BandLimit, Bands, Level, PlannedDose, Seen, Strand, Table
from ataraxy.clinic.people.cited import Cited, cited
from ataraxy.clinic.plan.prediction import Band, Forecast
from ataraxy.core.pharmacology.effect import EffectModel
from ataraxy.core.pharmacology.model import Enantiomer, PkModel, Site, Standing
from ataraxy.core.protocol.types import (
    Comparison,
    DischargeKind,
    Limit,
    Measure,
    Protocol,
    RuleAction,
    Status,
)

SITES = {
    Site.ARTERIAL: "arterial blood",
    Site.VENOUS: "venous blood",
    Site.UNKNOWN: "where blood was drawn is not known",
}
ENANTIOMERS = {
    Enantiomer.RACEMIC: "both kinds of ketamine",
    Enantiomer.S: "S-ketamine alone",
    Enantiomer.R: "R-ketamine alone",
}
PRESSURE = (Measure.SYSTOLIC, Measure.DIASTOLIC)
LOWEST_PRESSURE, HIGHEST_PRESSURE = 40.0, 190.0
HIGHEST_DISSOCIATION = 40.0


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure as ``parts/figure.html`` shows it; ``narrow``: the same for a phone."""

    svg: Svg
    narrow: Svg
    table: Table
    caption: str
    note: str


@dataclass(frozen=True, slots=True)
class ModelLine:
    """A model or effect in the list under the pictures."""

    name: str
    version: str
    standing: str
    site: str
    cohort: str
    spread: str
    leaves_out: tuple[str, ...]
    source: Cited


@dataclass(frozen=True, slots=True)
class Row:
    """One quantity, by every model that tells it, on one scale. ``wrong``: where its curves are known to be wrong."""

    heading: str
    words: str
    pictures: tuple[Picture, ...]
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """What is drawn over every forecast of one dose. ``seen``: measured values by quantity."""

    key: str
    doses: tuple[PlannedDose, ...]
    protocol: Protocol | None
    starts: float
    ends: float
    now: float | None = None
    seen: tuple[tuple[Measure, float, float], ...] = ()  # measure, minute, value

    def seen_of(self, *measures: Measure) -> tuple[Seen, ...]:
        return tuple(Seen(at, value) for measure, at, value in self.seen if measure in measures)


def rows(scene: Scene, forecasts: Sequence[Forecast]) -> list[Row]:
    """Concentration, pressure and dissociation; arterial and venous models named and never mixed."""
    blood = Row(
        "Ketamine in blood",
        "Arterial peaks of an infusion lie well above venous ones: compare within a site. Where "
        "models differ, nobody knows which of them is right for this person.",
        tuple(_pictures(scene, forecasts, "ketamine in blood", ("ketamine", "norketamine"))),
    )
    pressure = Row(
        "Blood pressure",
        "No published slope of pressure against the level was read (one paper has it: Abuhelwa 2022): this one "
        "is a wide prior, chosen so that the rises other clinics saw lie inside it.",
        tuple(_pictures(scene, forecasts, "blood pressure", ("systolic", "diastolic"))),
        known_wrong(forecasts, ("systolic", "diastolic")),
    )
    others = Row(
        "Dissociation",
        "Not a fit: chosen so that people's peaks average 10 to 30 points (CADSS, of 92) after 0.5 mg/kg over 40 min, and "
        "that it is gone by two hours in nine of ten people then. The middle person lies lower. Many people feel nothing, "
        "and it grows weaker over a course.",
        tuple(_pictures(scene, forecasts, "dissociation", ("dissociation",))),
        known_wrong(forecasts, ("dissociation",)),
    )
    return [row for row in (blood, pressure, others) if row.pictures]


def known_wrong(forecasts: Sequence[Forecast], names: tuple[str, ...]) -> tuple[str, ...]:
    """Where the effects behind a row are known to be wrong, each once."""
    told = [e for f in forecasts for e in f.effects if e.endpoint.value in names and e.known_wrong]
    return tuple(dict.fromkeys(f"{e.endpoint.value.capitalize()}: {e.known_wrong}" for e in told))


def _pictures(
    scene: Scene, forecasts: Sequence[Forecast], title: str, names: tuple[str, ...]
) -> Iterator[Picture]:
    telling = [f for f in forecasts if names[0] in f.bands]
    highest = max((max(b.upper or b.middle) for f in telling for b in _bands(f, names)), default=0.0)
    for one in telling:
        found = bands_of(scene, one, title, names, highest)
        yield picture(found, f"{found.title}: {one.model.name}", note(one, names))


def _bands(one: Forecast, names: tuple[str, ...]) -> list[Band]:
    return [one.bands[name] for name in names if name in one.bands]


def bands_of(scene: Scene, one: Forecast, title: str, names: tuple[str, ...], highest: float) -> Bands:
    """One quantity by one model."""
    measures = [m for m in Measure if m.value in names]
    pressure = any(m in PRESSURE for m in measures)
    floor = HIGHEST_PRESSURE if pressure else HIGHEST_DISSOCIATION if measures else 0.0
    return Bands(
        title=_title(one.model, title) if title.startswith("ketamine") else title.capitalize(),
        unit=one.bands[names[0]].unit,
        model=one.model.name,
        standing=standing(one, names),
        at=one.at_min,
        strands=tuple(
            Strand(_label(one.model, b.name), b.middle, b.lower, b.upper) for b in _bands(one, names)
        ),
        starts=scene.starts,
        ends=scene.ends,
        doses=scene.doses,
        limits=tuple(limits(scene.protocol, measures)) if scene.protocol else (),
        seen=scene.seen_of(*measures),
        now=scene.now,
        lowest=LOWEST_PRESSURE if pressure else 0.0,
        highest=max(highest, floor),
        id=f"{scene.key}-{names[0]}-{one.model.id}",
    )


def picture(found: Bands, caption: str, words: str) -> Picture:
    return Picture(figure.draw(found), figure.draw(found, narrow=True), figure.table(found), caption, words)


def _title(model: PkModel, title: str) -> str:
    site = SITES[model.sampling_site] if model.sampling_site is not Site.UNKNOWN else "blood"
    return f"{'Ketamine' if model.enantiomer is Enantiomer.RACEMIC else 'S-ketamine'} in {site}"


def _label(model: PkModel, name: str) -> str:
    single = model.enantiomer is not Enantiomer.RACEMIC and name.endswith("ketamine")
    return f"{model.enantiomer.value}-{name}" if single else name


def standing(one: Forecast, names: tuple[str, ...]) -> str:
    """How much a picture is worth, in a sentence or two."""
    model = one.model
    said = [f"{SITES[model.sampling_site].capitalize()}; {ENANTIOMERS[model.enantiomer]}."]
    if model.standing is not Standing.PUBLISHED:
        said.insert(0, f"{model.standing.value.capitalize()}.")
    said.append(f"{spread_words(model).capitalize()}.")
    if any(effect.endpoint.value in names for effect in one.effects):
        said.append("Effect: exploratory, not a fit to data.")
    return " ".join(said)


def spread_words(model: PkModel | EffectModel) -> str:
    """Where the differences between people come from."""
    statuses = {v.status for v in model.between}
    if not statuses:
        return "one typical person: how people differ was not seen"
    if statuses == {Status.PROPOSED}:
        return "the spread between people is a placeholder of this project"
    if Status.PROPOSED in statuses:
        return "the spread between people is partly a placeholder of this project"
    return "the spread between people is the published one"


def note(one: Forecast, names: tuple[str, ...]) -> str:
    """Under the caption: what it is worth, and whom the numbers describe."""
    effects = [e for e in one.effects if e.endpoint.value in names]
    cohorts = [one.model.cohort, *dict.fromkeys(f"Effect: {e.cohort}" for e in effects)]
    kind = "Exploratory. " if effects and one.model.standing is Standing.PUBLISHED else ""
    return f"{kind}{standing(one, names)} {' '.join(cohorts)}"


def peak(one: Forecast, name: str) -> str:
    """The highest value of each copy, its middle and band, and when the middle curve peaks; empty where not told."""
    band = one.bands.get(name)
    if band is None:
        return ""
    at = max(range(len(band.middle)), key=band.middle.__getitem__)
    edges = f" ({band.peaks[0]:.0f} to {band.peaks[2]:.0f})" if band.lower else ""
    middle = band.peaks[1] if band.lower else band.peaks[0]
    return f"{middle:.0f}{edges} {band.unit}, near {one.at_min[at]:.0f} min"


def limits(protocol: Protocol, measures: Sequence[Measure]) -> Iterator[BandLimit]:
    """The protocol's limits on what is drawn: the rules of the session, then those of going home."""
    found: set[tuple[Measure, object]] = set()
    for rule in sorted(protocol.rules, key=lambda r: r.action is not RuleAction.STOP):
        word = "call" if rule.action is RuleAction.ESCALATE else rule.action.value
        level = Level.HIGH if rule.action is RuleAction.STOP else Level.MEDIUM
        for limit in rule.limits:
            if limit.measure in measures and (limit.measure, limit.value) not in found:
                found.add((limit.measure, limit.value))
                yield _limit(limit, level, word, measures)
    for line in protocol.discharge:
        for limit in line.limits if line.kind is DischargeKind.LIMIT else ():
            if limit.measure in measures and (limit.measure, limit.value) not in found:
                yield _limit(limit, Level.MEDIUM, "not home yet", measures)


def _limit(limit: Limit, level: Level, word: str, measures: Sequence[Measure]) -> BandLimit:
    signs = {Comparison.ABOVE: ">", Comparison.AT_LEAST: "≥", Comparison.BELOW: "<", Comparison.AT_MOST: "≤"}
    name = f"{limit.measure.value} " if len(measures) > 1 else ""
    words = f"{name}{signs[limit.comparison]} {limit.value}: {word}"
    return BandLimit(float(limit.value), level, words, of_second=limit.measure is not measures[0])


def model_lines(forecasts: Sequence[Forecast]) -> list[ModelLine]:
    """Every model and effect that was used, with what it leaves out."""
    models = {f.model.id: f.model for f in forecasts}
    effects = {e.id: e for f in forecasts for e in f.effects}
    return [
        *(_line(m, SITES[m.sampling_site]) for m in models.values()),
        *(_line(e, "") for e in effects.values()),
    ]


def _line(model: PkModel | EffectModel, site: str) -> ModelLine:
    statuses = {p.status for p in model.parameters}
    least = next((s for s in (Status.PROPOSED, Status.UNVERIFIED) if s in statuses), Status.TRIAL)
    return ModelLine(
        model.name,
        model.version,
        model.standing.value,
        site,
        model.cohort,
        spread_words(model),
        model.leaves_out,
        cited(model.source, least),
    )
