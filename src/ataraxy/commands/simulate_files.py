"""What ``ataraxy simulate --out`` writes: pictures (SVG), figures (CSV) and bands over time (CSV and Parquet)."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ataraxy.clinic.figures import bands
from ataraxy.clinic.figures.svg import Svg
from ataraxy.clinic.figures.types import BandLimit, Bands, Level, PlannedDose, Strand
from ataraxy.commands.simulate_result import SHARES, Paired, Result, told_as, worth
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.effect import EffectModel, names_of
from ataraxy.core.pharmacology.people import FloatArray
from ataraxy.core.pharmacology.protocol_regimen import MIN_PER_DAY, regimen_in_words
from ataraxy.engine.plan import Planned
from ataraxy.engine.work import Work, analytes_of, endpoints_of

PICTURES = (  # title, the outputs drawn together, as far as they are there
    ("Ketamine in blood", ("ketamine",)),
    ("S- and R-ketamine in blood", ("S-ketamine", "R-ketamine")),
    ("Metabolites in blood", ("norketamine", "hydroxynorketamine")),
    ("Systolic pressure", ("systolic",)),
    ("Diastolic pressure", ("diastolic",)),
    ("Pulse", ("pulse",)),
    ("Cardiac output", ("cardiac-output",)),
    ("Dissociation (CADSS)", ("dissociation",)),
    ("Sedation (MOAA/S)", ("sedation",)),
    ("Perception", ("perception",)),
    ("Drug high", ("drug-high",)),
    ("Receptor occupancy", ("occupancy",)),
    ("Anxiety", ("anxiety",)),
)
LOWEST = {"systolic": 60.0, "diastolic": 40.0, "pulse": 40.0}  # mmHg and beats: nobody lives below
LEVELS = {"stop": Level.HIGH, "escalate": Level.HIGH}


def check_folder(folder: Path) -> None:
    """Make the folder and try it before anybody is simulated.

    Raises:
        InputRefused: nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputRefused(
            f"Nothing can be written to {folder}: {error.strerror or error}.", "Choose another folder.", "out"
        ) from None


def write_files(results: Sequence[Result], folder: Path) -> list[Path]:
    """Write everything of one protocol; the files, in order."""
    name = _stem(results[0].planned)
    return [*_tables(results, folder, name), *_drawn(results, folder, [name] * len(results))]


def write_pairs(pairs: Sequence[Paired], folder: Path) -> list[Path]:
    """Write everything of two protocols, on one scale, and their differences person by person."""
    one, other = _apart(pairs[0])
    left, right = ([pair.sides[side] for pair in pairs] for side in (0, 1))
    name = f"{one}-against-{other}"
    stems = [one] * len(left) + [other] * len(right)
    return [
        *_tables(left, folder, one),
        *_tables(right, folder, other),
        _write(
            folder / f"{name}-differences.csv",
            _csv([row for p in pairs for row in _pair_rows(p, "differences")]),
        ),
        _write(folder / f"{name}-lines.csv", _csv([row for p in pairs for row in _pair_rows(p, "lines")])),
        *_drawn([*left, *right], folder, stems),
    ]


def write_tries(rows: Sequence[dict[str, Any]], results: Sequence[Result], folder: Path) -> list[Path]:
    """Write what a search tried and found, and everything of the people at what was found."""
    name = f"{rows[0]['protocol']}-found"
    tries = _write(folder / f"{name}-tries.csv", _csv(rows))
    if not results:  # interrupted before anything was found
        return [tries]
    return [tries, *_tables(results, folder, name), *_drawn(results, folder, [name] * len(results))]


def _stem(planned: Planned) -> str:
    return planned.protocol.id + ("-course" if planned.course else "")


def _apart(pair: Paired) -> tuple[str, str]:
    """What the files of two protocols are called, also where both are versions of one, or the same."""
    one, other = pair.first.protocol, pair.second.protocol
    if one.id != other.id:
        return _stem(pair.first), _stem(pair.second)
    versions = (one.version, other.version) if one.version != other.version else ("first", "second")
    return f"{one.id}-{versions[0]}", f"{one.id}-{versions[1]}"


def _pair_rows(pair: Paired, what: str) -> Iterator[dict[str, Any]]:
    one, other = pair.sides
    whose = {"against": other.planned.protocol.id, "against_version": other.planned.protocol.version}
    for row in pair.as_json()[what]:
        yield _whose(one) | whose | row


def _tables(results: Sequence[Result], folder: Path, name: str) -> list[Path]:
    written = [
        _write(folder / f"{name}-figures.csv", _csv([row for r in results for row in _figure_rows(r)])),
        _write(folder / f"{name}-lines.csv", _csv([row for r in results for row in _line_rows(r)])),
    ]
    rows = [row for result in results for row in _band_rows(result)]
    written.append(_write(folder / f"{name}-bands.csv", _csv(rows)))
    return [*written, _parquet(folder / f"{name}-bands.parquet", rows)]


def _drawn(results: Sequence[Result], folder: Path, stems: Sequence[str]) -> list[Path]:
    return [
        _write(folder / f"{drawn}.svg".replace("/", "-"), picture)
        for drawn, picture in pictures(results, stems)
    ]


def _write(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


def _parquet(file: Path, rows: Sequence[dict[str, Any]]) -> Path:
    import polars

    polars.DataFrame(rows).write_parquet(file)
    return file


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return text.getvalue()


def _whose(result: Result) -> dict[str, Any]:
    """Of what every row is: it stands in each, so that no number travels without it."""
    work = result.work
    return {
        "protocol": result.planned.protocol.id,
        "version": result.planned.protocol.version,
        "dose": regimen_in_words(work.regimen),
        "course": result.planned.course,
        "model": work.model.id,
        "sampling_site": work.model.sampling_site.value,
        "worth": worth(work),
        "population": work.crowd.name,
        "population_standing": work.crowd.standing,
        "people": result.people,
        "seed": work.seed,
    }


def _figure_rows(result: Result) -> Iterator[dict[str, Any]]:
    whose, told = _whose(result), result.as_json()["figures"]
    for figure in told:
        figure.setdefault("not_by_the_last_minute", None)
        yield whose | figure


def _line_rows(result: Result) -> Iterator[dict[str, Any]]:
    whose = _whose(result)
    for line in result.as_json()["lines"]:
        yield whose | line | {"when": " or ".join(line["when"])}


def _band_rows(result: Result) -> Iterator[dict[str, Any]]:
    whose, work = _whose(result), result.work
    units = analytes_of(work.model) | endpoints_of(work.effects)
    standing = {name: effect.standing.value for name, effect in _named(work)}
    for name in work.curves:
        sketch = result.outcome.tally.curves[name]
        q, mean = sketch.quantiles(SHARES), sketch.mean
        for place, at_min in enumerate(work.at_min):
            yield whose | {
                "output": told_as(work.model, name),
                "unit": units[name],
                "output_standing": standing.get(name, work.model.standing.value),
                "at_min": at_min,
                "q05": float(q[0, place]),
                "q50": float(q[1, place]),
                "q95": float(q[2, place]),
                "mean": float(mean[place]),
            }


# --- pictures --------------------------------------------------------------------------------------


def pictures(results: Sequence[Result], stems: Sequence[str]) -> Iterator[tuple[str, Svg]]:
    """Each picture of each model, with its file's name; one scale for all of them. ``stems`` begin the names."""
    for title, outputs in PICTURES:
        told = [(r, stem, _of_kind(r.work, outputs)) for r, stem in zip(results, stems, strict=True)]
        told = [one for one in told if one[2]]
        quantiles = [[r.outcome.tally.curves[o].quantiles(SHARES) for o in there] for r, _, there in told]
        highest = max((float(q.max()) for one in quantiles for q in one), default=0.0)
        for (result, stem, there), q in zip(told, quantiles, strict=True):
            model = result.work.model
            name = f"{stem}-{model.id}-{'-'.join(told_as(model, one) for one in there)}"
            yield name, bands.draw(_bands(result, title, there, q, highest, name))


def _named(work: Work) -> Iterator[tuple[str, EffectModel]]:
    return zip(names_of(work.effects), work.effects, strict=True)


def _of_kind(work: Work, outputs: Sequence[str]) -> list[str]:
    """What is drawn of these outputs: an endpoint told twice is drawn under both of its names."""
    kinds = {name: effect.endpoint.value for name, effect in _named(work)}
    return [o for wanted in outputs for o in work.curves if kinds.get(o, o) == wanted]


def _bands(
    result: Result, title: str, outputs: Sequence[str], q: Sequence[FloatArray], highest: float, name: str
) -> Bands:
    work = result.work
    units = analytes_of(work.model) | endpoints_of(work.effects)
    strands = tuple(
        Strand(told_as(work.model, output), *(tuple(map(float, one[row])) for row in (1, 0, 2)))
        for output, one in zip(outputs, q, strict=True)
    )
    limits = _limits(result, outputs)
    days = bool(result.planned.course)
    per = MIN_PER_DAY if days else 1.0
    return Bands(
        title=told_as(work.model, "ketamine") + " in blood" if outputs == ["ketamine"] else title,
        unit=units[outputs[0]],
        model=work.model.name,
        standing=_standing(result, outputs),
        at=tuple(at / per for at in work.at_min),
        strands=strands,
        starts=0.0,
        ends=work.at_min[-1] / per if days else min(work.at_min[-1], 300.0),
        doses=tuple(
            PlannedDose(
                d.start_min / per,
                (d.start_min + d.duration_min) / per,
                f"{result.planned.protocol.id}, {d.mg_per_kg:g} mg/kg",
            )
            for d in work.regimen
        ),
        limits=limits,
        of_whom="people",
        time_unit="d" if days else "min",
        axis_words="days from the start of the first dose" if days else "minutes from the start of the dose",
        lowest=LOWEST.get(outputs[0], 0.0),
        highest=max([highest, *(limit.value for limit in limits if limit.value < 1.3 * highest)]),
        id=name.replace(".", "-"),
    )


def _standing(result: Result, outputs: Sequence[str]) -> str:
    effects = "".join(
        f" {effect.name}: {effect.standing.value}. {effect.known_wrong}".rstrip()
        for name, effect in _named(result.work)
        if name in outputs
    )
    work = result.work
    return (
        f"Sampled: {work.model.sampling_site.value}. {worth(work).capitalize()}.{effects} "
        f"{result.people} people of {work.crowd.name} ({work.crowd.standing})."
    )


def _limits(result: Result, outputs: Sequence[str]) -> tuple[BandLimit, ...]:
    """The limits of the protocol's lines over what is drawn, each once, the gravest action first."""
    found: dict[tuple[str, float], BandLimit] = {}
    for line in result.work.held:
        for bound in line.bounds:
            if bound.output in outputs and not bound.from_baseline:
                when = " before the dose" if line.until_min < 0 else ""
                words = f"{line.action}{when}: {bound}"
                limit = BandLimit(bound.value, LEVELS.get(line.action, Level.MEDIUM), words)
                found.setdefault((bound.output, bound.value), limit)
    return tuple(found.values())
