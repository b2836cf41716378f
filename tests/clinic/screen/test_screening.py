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
