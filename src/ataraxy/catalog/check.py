"""Check every file of the catalog: all problems, each with its place, cause and cure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from ataraxy.catalog.cited import cited
from ataraxy.catalog.codes_table import load_codes, problems_of_codes
from ataraxy.catalog.effects import EFFECTS
from ataraxy.catalog.library import (
    HOME,
    cautions,
    fit_document,
    instruments,
    limits,
    open_document,
    side_effects,
    sources,
    toml_files,
    treatments,
)
from ataraxy.catalog.pk import MODELS
from ataraxy.catalog.populations import POPULATIONS
from ataraxy.catalog.read import Reading, read_protocol
from ataraxy.catalog.reviews import REVIEWS
from ataraxy.catalog.studies import STUDIES
from ataraxy.catalog.toml import Document, parse_toml, read_text
from ataraxy.core.errors import CatalogError
from ataraxy.core.evidence.study import Review, Study
from ataraxy.core.pharmacology.effect import EffectModel
from ataraxy.core.pharmacology.model import PkModel
from ataraxy.core.pharmacology.population import PopulationSpec
from ataraxy.core.protocol.limits import SafetyLimits
from ataraxy.core.protocol.problem import Problem
from ataraxy.core.protocol.treatments import TreatmentTable
from ataraxy.core.protocol.types import Disorder, Measure, Route
from ataraxy.core.scales.checks import instrument_problems
from ataraxy.core.scales.types import Instrument

OnShelf = PkModel | EffectModel | PopulationSpec | Study | Review
SHELVES: Mapping[str, Callable[[bytes, str], tuple[Document, OnShelf | None, tuple[Problem, ...]]]] = {
    MODELS.folder: MODELS.read,
    EFFECTS.folder: EFFECTS.read,
    POPULATIONS.folder: POPULATIONS.read,
    STUDIES.folder: STUDIES.read,
    REVIEWS.folder: REVIEWS.read,
}
KEYS = {
    "pk_models": "compartments",
    "effect_models": "endpoint",
    "populations": "height_cm",
    "studies": "cohort_id",
    "reviews": "narrative",
}  # a key that stands only there


@dataclass(frozen=True, slots=True)
class CatalogProblem:
    """One thing that is wrong: ``where`` is ``file:line:column``."""

    where: str
    cause: str
    cure: str

    def __str__(self) -> str:
        return f"{self.where}: {self.cause} {self.cure}"


def check_bytes(data: bytes, name: str) -> tuple[Reading | None, tuple[CatalogProblem, ...]]:
    """All problems of one protocol file; None where it is not even TOML."""
    try:
        reading = read_protocol(data, name, checked=True)
    except CatalogError as error:
        return None, (problem_of(error),)
    return reading, tuple(_place(reading.document, reading.problems))


def problem_of(error: CatalogError) -> CatalogProblem:
    return CatalogProblem(error.where, error.cause, error.cure)


def check_catalog() -> tuple[CatalogProblem, ...]:
    """All problems of all files that ship with the catalog."""
    try:
        sources(), instruments(), treatments(), cautions(), limits(), side_effects(), load_codes()
    except CatalogError as error:
        return (problem_of(error),)
    found = list(_library_problems())
    for path in toml_files("protocols"):
        found.extend(check_bytes(path.read_bytes(), path.name)[1])
    found.extend(_shelves())
    return tuple(found)


def _library_problems() -> Iterator[CatalogProblem]:
    for path in toml_files("instruments"):
        document = open_document(path)
        instrument = fit_document(Instrument, document)
        yield from _place(document, [*instrument_problems(instrument), *cited(instrument, ())])
        yield from _named_after(document, path, instrument.id)
    for path in toml_files("treatments"):
        document = open_document(path)
        table = fit_document(TreatmentTable, document)
        yield from _place(document, cited(table, ()))
        yield from _named_after(document, path, table.disorder.value)
    limit_file = open_document(HOME / "limits.toml")
    yield from _place(limit_file, [*_limit_gaps(limits()), *cited(limits(), ())])
    yield from _cautions()
    yield from _side_effects()
    for name, words in problems_of_codes(sources()):
        yield CatalogProblem(name, words, "Add the source, or set status = unverified.")
    for disorder in set(Disorder) - set(treatments()):
        words = f"There is no table of treatments for {disorder.value!r}."
        yield CatalogProblem("treatments", words, "Add one.")


def _shelves() -> Iterator[CatalogProblem]:
    for folder in SHELVES:
        for path in toml_files(folder):
            yield from check_on_shelf(folder, path.read_bytes(), path.name)


def shelf_of(data: bytes, name: str, folder: str) -> str | None:
    """Which of ``SHELVES`` a file belongs to, by the folder it lies in or by its keys; None for a protocol."""
    if folder in SHELVES:
        return folder
    try:
        keys = parse_toml(read_text(data, name), name).values.keys()
    except CatalogError:
        return None
    return next((kind for kind, key in KEYS.items() if key in keys), None)


def check_on_shelf(folder: str, data: bytes, name: str) -> tuple[CatalogProblem, ...]:
    """All problems of one file of a folder of ``SHELVES``."""
    return read_on_shelf(folder, data, name)[1]


def read_on_shelf(folder: str, data: bytes, name: str) -> tuple[OnShelf | None, tuple[CatalogProblem, ...]]:
    """What such a file says, and all its problems; None where it has not the shape of one."""
    try:
        document, one, problems = SHELVES[folder](data, name)
    except CatalogError as error:
        return None, (problem_of(error),)
    return one, tuple(_place(document, problems))


def _place(document: Document, problems: Iterable[Problem]) -> Iterator[CatalogProblem]:
    for problem in problems:
        yield CatalogProblem(document.where(problem.path), problem.cause, problem.cure)


def _named_after(document: Document, path: Traversable, id_: str) -> Iterator[CatalogProblem]:
    if path.name != f"{id_}.toml":
        where = document.where(("id",))
        yield CatalogProblem(where, f"The file is not named after {id_!r}.", f"Call it {id_}.toml.")


def _cautions() -> Iterator[CatalogProblem]:
    for name, section, rows in (
        ("conditions.toml", "conditions", cautions().conditions.values()),
        ("medicines.toml", "medicine_groups", cautions().medicine_groups.values()),
    ):
        document = open_document(HOME / "cautions" / name)
        found = (problem for i, row in enumerate(rows) for problem in cited(row, (section, i)))
        yield from _place(document, found)


def _side_effects() -> Iterator[CatalogProblem]:
    for line, effect in enumerate(side_effects().values(), 2):
        if effect.source not in sources():
            where = f"side_effects.csv:{line}:1"
            yield CatalogProblem(
                where, f"The source {effect.source!r} does not exist.", "Add it to sources.toml."
            )


def _limit_gaps(known: SafetyLimits) -> Iterator[Problem]:
    for measure in Measure:
        if known.range(measure) is None:
            yield Problem((), f"No range is known for {measure.value!r}.", "Add it to [[measures]].")
    for route in Route:
        if known.route(route) is None:
            yield Problem((), f"No limit is known for {route.value!r}.", "Add it to [[routes]].")
