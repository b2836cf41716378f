"""Random acts by several connections at once, straight at the tables: whatever gets through keeps every promise.

Right and wrong acts are made up at random, each in a transaction of its own, with an event that says the same; nothing asks
the core first. One connection's acts run against the others' on the same few vials, syringes and doses.
"""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

# One act as the application's role would write it, in one round trip; the deferred checks speak at its end.
ATTEMPT = """
CREATE FUNCTION pg_temp.told(stream uuid, n bigint, kind text, clinic uuid, actor uuid, moment timestamptz, payload jsonb)
RETURNS uuid LANGUAGE plpgsql AS $f$
DECLARE
    new uuid := gen_random_uuid();
    said text := jsonb_build_object('type', kind, 'clinic', clinic, 'actor', actor, 'at', moment, 'payload', payload)::text;
BEGIN
    INSERT INTO audit_event
        (id, stream_id, clinic_id, kind, seq, type, at, recorded_at, actor_id, origin, text, previous, hash)
        VALUES (new, stream, clinic, 'clinic', n, kind, moment, moment, actor, 'staff', said, '',
                encode(sha256(convert_to(chr(10) || said, 'UTF8')), 'hex'));
    RETURN new;
END $f$;

CREATE FUNCTION pg_temp.attempt(o jsonb) RETURNS boolean LANGUAGE plpgsql AS $f$
DECLARE
    clinic uuid := (o ->> 'clinic')::uuid;
    actor uuid := (o ->> 'by')::uuid;
    moment timestamptz := (o ->> 'at')::timestamptz;
    p jsonb := o -> 'payload';
    ev uuid;
BEGIN
    IF o ? 'mg' THEN
        ev := pg_temp.told((o ->> 'stream')::uuid, (o ->> 'n')::bigint * 2, 'DoseAccounted', clinic, actor, moment, '{}');
        INSERT INTO pharmacy_administration
            (id, clinic_id, dose_id, number, session_id, patient_id, substance, mg, given_by_id, at, event_id)
            VALUES (gen_random_uuid(), clinic, (p ->> 'dose')::uuid, (o ->> 'number')::int, (p ->> 'session')::uuid,
                    (p ->> 'patient')::uuid, 'ketamine', (o ->> 'mg')::numeric, actor, moment, ev);
    END IF;
    ev := pg_temp.told((o ->> 'stream')::uuid, (o ->> 'n')::bigint * 2 + 1, 'StockMoved', clinic, actor, moment, p);
    INSERT INTO pharmacy_act (id, clinic_id, kind, at, by_id, witness_id, patient_id, session_id, dose_id, reverses_id,
                              other_name, other_number, other_address, document, reason, event_id)
        VALUES ((p ->> 'act')::uuid, clinic, p ->> 'kind', moment, actor, (p ->> 'witness')::uuid,
                (p ->> 'patient')::uuid, (p ->> 'session')::uuid, (p ->> 'dose')::uuid, (p ->> 'reverses')::uuid,
                '', '', '', '', '', ev);
    INSERT INTO pharmacy_posting (clinic_id, act_id, number, vial_id, source, source_holder, target, target_holder, ml)
        SELECT clinic, (p ->> 'act')::uuid, n, (x ->> 'vial')::uuid, x ->> 'source', (x ->> 'source_holder')::uuid,
               x ->> 'target', (x ->> 'target_holder')::uuid, (x ->> 'ml')::numeric
        FROM jsonb_array_elements(p -> 'postings') WITH ORDINALITY AS e (x, n) ORDER BY n;
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    RETURN true;
EXCEPTION WHEN integrity_constraint_violation OR deadlock_detected THEN
    RETURN false;
END $f$;

CREATE PROCEDURE pg_temp.run(acts jsonb, INOUT taken int) LANGUAGE plpgsql AS $f$
DECLARE one jsonb;
BEGIN
    taken := 0;
    FOR one IN SELECT * FROM jsonb_array_elements(acts) LOOP
        IF pg_temp.attempt(one) THEN
            taken := taken + 1;
        END IF;
        COMMIT;
    END LOOP;
END $f$;
"""


@dataclass(frozen=True)
class World:
    """What the acts are about: few of each, so that they meet."""

    clinic: str
    staff: tuple[str, ...]
    vials: tuple[str, ...]
    syringes: tuple[tuple[str, str, str], ...]  # id, patient, session
    streams: tuple[str, ...]


ROUTES = {
    "draw": [("vial", "syringe"), ("vial", "syringe"), ("safe", "vial")],
    "give": [("syringe", "patient"), ("vial", "patient")],
    "waste": [("vial", "waste"), ("syringe", "waste")],
    "destroy": [("vial", "destroyed"), ("safe", "destroyed")],
    "lose": [("syringe", "lost"), ("vial", "lost")],
    "find": [("overfill", "vial"), ("overfill", "syringe")],
    "transfer": [("safe", "receiver")],
    "receive": [("supplier", "safe")],
}
WRONG = [("syringe", "vial"), ("patient", "syringe"), ("waste", "safe"), ("safe", "patient")]
OFTEN = (
    ["draw"] * 4 + ["find"] * 3 + ["give"] * 5 + ["waste"] * 3 + ["destroy", "lose", "transfer", "receive"]
)


class Maker:
    """Makes up one connection's acts, and remembers them to reverse some."""

    def __init__(self, world: World, lane: int, seed: int) -> None:
        self.world, self.lane, self.dice = world, lane, random.Random(seed)
        self.n, self.made = 0, list[dict[str, Any]]()

    def one(self) -> dict[str, Any]:
        self.n += 1
        dice, world = self.dice, self.world
        act = self._undo() if self.made and dice.random() < 0.15 else self._new()
        frame = {
            "stream": world.streams[self.lane],
            "n": 1_000 + self.n * len(world.streams) + self.lane,  # past what is there, and nobody else's
            "clinic": world.clinic,
            "by": dice.choice(world.staff),
            "at": NOW.isoformat(),
            "payload": act,
        }
        if act["kind"] == "give":
            mg = sum(Decimal(p["ml"]) for p in act["postings"]) * 50
            frame["mg"], frame["number"] = str(mg + dice.choice([0, 0, 0, 0, 5, -5])), 1
        elif act["kind"] == "reverse" and act["dose"]:
            frame["mg"], frame["number"] = dice.choice(["0", "0", "10"]), 2
        return frame

    def _new(self) -> dict[str, Any]:
        dice, world = self.dice, self.world
        kind, vial = dice.choice(OFTEN), dice.choice(world.vials)
        syringe, patient, session = dice.choice(world.syringes)
        source, target = dice.choice(ROUTES[kind]) if dice.random() < 0.95 else dice.choice(WRONG)
        whole = source in ("safe", "supplier") and dice.random() < 0.9
        ml = "10.00" if whole else f"{dice.randint(1, 250) / 100:.2f}"
        if dice.random() < 0.02:
            ml = f"-{ml}"
        line = {
            "vial": vial,
            "source": source,
            "source_holder": syringe if source == "syringe" else vial,
            "target": target,
            "target_holder": syringe if target == "syringe" else vial,
            "ml": ml,
        }
        gives = kind == "give"
        if gives and dice.random() < 0.05:
            patient = dice.choice(world.syringes)[1]
        act = self._act(kind, [line], patient if gives else None, session if gives else None)
        act["dose"] = str(uuid.UUID(int=dice.getrandbits(128))) if gives else None
        self.made.append(act)
        return act

    def _undo(self) -> dict[str, Any]:
        was = self.dice.choice(self.made[-40:])
        lines = [
            {
                **p,
                "source": p["target"],
                "source_holder": p["target_holder"],
                "target": p["source"],
                "target_holder": p["source_holder"],
            }
            for p in reversed(was["postings"])
        ]
        if self.dice.random() < 0.05:
            lines[0] = lines[0] | {"ml": "0.01"}
        act = self._act("reverse", lines, was["patient"], was["session"])
        return act | {"reverses": was["act"], "dose": was["dose"]}

    def _act(self, kind: str, lines: Any, patient: str | None, session: str | None) -> dict[str, Any]:
        return {
            "act": str(uuid.UUID(int=self.dice.getrandbits(128))),
            "kind": kind,
            "postings": lines,
            "witness": self.dice.choice([*self.world.staff, None]),
            "patient": patient,
            "session": session,
            "dose": None,
            "reverses": None,
            "reason": "",
        }


@pytest.fixture
def database(own_database: str) -> str:
    """These tests commit: the pharmacy's fixtures work in a database of this test alone."""
    return own_database


@pytest.fixture
def world(
    stocked: Any, session: Any, nurse: Any, colleague: Any, prescriber: Any, context: Callable[..., Any]
) -> World:
    """Vials that were received, syringes of one patient, and the ledger's stream for each connection."""
    from django.db import transaction

    from ataraxy.clinic.pharmacy.book import ledger_stream, open_book
    from ataraxy.clinic.pharmacy.models import Syringe
    from ataraxy.core.pharmacy.events import SyringeFilled

    ctx = context(nurse)
    syringes = []
    with transaction.atomic():
        for _ in range(3):
            book = open_book(ctx)
            assert book is not None
            new, until = uuid.uuid4(), NOW + timedelta(hours=12)
            (told,) = book.write(SyringeFilled(new, session.patient_id, session.id, until))
            Syringe.objects.create(
                id=new,
                clinic=ctx.clinic,
                patient_id=session.patient_id,
                session=session,
                filled_at=NOW,
                beyond_use_at=until,
                event_id=told.envelope.id,
            )
            syringes.append((str(new), str(session.patient_id), str(session.id)))
        streams = [ledger_stream(ctx.clinic.id)] * 8
    vials = stocked(12)
    return World(
        str(ctx.clinic.id),
        tuple(str(one.id) for one in (nurse, colleague, prescriber)),
        tuple(str(v.id) for v in vials),
        tuple(syringes),
        tuple(str(s) for s in streams),
    )


def run(world: World, url: str, connections: int, acts: int) -> int:
    """``acts`` acts over so many connections at once; how many were taken."""
    from psycopg.types.json import Jsonb

    taken, troubles = [0] * connections, list[BaseException]()

    def work(lane: int) -> None:
        maker = Maker(world, lane, seed=lane + 7)
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(ATTEMPT)
                for start in range(0, acts // connections, 250):
                    batch = [maker.one() for _ in range(min(250, acts // connections - start))]
                    row = connection.execute("CALL pg_temp.run(%s, 0)", [Jsonb(batch)]).fetchone()
                    assert row is not None
                    taken[lane] += row[0]
        except BaseException as trouble:
            troubles.append(trouble)

    threads = [threading.Thread(target=work, args=(lane,)) for lane in range(connections)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not troubles, troubles
    return sum(taken)


def promises_hold() -> None:
    """Looked at afterwards, in plain Python, over everything that got through."""
    from django.db import connection

    from ataraxy.clinic.pharmacy.models import Act, Administration, Balance, Posting, Product, Vial
    from ataraxy.clinic.pharmacy.queries.life import account

    sums: dict[tuple[Any, str, Any], Decimal] = {}
    gave: dict[tuple[str, Any], set[Any]] = {}
    charged: dict[Any, Decimal] = {}
    (strength,) = Product.objects.values_list("mg_per_ml", flat=True)
    for p in Posting.objects.select_related("act").order_by("id"):
        out, into = (p.vial_id, p.source, p.source_holder), (p.vial_id, p.target, p.target_holder)
        sums[out] = sums.get(out, Decimal(0)) - p.ml
        sums[into] = sums.get(into, Decimal(0)) + p.ml
        act = p.act
        assert act.witness_id != act.by_id
        if act.kind == "waste":
            assert act.witness_id not in gave.get((p.source, p.source_holder), set())
        if act.kind == "give":
            gave.setdefault((p.source, p.source_holder), set()).add(act.by_id)
        if act.dose_id:
            sign = (p.target == "patient") - (p.source == "patient")
            charged[act.dose_id] = charged.get(act.dose_id, Decimal(0)) + sign * p.ml * strength
    # A posting has its number before it waits for its vial: numbers are not the order in which acts took hold, so only
    # the end is added up here. That no moment is below zero is the balance's own check, which every act passed.
    assert all(ml >= 0 for (_, place, _), ml in sums.items() if place not in ("supplier", "overfill"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT convalidated FROM pg_constraint WHERE conname = 'balance_never_negative'")
        assert cursor.fetchone() == (True,)
    assert {key: ml for key, ml in sums.items() if ml} == {
        (b.vial_id, b.place, b.holder): b.ml for b in Balance.objects.exclude(ml=0)
    }
    assert all(account([vial]).is_even for vial in Vial.objects.values_list("id", flat=True))
    last = {a.dose_id: a.mg for a in Administration.objects.order_by("number")}
    assert all(0 <= last[dose] - mg < strength / 100 for dose, mg in charged.items())
    undone = list(Act.objects.exclude(reverses=None).values_list("reverses_id", flat=True))
    assert len(undone) == len(set(undone))


@pytest.mark.parametrize(
    "acts", [2_000, pytest.param(100_000, marks=[pytest.mark.slow, pytest.mark.timeout(3_000)])]
)
def test_what_gets_through_keeps_every_promise(
    acts: int, world: World, server: Any, own_database: str
) -> None:
    from ataraxy.clinic.pharmacy.models import Act

    taken = run(world, server.url("ataraxy_app", own_database), 4, acts)
    kinds = set(Act.objects.values_list("kind", flat=True))
    assert {"draw", "give", "waste", "find", "reverse"} <= kinds  # it was no list of refusals
    assert acts // 50 < taken < acts
    promises_hold()
