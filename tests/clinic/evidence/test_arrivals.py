"""Studies a clinic accepts itself: nothing changes an answer until a person decides, with a reason, on record."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

HEADER = (
    "study,condition_arm1,condition_arm2,outcome_type,instrument,event_arm1,totaln_arm1,event_arm2,totaln_arm2,"
    "drug_arm1,drug_arm2,dose_days,diagnosis,design,blinding,registration_number,seen_in_source,randomised"
)


def table_of(name: str, registration: str = "NCT99999901") -> bytes:
    """A SYNTHETIC trial in social anxiety, 7 of 20 beside 1 of 20."""
    row = f"{name},ket,pcb,response,lsas,7,20,1,20,ketamine,saline,14,sad,parallel,double-blind,{registration},read,yes"
    return f"{HEADER}\n{row}\n".encode()


@pytest.fixture
def ctx(director: Any) -> Any:
    from ataraxy.clinic.context import staff_context

    return staff_context(director)


def bring(ctx: Any, data: bytes, name: str = "new.csv") -> Any:
    from ataraxy.clinic.evidence.actions import bring_file

    (made,) = bring_file(ctx, name, data, str(uuid4()))
    return made


def decide(
    ctx: Any, arrival: Any, accepted: bool, seen: int = 0, reason: str = "Read against the paper."
) -> None:
    from ataraxy.clinic.evidence.actions import decide as act

    act(ctx, arrival, accepted, reason, seen, str(uuid4()))


def pooled(ctx: Any) -> set[str]:
    from ataraxy.clinic.evidence.asked import Asked
    from ataraxy.clinic.evidence.local import base_of
    from ataraxy.clinic.evidence.queries import answer_of
    from ataraxy.core.evidence.study import Condition

    answer = answer_of(Asked(Condition.PTSD, base=base_of(ctx)))
    return {row.study for pool in answer.pools for forest in pool.forests for row in forest.rows}


def brought_in_ptsd(ctx: Any) -> Any:
    """A study of PTSD with means, out of a file, as the record holds it."""
    from dataclasses import replace

    from ataraxy.catalog.local import SourceFile
    from ataraxy.catalog.studies import studies
    from ataraxy.catalog.written import written
    from ataraxy.clinic.evidence import actions
    from ataraxy.core.evidence.arrivals import StudyArrived
    from ataraxy.interop.arrival import UNREAD, source_of

    study = replace(
        studies()["feder-2021"],
        id="new-2026",
        label="New 2026",
        cohort_id="new-2026",
        registrations=("NCT09999999",),
        doi="",
        pmid="",
        source="import-new-2026",
        year=2026,
        unreviewed=True,
        note=f"Imported from new.csv{UNREAD}",
    )
    made = StudyArrived(
        uuid4(),
        study.id,
        "new.csv",
        "0" * 64,
        written(study),
        written(SourceFile((source_of(study, "new.csv"),))),
        (),
    )
    assert actions._write(ctx, [made], str(uuid4()))
    return made.arrival


def test_what_arrived_is_in_no_pool_until_it_is_accepted_and_out_again_when_kept_out(ctx: Any) -> None:
    """H-070."""
    arrival = brought_in_ptsd(ctx)
    assert "new-2026" not in pooled(ctx)
    decide(ctx, arrival, True)
    assert "new-2026" in pooled(ctx)
    decide(ctx, arrival, False, seen=1)
    assert "new-2026" not in pooled(ctx)


def test_an_accepted_study_is_marked_with_who_accepted_it_wherever_it_stands(
    ctx: Any, director: Any, log_in: Any
) -> None:
    """H-070: a clinic's own study must not look like one that ships."""
    arrival = brought_in_ptsd(ctx)
    decide(ctx, arrival, True, reason="Read against the journal's PDF.")
    client = log_in(director)
    told = client.get(reverse("evidence:disorder", args=["ptsd"])).content.decode()
    mark = f"Accepted here, not shipped: {director.name}"
    assert told.count(mark) == 2  # the trials and the list of studies; in the picture in short
    assert "Read against the journal" in told
    drawn = " ".join(re.findall(r">([^<]+)</text>", told))
    assert "accepted here" in drawn
    page = client.get(reverse("evidence:study", args=["new-2026"])).content.decode()
    assert mark in page and "not yet reviewed" not in page
    rows = client.get(reverse("evidence:inputs", args=["ptsd"]) + "?as=csv").content.decode()
    assert mark in rows
    assert f"accepted by {director.name}" in told
    assert f"accepted by {director.name}" in client.get(reverse("evidence:overview")).content.decode()


def test_another_clinic_sees_nothing_of_it(ctx: Any, outsider: Any) -> None:
    from ataraxy.clinic.context import staff_context
    from ataraxy.clinic.evidence.base import shipped
    from ataraxy.clinic.evidence.local import arrivals_of, base_of

    decide(ctx, brought_in_ptsd(ctx), True)
    theirs = staff_context(outsider)
    assert base_of(theirs) == shipped() and arrivals_of(theirs) == ()


def test_every_act_is_an_event_and_the_chain_holds(ctx: Any) -> None:
    from ataraxy.clinic.audit.models import ChainHead, Event
    from ataraxy.clinic.audit.verify import stream_faults
    from ataraxy.clinic.evidence.local import stream_of

    decide(ctx, brought_in_ptsd(ctx), False, reason="No full text.")
    head = ChainHead.objects.get(id=stream_of(ctx.clinic.id))
    assert list(Event.objects.filter(stream=head).order_by("seq").values_list("type", flat=True)) == [
        "StudyArrived",
        "ArrivalDecided",
    ]
    assert not list(stream_faults(head))


def test_a_decision_needs_a_reason_a_right_and_what_stands_now(ctx: Any, researcher: Any) -> None:
    from ataraxy.clinic.context import staff_context
    from ataraxy.core.errors import InputRefused, NotPermitted

    arrival = brought_in_ptsd(ctx)
    with pytest.raises(InputRefused, match="reason"):
        decide(ctx, arrival, True, reason=" ")
    with pytest.raises(NotPermitted):
        decide(staff_context(researcher), arrival, True)
    decide(ctx, arrival, True)
    with pytest.raises(InputRefused, match="meanwhile"):
        decide(ctx, arrival, False, seen=0)
    assert "new-2026" in pooled(ctx)


def test_the_page_shows_the_change_of_every_pool_before_anybody_decides(
    ctx: Any, director: Any, log_in: Any
) -> None:
    """H-060."""
    arrival = brought_in_ptsd(ctx)
    told = log_in(director).get(reverse("evidence:arrival", args=[arrival])).content.decode()
    assert "What it would change" in told and "comes in: New 2026" in told
    assert "Waits for a decision" in told
    assert "Of which pools it stays out" in told or "stay as they are" in told


def test_a_retraction_told_here_takes_the_study_out_once_accepted(
    ctx: Any, director: Any, log_in: Any
) -> None:
    """H-057."""
    from ataraxy.clinic.evidence.actions import report_retraction

    made = report_retraction(ctx, "feder-2014", date(2026, 1, 2), "The journal; data.", "doi", str(uuid4()))
    assert "feder-2014" in pooled(ctx)
    decide(ctx, made, True)
    assert "feder-2014" not in pooled(ctx)
    told = log_in(director).get(reverse("evidence:disorder", args=["ptsd"])).content.decode()
    assert re.search(r'class="taken-back">Feder 2014</a><br><small>Retracted 2 January 2026', told)
    assert f"Taken back here, not shipped: {director.name}" in told


def test_no_acceptance_takes_a_shipped_retraction_back(ctx: Any) -> None:
    """H-057: an import under the name of a retracted study inherits its date."""
    from ataraxy.clinic.evidence.local import base_of

    arrival = bring(ctx, table_of("Mills 2025", "ACTRN12616001096448"))
    decide(ctx, arrival, True)
    base = base_of(ctx)
    assert base.studies["mills-2025"].retracted_on == date(2026, 3, 31)
    assert "mills-2025" not in pooled(ctx)


def test_a_file_is_brought_on_the_page_and_the_doubts_stand_first(researcher: Any, log_in: Any) -> None:
    client = log_in(researcher)
    file = SimpleUploadedFile("new.csv", table_of("Brought 2026"), content_type="text/csv")
    answer = client.post(reverse("evidence:bring"), {"key": str(uuid4()), "file": file}, follow=True)
    told = answer.content.decode()
    assert answer.status_code == 200 and answer.redirect_chain
    assert "brought by" in told and "Waits for a decision" in told
    assert "Decide</a>" not in told  # a researcher brings, and does not decide


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("old.json", b'{"FullStudiesResponse": {}}', "version 2"),
        ("old.json", b"{", "JSON"),
        ("refs.ris", b"TY  - JOUR\nER  - \n", "change no answer"),
        ("photo.png", b"\x89PNG", "tells no format"),
        ("empty.csv", f"{HEADER}\n".encode(), ""),
    ],
)
def test_a_file_that_is_no_study_is_refused_with_its_cure(
    name: str, data: bytes, says: str, researcher: Any, log_in: Any
) -> None:
    file = SimpleUploadedFile(name, data)
    answer = log_in(researcher).post(reverse("evidence:bring"), {"key": str(uuid4()), "file": file})
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_the_decision_is_signed_with_the_own_password(ctx: Any, director: Any, log_in: Any) -> None:
    arrival = brought_in_ptsd(ctx)
    client, url = log_in(director), reverse("evidence:decide", args=[arrival])
    given = {"key": str(uuid4()), "seen": "0", "accepted": "yes", "reason": "Read.", "password": "not it"}
    answer = client.post(url, given)
    assert answer.status_code == 422 and "password does not match" in answer.content.decode()
    assert "new-2026" not in pooled(ctx)


def test_a_study_this_release_cannot_read_is_told_and_never_passed_over(
    ctx: Any, director: Any, log_in: Any
) -> None:
    """H-070."""
    from ataraxy.clinic.evidence import actions
    from ataraxy.clinic.evidence.local import base_of
    from ataraxy.core.evidence.arrivals import StudyArrived

    made = StudyArrived(uuid4(), "from-later", "x.csv", "0" * 64, 'id = "from-later"\nunheard = 1\n', "", ())
    assert actions._write(ctx, [made], str(uuid4()))
    decide(ctx, made.arrival, True)
    assert base_of(ctx).unread == ("from-later",)
    assert "from-later" not in base_of(ctx).studies
    client = log_in(director)
    told = client.get(reverse("evidence:arrival", args=[made.arrival]))
    assert told.status_code == 200 and "It cannot be placed" in told.content.decode()
    assert "cannot read or place from-later" in client.get(reverse("evidence:arrivals")).content.decode()
    assert client.get(reverse("evidence:disorder", args=["ptsd"])).status_code == 200


def test_the_command_reads_the_same_file(tmp_path: Path) -> None:
    from ataraxy.commands.evidence_import import evidence_import

    file = tmp_path / "new.csv"
    file.write_bytes(table_of("Brought 2026"))
    assert evidence_import(file) == 0
