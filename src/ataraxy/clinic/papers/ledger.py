"""The papers of the controlled stock: inventory, administration log, discrepancy report, theft or loss."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from ataraxy.clinic.context import Context
from ataraxy.clinic.paper import pdf
from ataraxy.clinic.papers import source
from ataraxy.clinic.pharmacy.models import Act, Administration, Count, CountLine, Discrepancy, Posting, Vial
from ataraxy.clinic.pharmacy.queries.differing import shown
from ataraxy.clinic.pharmacy.queries.life import ACTS, PLACES
from ataraxy.core.pharmacy.places import ActKind, PlaceKind

SUPPORTS = (
    "Printed from a ledger that the database keeps append-only. It supports the records of 21 CFR 1304; whether they are "
    "complete for your registration is for the registrant to judge."
)
NOT_THE_FORM = (
    "These are the facts as the ledger has them, to report from. This is not DEA Form 106, and printing it reports nothing: "
    "the registrant tells the DEA field office in writing within one business day of discovery and submits the form."
)


@dataclass(frozen=True, slots=True)
class Part:
    """One table of a paper: the same rows in the PDF and in the CSV."""

    title: str
    columns: tuple[str, ...]
    widths: tuple[int, ...]
    rows: list[list[str]]
    none: str = "None in this time."


@dataclass(frozen=True, slots=True)
class Paper:
    title: str
    lead: str
    facts: list[list[str]]
    parts: list[Part]
    note: str = SUPPORTS
    sign: tuple[str, ...] = field(default=())


def as_pdf(ctx: Context, paper: Paper) -> bytes:
    """The paper as PDF."""
    return pdf(source("ledger"), values(ctx, paper))


def values(ctx: Context, paper: Paper) -> dict[str, Any]:
    """Everything on the paper, as words."""
    parts = [{name: getattr(p, name) for name in p.__slots__} for p in paper.parts]
    return {
        "clinic": ctx.clinic.name,
        "foot": f"{paper.title}. Printed {when(ctx, ctx.now)}.",
        "title": paper.title,
        "lead": paper.lead,
        "facts": paper.facts,
        "parts": parts,
        "note": paper.note,
        "sign": list(paper.sign),
    }


def as_csv(part: Part) -> str:
    """One table as CSV. A cell that a spreadsheet would run as a formula is led by an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(part.columns)
    writer.writerows([[_inert(cell) for cell in row] for row in part.rows])
    return out.getvalue()


def _inert(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def when(ctx: Context, at: datetime) -> str:
    local = at.astimezone(ctx.zone)
    return f"{local.day} {local:%b %Y, %H:%M}"


# --- the log of 21 CFR 1304.22(c) -----------------------------------------------------------------

LOG_COLUMNS = (
    "What",
    "Date and time",
    "Substance",
    "Form and strength",
    "Container",
    "Lot",
    "Amount (mL)",
    "Amount (mg)",
    "Patient, or other registrant",
    "Address",
    "Their DEA number",
    "By",
    "Witness",
    "Manner",
)
IN_LOG = {
    ActKind.RECEIVE: PlaceKind.SUPPLIER,
    ActKind.GIVE: PlaceKind.PATIENT,
    ActKind.WASTE: PlaceKind.WASTE,
    ActKind.DESTROY: PlaceKind.DESTROYED,
    ActKind.TRANSFER: PlaceKind.RECEIVER,
    ActKind.LOSE: PlaceKind.LOST,
    ActKind.FIND: PlaceKind.OVERFILL,
    ActKind.REVERSE: None,
}


def span(ctx: Context, first: date, last: date) -> tuple[datetime, datetime]:
    """From the first day's beginning to the last day's end, on the clinic's wall clock."""
    start = datetime.combine(first, time(), ctx.zone)
    return start, datetime.combine(last + timedelta(days=1), time(), ctx.zone)


def log_acts(ctx: Context, first: date, last: date) -> list[Act]:
    """What the log of these days is made of, in the order it was done."""
    start, end = span(ctx, first, last)
    rows = Act.objects.filter(clinic=ctx.clinic, at__gte=start, at__lt=end, kind__in=list(IN_LOG))
    rows = rows.select_related("by", "witness", "patient", "reverses").order_by("at", "event__seq")
    return list(rows.prefetch_related("postings__vial__product"))


def log_part(ctx: Context, acts: Iterable[Act]) -> Part:
    """Every receipt, administration and other disposal, one line a vial: the fields of 21 CFR 1304.22(c)."""
    acts = list(acts)
    gave = _givers(acts)
    rows = [_log_row(ctx, act, p, gave) for act in acts for p in act.postings.all() if _is_told(act, p)]
    return Part("Log", LOG_COLUMNS, (1,) * len(LOG_COLUMNS), rows)


def _is_told(act: Act, p: Posting) -> bool:
    """Moves between our own places (opened, drawn) are no receipt and no disposal."""
    place = IN_LOG[ActKind(act.kind)]
    if place is not None:
        return place in (p.source, p.target)
    outside = {kind for kind in IN_LOG.values() if kind is not None}
    return p.source in outside or p.target in outside


def _givers(acts: Iterable[Act]) -> dict[UUID, str]:
    """Who gave each dose, by name: who began it, not who charted its end or charged it to a vial."""
    doses = {act.dose_id for act in acts if act.dose_id is not None and act.kind == ActKind.GIVE}
    rows = Administration.objects.filter(dose_id__in=doses).order_by("number").select_related("given_by")
    return {row.dose_id: row.given_by.name for row in rows if row.given_by is not None}


def _log_row(ctx: Context, act: Act, p: Posting, gave: Mapping[UUID, str]) -> list[str]:
    given = act.dose_id if act.kind == ActKind.GIVE else None
    by = gave.get(given, act.by.name) if given else act.by.name
    vial, product = p.vial, p.vial.product
    patient = act.patient if PlaceKind.PATIENT in (p.source, p.target) else None
    name = f"{patient.full_name} ({patient.record_number})" if patient else act.other_name
    return [
        ACTS[ActKind(act.kind)],
        when(ctx, act.at),
        product.substance,
        f"{product.form}, {product.mg_per_ml.normalize():f} mg/mL",
        f"{vial.label}, {vial.ml.normalize():f} mL vial",
        vial.lot,
        str(p.ml),
        f"{(p.ml * product.mg_per_ml).normalize():f}",
        name,
        (patient.address or "not on file") if patient else act.other_address,
        act.other_number,
        by,
        act.witness.name if act.witness else "",
        _manner(act, by),
    ]


def _manner(act: Act, by: str) -> str:
    entered = f"entered by {act.by.name}" if act.by.name != by else ""
    undone = f"undoes: {ACTS[ActKind(act.reverses.kind)].lower()}" if act.reverses else ""
    return "; ".join(one for one in (undone, act.document, act.reason, entered) if one)


def log_paper(ctx: Context, part: Part, first: date, last: date) -> Paper:
    """The log in three tables: what came, what entered patients, and everything else that left."""
    rows = part.rows
    came = [r for r in rows if r[0] == ACTS[ActKind.RECEIVE]]
    given = [r for r in rows if r[0] == ACTS[ActKind.GIVE]]
    other = [r for r in rows if r not in came and r not in given]
    parts = [
        _pick("Received", came, {1: 3, 2: 3, 3: 4, 4: 4, 5: 3, 6: 3, 8: 4, 9: 4, 10: 3, 11: 3}),
        _pick("Administered", given, {1: 3, 8: 5, 9: 5, 2: 3, 3: 4, 4: 4, 6: 3, 7: 3, 11: 3}),
        _pick(
            "Other disposals, and reversals",
            other,
            {0: 3, 1: 3, 2: 3, 3: 4, 4: 4, 6: 3, 7: 3, 11: 3, 12: 3, 13: 5},
        ),
    ]
    lead = f"From {first:%-d %B %Y} to {last:%-d %B %Y}. The fields of 21 CFR 1304.22(c)."
    return Paper("Controlled substances log", lead, _registered(ctx), parts)


def _pick(title: str, rows: Sequence[Sequence[str]], wanted: dict[int, int]) -> Part:
    return Part(
        title,
        tuple(LOG_COLUMNS[i] for i in wanted),
        tuple(wanted.values()),
        [[row[i] for i in wanted] for row in rows],
    )


def _registered(ctx: Context) -> list[list[str]]:
    from ataraxy.clinic.pharmacy.models import Location

    rows = Location.objects.filter(clinic=ctx.clinic).prefetch_related("registrations")
    return [["Registered location", _location(ctx, one)] for one in rows]


def _location(ctx: Context, location: Any) -> str:
    newest = max(location.registrations.all(), key=lambda r: r.expires_on, default=None)
    number = f"{newest.registrant}, {newest.number}" if newest else "no registration on file"
    return f"{location.name}, {location.address}. {number}."


# --- inventory ------------------------------------------------------------------------------------


def inventory_part(count: Count) -> Part:
    """What was found at one count, one line a container."""
    lines = count.lines.select_related("vial__product").order_by("vial__number", "place")
    columns = (
        "Substance",
        "Form and strength",
        "Container",
        "Lot",
        "Expires",
        "Where",
        "Found (mL)",
        "Found (mg)",
    )
    return Part(
        "Containers", columns, (2, 4, 4, 3, 3, 2, 2, 2), [_found(one) for one in lines], "Nothing on hand."
    )


def _found(line: CountLine) -> list[str]:
    vial, product = line.vial, line.vial.product
    return [
        product.substance,
        f"{product.form}, {product.mg_per_ml.normalize():f} mg/mL",
        f"{vial.label}, {vial.ml.normalize():f} mL vial",
        vial.lot,
        f"{vial.expires_on:%-d %b %Y}",
        "sealed" if line.place == PlaceKind.SAFE else PLACES[PlaceKind(line.place)],
        str(line.found_ml),
        f"{(line.found_ml * product.mg_per_ml).normalize():f}",
    ]


def inventory_paper(ctx: Context, count: Count, part: Part) -> Paper:
    """An inventory as it was counted by two people: biennial, initial or on demand."""
    facts = [
        ["Registered location", _location(ctx, count.location)],
        ["Kind of inventory", count.why],
        ["Taken", when(ctx, count.at)],
        ["Counted by", f"{count.counted_by.name} and {count.checked_by.name}"],
    ]
    totals: dict[tuple[str, str], list[Any]] = {}
    for line in count.lines.select_related("vial__product"):
        product = line.vial.product
        row = totals.setdefault((product.substance, str(product)), [0, 0, 0])
        row[0] += line.place == PlaceKind.SAFE and line.found_ml > 0
        row[1] += line.found_ml
        row[2] += line.found_ml * product.mg_per_ml
    sums = [
        [name, str(n), str(ml), f"{mg.normalize():f}"] for (_, name), (n, ml, mg) in sorted(totals.items())
    ]
    total = Part(
        "In all", ("Product", "Sealed containers", "mL", "mg"), (6, 2, 2, 2), sums, "Nothing on hand."
    )
    sign = (f"{count.counted_by.name}, counted", f"{count.checked_by.name}, counted")
    business = "Opening or closing of business is told by the time above."
    return Paper("Inventory of controlled substances", business, facts, [total, part], SUPPORTS, sign)


# --- discrepancies, theft or loss -----------------------------------------------------------------


def discrepancy_paper(ctx: Context, rows: Iterable[Discrepancy]) -> Paper:
    """Every discrepancy, with its steps and ending."""
    told = [_differs(ctx, row) for row in rows]
    columns = ("No.", "Opened", "What", "How much", "About", "Steps", "State")
    return Paper(
        "Discrepancy report",
        f"{sum(row[-1] != 'closed' for row in told)} not closed, {len(told)} in all.",
        _registered(ctx),
        [Part("Discrepancies", columns, (1, 3, 4, 3, 3, 9, 2), told, "None on record.")],
    )


def _differs(ctx: Context, row: Discrepancy) -> list[str]:
    one = shown(row)
    steps = [f"{s.step.capitalize()}, {s.by.name}, {when(ctx, s.at)}: {s.words}" for s in one.steps]
    ending = [one.ending] if one.ending else []
    return [
        str(row.number),
        when(ctx, row.at),
        one.what,
        one.amount,
        one.about,
        "\n".join([*steps, *ending]),
        one.words,
    ]


def loss_paper(ctx: Context, row: Discrepancy) -> Paper:
    """The facts of one theft or loss, to report from."""
    one, vial = shown(row), row.vial
    facts = [
        ["Discrepancy", f"{row.number}: {one.what}"],
        ["Discovered", when(ctx, row.at)],
        ["Amount", one.amount],
        ["State", one.words + (f": {one.ending}" if one.ending else "")],
        ["Registrant", "; ".join(words for _, words in _registered(ctx))],
        ["Reported to the police (department, number)", ""],
        ["Cost to the registrant", ""],
        ["Marks or labels of the container", ""],
        ["Measures taken against another loss", ""],
    ]
    steps = [[s.step.capitalize(), when(ctx, s.at), s.by.name, s.words] for s in one.steps]
    parts = [Part("What was found and done", ("Step", "When", "Who", "Words"), (2, 3, 3, 8), steps)]
    if vial is not None:
        facts.insert(3, ["Container", _container(vial)])
        parts.append(_history(ctx, vial))
    sign = ("Registrant or authorised person", "Date")
    return Paper("Theft or loss: the facts", "To report from.", facts, parts, NOT_THE_FORM, sign)


def _container(vial: Vial) -> str:
    return f"{vial.label}, {vial.product}, lot {vial.lot}, expires {vial.expires_on:%-d %b %Y}"


def _history(ctx: Context, vial: Vial) -> Part:
    acts = Act.objects.filter(postings__vial=vial).distinct().order_by("event__seq")
    rows = [
        [
            when(ctx, act.at),
            ACTS[ActKind(act.kind)],
            moved,
            act.by.name,
            act.witness.name if act.witness else "",
        ]
        for act in acts.select_related("by", "witness").prefetch_related("postings")
        for moved in ["; ".join(_moved(p) for p in act.postings.all() if p.vial_id == vial.id)]
    ]
    return Part(
        "The container's whole life", ("When", "Act", "Moved", "By", "Witness"), (3, 2, 7, 3, 3), rows
    )


def _moved(p: Posting) -> str:
    return f"{p.ml} mL from {PLACES[PlaceKind(p.source)]} to {PLACES[PlaceKind(p.target)]}"
