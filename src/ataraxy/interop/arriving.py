"""What studies of a file would change in the base, worked out before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ataraxy.catalog.local import SOURCES, problems_of_local
from ataraxy.catalog.shape import FAILED, fit
from ataraxy.catalog.studies import studies
from ataraxy.catalog.toml import parse_toml
from ataraxy.catalog.written import written
from ataraxy.core.evidence.difference import Difference, differences
from ataraxy.core.evidence.pool_difference import PoolChanges, pool_changes
from ataraxy.core.evidence.study import Study
from ataraxy.core.evidence.study_consistency import findings_of_study
from ataraxy.core.protocol.problem import Problem
from ataraxy.core.protocol.sources import Source
from ataraxy.interop.arrival import settled_together, source_of
from ataraxy.interop.taken import Taken


@dataclass(frozen=True, slots=True)
class Arrival:
    """What would change: ``problems`` forbid it, ``findings`` and notes are for a person to weigh."""

    taken: tuple[Taken, ...]
    sources: tuple[Source, ...]
    differences: tuple[Difference, ...]
    pools: PoolChanges
    problems: tuple[tuple[str, Problem], ...]  # by id of a study
    findings: tuple[tuple[str, str], ...]
    in_place_of: tuple[str, ...]  # shipped studies that a file of the same id would stand in for


def arrive(
    taken: tuple[Taken, ...], file: str, before: Mapping[str, Study], known: Mapping[str, Source]
) -> Arrival:
    """What studies of a file would change in a base.

    Args:
        taken: what the file holds.
        file: its name.
        before: the base.
        known: sources beside the catalog's, by key.
    """
    coming = settled_together(taken, before, file)
    after: Mapping[str, Study] = {**before, **{one.study.id: one.study for one in coming}}
    cited = tuple(source_of(one.study, file) for one in coming)
    own = {**known, **{one.key: one for one in cited}}
    return Arrival(
        taken=coming,
        sources=cited,
        differences=differences(before, after),
        pools=pool_changes(before, after),
        problems=tuple((one.study.id, p) for one in coming for p in problems_of_import(one.study, own)),
        findings=tuple(
            (one.study.id, f"{found.place.outcome if found.place else ''}: {found.words}")
            for one in coming
            for found in findings_of_study(one.study)
        ),
        in_place_of=tuple(one.study.id for one in coming if one.study.id in studies()),
    )


def problems_of_import(study: Study, own: Mapping[str, Source]) -> tuple[Problem, ...]:
    """What would keep its file from being read again as the same study."""
    found = [*problems_of_local(study, own)]
    again = fit(Study, parse_toml(written(study), f"{study.id}.toml").values, (), found)
    if f"{study.id}.toml" == SOURCES:
        found.append(Problem(("id",), "A study cannot be called `sources`.", "Rename it in the file."))
    if again is not FAILED and again != study:
        found.append(Problem((), "Its file would be read as another study.", "Report it with the file."))
    return tuple(found)
