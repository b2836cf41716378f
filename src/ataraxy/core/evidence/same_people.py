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
    """For each study's id the group of people it reports; two of the same group are never pooled together.

    What came by an import and nobody has read joins the groups it names, but makes no two groups of read studies one:
    a number it claims must not put a read trial out of a pool.
    """
    held: dict[str, str] = {}
    group: dict[str, str] = {}
    read: set[str] = set()
    for study in sorted(studies, key=lambda one: (one.unreviewed, one.id)):
        names = {f"cohort {study.cohort_id}", *names_of(study)}
        met = {held[name] for name in names if name in held}
        stays = met & read if study.unreviewed else set[str]()
        mine = min(stays) if stays else min((study.id, *met))
        joined = met - stays
        group[study.id] = mine
        group.update({key: mine for key, one in group.items() if one in joined})
        held.update({name: mine for name, one in held.items() if one in joined})
        held.update({name: mine for name in names if held.get(name) not in stays})
        if not study.unreviewed:
            read = (read - joined) | {mine}
    return group


def spoken_for(studies: Iterable[Study], people: Mapping[str, str]) -> frozenset[str]:
    """The groups of people of whom a person has read a report: no unread one speaks for them."""
    return frozenset(people[one.id] for one in studies if not one.unreviewed and one.id in people)
