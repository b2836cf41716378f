"""Which reports are of the same people: one cohort, or one registration, DOI or PMID, directly or through a third."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ataraxy.core.evidence.study import Study


def names_of(study: Study) -> frozenset[str]:
    """The numbers by which a study goes, written one way."""
    doi = study.doi.strip().lower()
    told = [one.strip().upper() for one in study.registrations]
    told += [f"doi:{doi}" if doi else "", f"PMID {study.pmid.strip()}" if study.pmid.strip() else ""]
    return frozenset(filter(None, told))


def shared_names(one: Study, other: Study) -> tuple[str, ...]:
    """The numbers that two reports share; none of a report with itself."""
    return () if one.id == other.id else tuple(sorted(names_of(one) & names_of(other)))


def groups_of_people(studies: Iterable[Study]) -> Mapping[str, str]:
    """For each study's id the group of people it reports; two of the same group are never pooled together."""
    held: dict[str, str] = {}
    group: dict[str, str] = {}
    for study in sorted(studies, key=lambda one: one.id):
        names = {f"cohort {study.cohort_id}", *names_of(study)}
        met = {held[name] for name in names if name in held}
        mine = min((study.id, *met))
        group[study.id] = mine
        moved = {key for key, one in group.items() if one in met}
        group.update(dict.fromkeys(moved, mine))
        held.update({name: mine for name, one in held.items() if one in met} | dict.fromkeys(names, mine))
    return group
