"""Studies of ketamine, one a file: who, which arms, what was measured, how surely each number was seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from ataraxy.catalog.library import side_effects, sources
from ataraxy.catalog.shelf import Shelf
from ataraxy.core.evidence.audit_study import problems_of_study
from ataraxy.core.evidence.study import Figure, Review, Seen, Study
from ataraxy.core.protocol.problem import Path, Problem
from ataraxy.core.protocol.sources import Read

BEARS = {
    Read.PRIMARY: frozenset(Seen),
    Read.SECONDARY: frozenset(Seen) - {Seen.READ},
    Read.RECALLED: frozenset({Seen.RECALLED}),
    Read.OWN: frozenset({Seen.RECALLED}),
}  # what a number may claim, by how its source was read


def _audit(study: Study) -> tuple[Problem, ...]:
    return (*problems_of_study(study), *against_source(study), *_effects(study))


def against_source(one: Study | Review) -> Iterator[Problem]:
    """Where a file says more than its source, or another date of retraction."""
    source = sources().get(one.source)
    if source is None:
        return  # told as a source that does not exist
    if source.retracted_on != one.retracted_on:
        words = f"sources.toml says retracted_on {source.retracted_on}, this file {one.retracted_on}."
        yield Problem(("source",), words, "Look up which is right, and write it in both.")
    for path, figure in _figures(one, ()):
        if figure.seen not in BEARS[source.read]:
            words = f"{figure.value} is said to be {figure.seen.value!r}, but {one.source!r} is {source.read.value}."
            yield Problem((*path, "seen"), words, "Say how the number was really seen.")


def _figures(value: Any, path: Path) -> Iterator[tuple[Path, Figure]]:
    if isinstance(value, Figure):
        yield path, value
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _figures(item, (*path, index))
    elif is_dataclass(value):
        for field in fields(value):
            yield from _figures(getattr(value, field.name), (*path, field.name))


def _effects(study: Study) -> Iterator[Problem]:
    for i, harm in enumerate(study.harms):
        if harm.effect not in side_effects():
            words = f"There is no side effect {harm.effect!r}."
            yield Problem(
                ("harms", i, "effect"), words, "Choose a key of codes/side_effects.csv, or `other`."
            )


STUDIES = Shelf("studies", "study", Study, _audit)
parse_study = STUDIES.parse


@cache
def studies() -> Mapping[str, Study]:
    """Every study of the catalog, by id.

    Raises:
        CatalogError: a file is wrong.
    """
    return STUDIES.every()


@cache
def load_study(study_id: str) -> Study:
    """A study of the catalog by its id; only its own file is read.

    Raises:
        CatalogError: no such study, or its file is wrong.
    """
    return STUDIES.load(study_id)
