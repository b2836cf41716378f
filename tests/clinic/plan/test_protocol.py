"""A protocol can be read line by line, with the source and standing of each."""

from __future__ import annotations

from html import escape
from typing import Any


def test_every_line_is_on_the_page(protocol: Any, nurse: Any, log_in: Any) -> None:
    from ataraxy.clinic.plan.queries import protocol_of, scale_names
    from ataraxy.core.protocol.lines import claims

    page = log_in(nurse).get(f"/plan/protocol/{protocol.protocol_id}/{protocol.version}/").content.decode()
    for claim in claims(protocol_of(protocol), scale_names()):
        assert escape(claim.text) in page, claim.id
    assert "Signed</span>" in page
    assert "Not signed" not in page


def test_an_unknown_version_is_not_found(nurse: Any, log_in: Any) -> None:
    assert log_in(nurse).get("/plan/protocol/iv-racemic-0.5/1812.1/").status_code == 404
