"""The screening page shows every fact and verdict, and never says "approve"."""

from __future__ import annotations

from typing import Any


def test_nothing_asked_is_shown_as_unknown(patient: Any, protocol: Any, prescriber: Any, log_in: Any) -> None:
    page = log_in(prescriber).get(f"/screen/{patient.id}/").content.decode()
    assert "The gate is closed" in page
    assert "Aneurysmal vascular disease: not asked" in page
    assert "Not asked</span> Aneurysmal vascular disease" in page


def test_all_met_says_that_a_prescriber_decides(
    screened_patient: Any, protocol: Any, prescriber: Any, log_in: Any
) -> None:
    page = log_in(prescriber).get(f"/screen/{screened_patient.id}/").content.decode()
    assert "A prescriber decides and signs" in page
    assert "24 met" in page
    assert "1 not met" in page  # consent, which is asked next
    assert "pprove" not in page.replace("Not approved", "")


def test_trials_are_weighed_one_by_one_with_their_source(
    screened_patient: Any, protocol: Any, prescriber: Any, log_in: Any
) -> None:
    page = log_in(prescriber).get(f"/screen/{screened_patient.id}/").content.decode()
    assert "16 weeks; at least 12 needed" in page
    assert "Adequate</span>" in page


def test_a_chosen_protocol_is_judged_and_a_strange_one_is_not(
    screened_patient: Any, protocol: Any, prescriber: Any, log_in: Any
) -> None:
    client, url = log_in(prescriber), f"/screen/{screened_patient.id}/"
    assert (
        "Social anxiety disorder</strong>"
        in client.get(f"{url}?protocol={protocol.id}&disorder=sad").content.decode()
    )
    assert client.get(f"{url}?protocol=zz&disorder=%00").status_code == 200


def test_the_desk_and_outsiders_do_not_see_it(
    patient: Any, coordinator: Any, researcher: Any, outsider: Any, log_in: Any
) -> None:
    url = f"/screen/{patient.id}/"
    assert log_in(coordinator).get(url).status_code == 403
    assert log_in(researcher).get(url).status_code == 403
    assert log_in(outsider).get(url).status_code == 404


def shown(client: Any, patient: Any) -> str:
    return str(client.get(f"/screen/{patient.id}/").content.decode())


def test_without_a_diagnosis_the_page_says_so_and_asks_for_it_first(
    patient: Any, protocol: Any, nurse: Any, log_in: Any
) -> None:
    page = shown(log_in(nurse), patient)
    assert "No diagnosis is recorded." in page
    assert "Judged under" not in page
    first = page.split('id="verdict"')[0]
    assert "Record the diagnosis" in first
    assert f'href="/screen/{patient.id}/diagnosis/"' in first


def test_every_unknown_criterion_leads_to_the_page_that_answers_it(
    patient: Any, protocol: Any, nurse: Any, log_in: Any
) -> None:
    verdicts = shown(log_in(nurse), patient).split('id="verdict"')[1].split('id="trials"')[0]
    rows = verdicts.split("<tr ")[1:]
    unknown = [row for row in rows if 'class="is-unknown"' in row]
    assert len(unknown) > 10
    assert all(f'href="/screen/{patient.id}/' in row for row in unknown)
    for page in ("diagnosis/", "scale/pcl5/", "treatment/", "condition/", "medicine/", "pregnancy/"):
        assert f'href="/screen/{patient.id}/{page}"' in verdicts


def test_consent_is_not_the_first_thing_that_is_missing(
    patient: Any, protocol: Any, nurse: Any, log_in: Any
) -> None:
    page = shown(log_in(nurse), patient)
    assert page.index("Asked after the decision") > page.rindex('class="is-unknown"')


def test_all_known_the_prescriber_decides_and_the_nurse_is_told_who_does(
    screened_patient: Any, protocol: Any, prescriber: Any, nurse: Any, log_in: Any
) -> None:
    page = shown(log_in(prescriber), screened_patient)
    assert page.count("Decide and sign</a>") == 1  # one primary action
    assert "/decide/" in page.split('id="verdict"')[0]
    theirs = shown(log_in(nurse), screened_patient).split('id="verdict"')[0]
    assert "A prescriber decides and signs" in theirs
    assert "/decide/" not in theirs


def test_once_decided_screening_asks_nothing_more(
    decided_patient: Any, protocol: Any, prescriber: Any, log_in: Any
) -> None:
    assert 'aria-label="Next"' not in shown(log_in(prescriber), decided_patient)
