"""A paper is set offline, the same each time, and what was typed stays words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from ataraxy.clinic.paper import PaperFailed, pdf

SOURCE = "= #data.title\n#table(columns: 2, ..data.rows.flatten())"
VALUES = {"title": "Inventory", "rows": [["Ketamine", Decimal("9.50")], ["Counted", date(2026, 11, 23)]]}


def test_a_paper_is_a_pdf_and_the_same_each_time() -> None:
    first = pdf(SOURCE, VALUES)
    assert first.startswith(b"%PDF-")
    assert pdf(SOURCE, VALUES) == first
    assert pdf(SOURCE, VALUES | {"title": "Another"}) != first


def test_what_was_typed_is_never_read_as_markup() -> None:
    assert pdf(SOURCE, VALUES | {"title": '#panic("read as code") $x ] * _'}).startswith(b"%PDF-")


def test_a_moment_without_the_callers_zone_is_refused() -> None:
    with pytest.raises(TypeError, match="zone"):
        pdf(SOURCE, VALUES | {"title": datetime(2026, 11, 23, tzinfo=UTC)})


def test_a_page_that_cannot_be_set_says_why() -> None:
    with pytest.raises(PaperFailed, match="unknown variable"):
        pdf("#nothing-of-this-name", {})
