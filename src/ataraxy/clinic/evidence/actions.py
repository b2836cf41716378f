"""Studies come to this clinic's base: brought out of a file, or told to be taken back; then accepted or kept out.

Every act is an event of the clinic's record. Nothing is ever removed: a later decision stands over an earlier one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import transaction

from ataraxy.catalog.local import SourceFile
from ataraxy.catalog.written import written
from ataraxy.clinic.audit.append import Entry, append, lock_head, written_before
from ataraxy.clinic.audit.models import ChainHead, StreamKind
from ataraxy.clinic.context import Context
from ataraxy.clinic.evidence.local import arrivals_of, base_of, stream_of
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.signing import require_role
from ataraxy.core.errors import InputRefused
from ataraxy.core.evidence.arrivals import Arrival, ArrivalDecided, RetractionReported, StudyArrived
from ataraxy.core.record.chain import GENESIS
from ataraxy.interop.arrival import settled_together, source_of
from ataraxy.interop.arriving import problems_of_import
from ataraxy.interop.evidence_formats import Format, format_of, studies_in
from ataraxy.interop.taken import Taken

BRINGS = (Role.PRESCRIBER, Role.DIRECTOR, Role.RESEARCHER)
DECIDES = (Role.PRESCRIBER, Role.DIRECTOR)
LARGEST_STUDY = 400_000  # letters of its file; what is larger is brought by parts


def bring_file(ctx: Context, name: str, data: bytes, key: str) -> tuple[UUID, ...]:
    """What a file holds arrives, and changes nothing yet; the ids of the arrivals, none where it was brought before.

    Raises:
        InputRefused: the file is none of the formats, holds no study, or one that could not be read again.
    """
    require_role(ctx, *BRINGS)
    form = format_of(name)
    if form in (Format.RIS, Format.BIBTEX):
        words = "References tell no numbers: they change no answer."
        raise InputRefused(words, "Bring the study itself: a registry's JSON, or a table (CSV).", "file")
    base = base_of(ctx)
    coming = settled_together(studies_in(data, form), base.studies, name)
    if not coming:
        raise InputRefused("The file holds no study.", "Look whether it is the right one.", "file")
    _refuse_unsound(coming, name)
    digest = hashlib.sha256(data).hexdigest()
    made = [_arrived(ctx, one, name, digest) for one in coming]
    return tuple(one.arrival for one in made) if _write(ctx, made, key) else ()


def _refuse_unsound(coming: Iterable[Taken], name: str) -> None:
    """A study with a fault of its own cannot stand in a base, so it does not arrive either: its cure is in the file."""
    for one in coming:
        source = source_of(one.study, name)
        for problem in problems_of_import(one.study, {source.key: source}):
            raise InputRefused(f"{one.study.id}: {problem.cause}", problem.cure, "file")


def _arrived(ctx: Context, one: Taken, name: str, digest: str) -> StudyArrived:
    text = written(one.study)
    if len(text) > LARGEST_STUDY:
        raise InputRefused(
            f"{one.study.id} is too long for the record.", "Bring it without what is not asked.", "file"
        )
    cited = written(SourceFile((source_of(one.study, name),)))
    return StudyArrived(ctx.new_id(), one.study.id, name, digest, text, cited, tuple(map(str, one.notes)))


def report_retraction(ctx: Context, study_id: str, on: date, words: str, where: str, key: str) -> UUID | None:
    """Somebody says that a study of the base was taken back; a person has to accept that too.

    Raises:
        InputRefused: there is no such study, it is retracted already, or the day is to come.
    """
    require_role(ctx, *BRINGS)
    study = base_of(ctx).studies.get(study_id)
    if study is None:
        raise InputRefused("There is no such study in the base.", "Choose one of the list.")
    if study.retracted_on is not None:
        raise InputRefused("It stands as retracted already.", "Nothing is to be done.")
    if on > ctx.today.date():
        raise InputRefused("That day is to come.", "Give the day on which it was taken back.", "retracted_on")
    made = RetractionReported(ctx.new_id(), study_id, on, words.strip(), where.strip())
    return made.arrival if _write(ctx, [made], key) else None


def decide(ctx: Context, arrival: UUID, accepted: bool, reason: str, seen: int | None, key: str) -> None:
    """Let what arrived stand in this clinic's base, or keep it out; a later decision stands over an earlier one.

    ``seen``: how many decisions the person saw about it.

    Raises:
        InputRefused: no reason, nothing of that id, or somebody has decided meanwhile.
    """
    require_role(ctx, *DECIDES)
    if not reason.strip():
        raise InputRefused("A decision needs its reason.", "Say in a few words what it rests on.", "reason")
    with transaction.atomic():
        head = _locked(ctx)
        if written_before(ctx, key, head.id, ArrivalDecided):
            return
        found = arrival_of(ctx, arrival)
        if found is None:
            raise InputRefused("Nothing of that kind has arrived.", "Reload the list and look again.")
        if len(found.decisions) != (seen or 0):
            raise InputRefused(
                "Somebody has decided about it meanwhile.", "Look at the page again, then decide."
            )
        if found.decided is not None and found.decided.accepted is accepted:
            raise InputRefused("It stands so already.", "Nothing is to be done.")
        append(ctx, head, [Entry(ArrivalDecided(arrival, accepted, reason.strip()))], idempotency_key=key)


def arrival_of(ctx: Context, arrival: UUID) -> Arrival | None:
    """One thing that arrived at this clinic."""
    return next((one for one in arrivals_of(ctx) if one.id == arrival), None)


def _write(ctx: Context, made: Iterable[StudyArrived | RetractionReported], key: str) -> bool:
    """Into the record, once a key."""
    entries = [Entry(one) for one in made]
    with transaction.atomic():
        head = _locked(ctx)
        if written_before(ctx, key, head.id, type(entries[0].payload)):
            return False
        append(ctx, head, entries, idempotency_key=key)
        return True


def _locked(ctx: Context) -> ChainHead:
    """The clinic's stream of arrivals, which its first act opens, locked until the transaction ends."""
    stream = stream_of(ctx.clinic.id)
    ChainHead.objects.get_or_create(
        id=stream, defaults={"clinic": ctx.clinic, "kind": StreamKind.CLINIC, "hash": GENESIS}
    )
    return lock_head(ctx, stream)
