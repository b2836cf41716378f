"""A clinic's own base: what ships, and what its people accepted beside it, read from the clinic's record.

Arrivals are a stream of the record of their own, folded when asked; nothing of them is kept beside it. H-070.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from uuid import UUID, uuid5

from ataraxy.catalog.local import read_source_rows, read_study_text
from ataraxy.catalog.reviews import reviews
from ataraxy.catalog.studies import studies
from ataraxy.clinic.audit.append import texts
from ataraxy.clinic.audit.models import ChainHead
from ataraxy.clinic.context import Context
from ataraxy.clinic.evidence.base import Base, Local, shipped
from ataraxy.clinic.people.models import Staff
from ataraxy.core.errors import CatalogError
from ataraxy.core.evidence.arrivals import EVENTS, Arrival, StudyArrived, arrivals
from ataraxy.core.evidence.study import Study
from ataraxy.core.protocol.sources import Source
from ataraxy.core.record.read import read_event
from ataraxy.interop.arrival import UNREAD, inherited

TYPES = {kind.__name__: kind for kind in EVENTS}
STREAM = UUID("6f2f9c1e-0b5a-5d0e-9a53-8a4f7a6c2d11")  # under which a clinic's stream of arrivals has its id
KEPT = 16


def stream_of(clinic_id: UUID) -> UUID:
    """The id of a clinic's stream of arrivals."""
    return uuid5(STREAM, str(clinic_id))


def base_of(ctx: Context) -> Base:
    """The base this clinic's pages and papers answer from."""
    head = _head(ctx)
    return shipped() if head is None else _base(head.id, head.hash)


def arrivals_of(ctx: Context) -> tuple[Arrival, ...]:
    """Everything that arrived at this clinic, the newest first."""
    head = _head(ctx)
    return () if head is None else tuple(reversed(_arrivals(head.id, head.hash)))


def _head(ctx: Context) -> ChainHead | None:
    return ChainHead.objects.filter(clinic=ctx.clinic, id=stream_of(ctx.clinic.id)).first()


@lru_cache(maxsize=KEPT)
def _arrivals(stream: UUID, _hash: str) -> tuple[Arrival, ...]:
    """Kept by the head's hash: another event is another hash."""
    return arrivals(read_event(text, TYPES, {}) for text in texts(stream))


@lru_cache(maxsize=KEPT)
def _base(stream: UUID, head_hash: str) -> Base:
    standing = [one for one in _arrivals(stream, head_hash) if one.stands]
    if not standing:
        return shipped()
    deciders = [one.decided.by for one in standing if one.decided is not None and one.decided.by is not None]
    names = {one.id: one.name for one in Staff.objects.filter(id__in=deciders)}
    return put_together(standing, names, head_hash)


def put_together(standing: Iterable[Arrival], names: Mapping[UUID, str], key: str) -> Base:
    """The catalog with what accepted arrivals say, in order of arrival: the later one stands."""
    here, local, cited, unread = dict[str, Study](), dict[str, Local](), dict[str, Source](), list[str]()
    for one in standing:
        try:
            found = accepted(one, {**studies(), **here})
            rows = (
                read_source_rows(one.what.sources, one.what.file)
                if isinstance(one.what, StudyArrived)
                else ()
            )
        except CatalogError:
            unread.append(one.what.study)
            continue
        if found is None:
            unread.append(one.what.study)
            continue
        here[found.id], local[found.id] = found, _told(one, names)
        cited |= {row.key: row for row in rows}
    whole = {**studies(), **here}
    kept = {name: inherited(study, whole) for name, study in here.items()}
    every = MappingProxyType({**studies(), **kept})
    return Base(every, reviews(), MappingProxyType(local), MappingProxyType(cited), tuple(unread), key)


def accepted(one: Arrival, base: Mapping[str, Study]) -> Study | None:
    """The study as it stands once an arrival is accepted; None where what it takes back is not in the base."""
    what = one.what
    if isinstance(what, StudyArrived):
        study = read_study_text(what.text, f"{what.study}.toml")
        return replace(study, unreviewed=False, note=study.note.replace(UNREAD, "."))
    held = base.get(what.study)
    if held is None:
        return None
    words = " ".join(filter(None, (what.words, f"Read at: {what.where}" if what.where else "")))
    return replace(held, retracted_on=what.retracted_on, retraction=words)


def _told(one: Arrival, names: Mapping[UUID, str]) -> Local:
    decided = one.decided
    if decided is None:
        raise ValueError("Nobody has decided about this arrival.")
    by = names.get(decided.by, "") if decided.by is not None else ""
    return Local(one.id, by or "a person of this clinic", decided.at, decided.reason, one.is_retraction)
