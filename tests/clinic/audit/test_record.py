"""The director sees acts with their authors, reads, and whether a chain holds; never what was written."""

from __future__ import annotations

from typing import Any
from uuid import uuid4


def test_acts_name_author_and_place_and_no_content(screened_patient: Any, director: Any, log_in: Any) -> None:
    page = log_in(director).get("/audit/").content.decode()
    assert "Diagnosis recorded" in page
    assert "Prescriber Stillwater" in page
    assert "chart R-1001" in page
    assert "Quillfeather" not in page
    assert "Posttraumatic" not in page


def test_a_chain_is_walked_on_demand(patient: Any, director: Any, log_in: Any) -> None:
    page = log_in(director).get(f"/audit/?check={patient.id}").content.decode()
    assert "The chain of chart R-1001 holds" in page


def test_a_strange_stream_is_told(patient: Any, director: Any, outsider: Any, log_in: Any) -> None:
    for stream in (uuid4(), "x", "%00"):
        assert "no such stream" in log_in(director).get(f"/audit/?check={stream}").content.decode()
    assert "no such stream" in log_in(outsider).get(f"/audit/?check={patient.id}").content.decode()


def test_only_the_director(prescriber: Any, log_in: Any) -> None:
    assert log_in(prescriber).get("/audit/").status_code == 403
