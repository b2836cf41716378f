"""What was written once is read for ever: of every version of every payload there is a stored text, and it decodes.

A payload's version grows: a line of the new version joins the golden file of its kind, and the lines before it stay.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ataraxy.core.chart import registry as chart
from ataraxy.core.pharmacy import registry as pharmacy
from ataraxy.core.record.chain import event_text
from ataraxy.core.record.read import lift
from ataraxy.core.session import registry as session
from ataraxy.core.session import upcast

CORE = Path(__file__).parents[1] / "core"
KINDS = {
    "session": (session.TYPES, upcast.LIFTS, session.parse_session_event),
    "chart": (chart.TYPES, chart.LIFTS, chart.parse_chart_event),
    "pharmacy": (pharmacy.TYPES, pharmacy.LIFTS, pharmacy.parse_ledger_event),
}


def lines(kind: str) -> list[str]:
    files = sorted((CORE / kind / "golden").glob("*.jsonl"))
    return [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(params=sorted(KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def test_every_version_of_every_payload_has_its_golden_text(kind: str) -> None:
    types = KINDS[kind][0]
    kept = {(body["type"], body["version"]) for body in map(json.loads, lines(kind))}
    written = {(name, n) for name, payload in types.items() for n in range(1, payload.VERSION + 1)}
    assert written - kept == set(), "no golden text; add a line as it is written today"
    assert kept - written == set(), "a version that was never written, or one that is read no more"


def test_every_golden_text_decodes_and_one_of_today_is_written_the_same_way_again(kind: str) -> None:
    parse = KINDS[kind][2]
    for line in lines(kind):
        body, event = json.loads(line), parse(line)
        payload: Any = event.payload
        again = event_text(
            UUID(body["stream"]),
            UUID(body["clinic"]),
            body["type"],
            payload.VERSION,
            event.envelope,
            payload,
        )
        if body["version"] == payload.VERSION:
            assert again == line
        else:
            assert parse(again) == event


def test_what_an_old_text_says_is_kept_by_every_lift(kind: str) -> None:
    types, lifts, _ = KINDS[kind]
    for body in map(json.loads, lines(kind)):
        newest = types[body["type"]].VERSION
        lifted = lift(body["type"], body["version"], body["payload"], newest, lifts)
        assert lifted | body["payload"] == lifted
