"""A study or reference that arrives: what it is already known as, and the source it becomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from ataraxy.core.evidence.same_people import shared_names
from ataraxy.core.evidence.study import Figure, Seen, Study
from ataraxy.core.protocol.sources import Read, Source
from ataraxy.interop.numerals import slug
from ataraxy.interop.references.reference import Reference
from ataraxy.interop.taken import Note, Taken, Weight

UNREAD = "; not yet reviewed by a person."


def known_as(study: Study, base: Mapping[str, Study]) -> Study | None:
    """Another study of the base with one of its registry numbers, its DOI or its PMID; a retracted one before others."""
    found = [one for one in base.values() if shared_names(study, one)]
    return min(found, key=lambda one: (one.retracted_on is None, one.id), default=None)


def settled(taken: Taken, base: Mapping[str, Study], file: str) -> Taken:
    """An import as it enters the base: named as one, in the cohort of the study it seems to be, retracted where that is.

    Two reports of the same people would be pooled twice; one cohort lets at most one of them in. A retraction is of a
    paper: the same study or the same DOI or PMID inherits its date; of the same registration only, it may be another paper
    of that trial, and stays out of every pool until a person has read it.
    """
    note = f"Imported from {file}{UNREAD}"
    study = replace(taken.study, note=" ".join(filter(None, (taken.study.note, note))), unreviewed=True)
    before, other = base.get(study.id), known_as(study, base)
    words: list[str] = []
    if other is not None:
        study = replace(study, cohort_id=other.cohort_id)
        words.append(
            f"It seems to be {other.id}, which is in the base; it is put into its cohort {other.cohort_id!r}."
        )
    gone = next((one for one in (before, other) if one is not None and one.retracted_on is not None), None)
    if gone is not None and study.retracted_on is None:
        # H-057, H-060: no import takes a retraction back
        if gone is before or _is_same_paper(study, gone):
            study = replace(study, retracted_on=gone.retracted_on, retraction=gone.retraction)
            words.append(f"{gone.id} was retracted on {gone.retracted_on}; so it is taken to be.")
        else:
            words.append(
                f"{gone.id} of the same registration was retracted; it enters no pool until a person has read it."
            )
    return Taken(study, (*taken.notes, *(Note(study.id, Weight.DOUBT, one) for one in words)))


def inherited(study: Study, base: Mapping[str, Study]) -> Study:
    """A study with the retraction of the study it stands in for, or of the same paper, if there is one."""
    for gone in base.values() if study.retracted_on is None else ():
        if gone.retracted_on is not None and (gone.id == study.id or _is_same_paper(study, gone)):
            return replace(study, retracted_on=gone.retracted_on, retraction=gone.retraction)  # H-057
    return study


def settled_together(taken: Iterable[Taken], base: Mapping[str, Study], file: str) -> tuple[Taken, ...]:
    """Each study of one file, settled against the base and those of the file before it."""
    known, found = dict(base), list[Taken]()
    for one in taken:
        found.append(settled(one, known, file))
        known[found[-1].study.id] = found[-1].study
    return tuple(found)


def _is_same_paper(one: Study, other: Study) -> bool:
    return any(name.startswith(("doi:", "PMID")) for name in shared_names(one, other))


def source_of(study: Study, file: str) -> Source:
    """The source an imported study cites: read where its numbers say so, else somebody's account of it."""
    seen = {figure.seen for figure in _figures(study)}
    nct = next((one for one in study.registrations if one.startswith("NCT")), "")
    return Source(
        key=study.source,
        authors=study.funding or study.label or study.id,
        title=study.title,
        read=Read.PRIMARY if Seen.READ in seen or not seen else Read.SECONDARY,
        year=study.year,
        doi=study.doi,
        pmid=study.pmid,
        url=f"https://clinicaltrials.gov/study/{nct}" if nct else "",
        note=f"Imported from {file}.",
        retracted_on=study.retracted_on,
    )


def _figures(value: Any) -> Iterable[Figure]:
    if isinstance(value, Figure):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _figures(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _figures(getattr(value, field.name))


def reference_source(reference: Reference, file: str) -> Source:
    """A reference as a source nobody has read yet: what cites it stays unverified."""
    volume = f" {reference.volume}" if reference.volume else ""
    issue = f"({reference.issue})" if reference.issue else ""
    pages = f":{reference.pages}" if reference.pages else ""
    authors = ", ".join(reference.authors) or "Not told"
    return Source(
        key=slug(reference.key),
        authors=f"{authors} and others" if reference.and_others else authors,
        title=reference.title,
        read=Read.RECALLED,
        year=reference.year,
        doi=reference.doi,
        pmid=reference.pmid,
        url=reference.url,
        where=f"{reference.journal}{volume}{issue}{pages}".strip(),
        note=f"Imported from {file}; not read.",
    )


def known_source(reference: Reference, sources: Iterable[Source]) -> Source | None:
    """A source with the reference's DOI or PMID, or its title word for word."""
    title = slug(reference.title)
    for one in sources:
        if (
            (reference.doi and one.doi.lower() == reference.doi.lower())
            or (reference.pmid and one.pmid == reference.pmid)
            or slug(one.title) == title
        ):
            return one
    return None


def source_reference(source: Source) -> Reference:
    """A source of the base as a reference."""
    named = source.authors.removesuffix(" and others")
    return Reference(
        key=source.key,
        title=source.title,
        authors=(named,) if named else (),
        and_others=named != source.authors,
        year=source.year,
        journal=source.where,
        doi=source.doi,
        pmid=source.pmid,
        url=source.url,
    )
