"""``ataraxy simulate --find-dose`` and ``--find-rate``: the strongest that most people bear, told with its tolerance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.text import Text

from ataraxy.commands.say import Exit, bar, document, err, out
from ataraxy.commands.simulate_files import write_tries
from ataraxy.commands.simulate_page import print_files, share_words
from ataraxy.commands.simulate_result import Result, told_as, worth
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.model import Enantiomer
from ataraxy.core.pharmacology.protocol_regimen import session_regimen
from ataraxy.engine.plan import Planned, given_otherwise, session_times
from ataraxy.engine.run import Outcome
from ataraxy.engine.search import Found, Scale, Verdict, Wish, find, parse_wish
from ataraxy.engine.tally import Tally
from ataraxy.engine.work import Work

Go = Callable[[Work], Outcome[Tally]]
LEAST_MG_PER_KG, CAPS = 0.02, 4.0  # how far below and above the protocol's cap is looked
DOSE_WITHIN, RATE_WITHIN = 0.005, 0.25  # mg/kg; minutes
FASTEST_MIN, SLOWEST = (
    2.0,
    4.0,
)  # the shortest infusion looked at; how many times the planned duration the longest


def find_dose(planned: Sequence[Planned], asked: str, go: Go, json: bool, folder: Path | None = None) -> int:
    """The largest mg/kg that keeps the wish, in each model; the protocol's cap in mg is kept."""
    wish = parse_wish(asked)
    most = CAPS * float(planned[0].protocol.dose.cap_mg_per_kg)
    scale = Scale(min(LEAST_MG_PER_KG, most / 2), most, DOSE_WITHIN, "mg/kg")

    def at(work: Work) -> Callable[[float], Work]:
        protocol = next(one.protocol for one in planned if one.work is work)
        return lambda dose: replace(
            work, regimen=session_regimen(protocol, Decimal(repr(dose)), beyond_cap=True)
        )

    return _tell(planned, wish, scale, at, _dose_words, go, json, folder)


def find_rate(planned: Sequence[Planned], asked: str, go: Go, json: bool, folder: Path | None = None) -> int:
    """The shortest infusion of the protocol's dose that keeps the wish, in each model."""
    wish = parse_wish(asked)
    (dose,) = planned[0].work.regimen
    if not dose.duration_min:
        raise InputRefused(
            "The protocol gives an injection, which has no rate.", "Use --find-dose.", "find_rate"
        )
    scale = Scale(SLOWEST * dose.duration_min, FASTEST_MIN, RATE_WITHIN, "min")

    def at(work: Work) -> Callable[[float], Work]:
        def made(minutes: float) -> Work:
            until = max(work.at_min[-1], minutes + work.at_min[-1] - dose.duration_min)
            regimen = tuple(replace(one, duration_min=minutes) for one in work.regimen)
            return replace(work, regimen=regimen, at_min=session_times(minutes, until))

        return made

    def words(found: float, planned: Planned) -> str:
        (one,) = planned.work.regimen
        per_h = (one.mg_per_kg or 0.0) / found * 60
        return f"{found:.1f} min ({per_h:.3f} mg/kg/h for {one.mg_per_kg:g} mg/kg)"

    return _tell(planned, wish, scale, at, words, go, json, folder)


def _dose_words(found: float, planned: Planned) -> str:
    cap = float(planned.protocol.dose.cap_mg_per_kg)
    return f"{found:.3f} mg/kg" + (f", ABOVE the protocol's cap of {cap:g} mg/kg" if found > cap else "")


def _tell(
    planned: Sequence[Planned],
    wish: Wish,
    scale: Scale,
    at: Callable[[Work], Callable[[float], Work]],
    words: Callable[[float, Planned], str],
    go: Go,
    json: bool,
    folder: Path | None,
) -> int:
    told: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    results: list[Result] = []
    complete = True
    for one in planned:
        asked = wish_in(wish, one.work)
        with bar(f"looking in {one.work.model.id}", None, json) as progress:
            found = _look(at(one.work), asked, scale, go, _noted(progress.step, rows, one, scale))
            complete = found is not None and found.verdict is not Verdict.INTERRUPTED
            if found is not None and folder is not None and complete:
                there = given_otherwise(one, at(one.work)(found.value))
                results.append(Result(there, go(there.work)))
                complete = results[-1].outcome.complete
        if found is None:
            err.print(f"Interrupted in {one.work.model.id} before its first try was done: it tells nothing.")
        else:
            told.append(_as_json(one, wish, scale, found))
            if not json:
                _print(one, wish, scale, found, words)
        if not complete:
            break
    files = [str(file) for file in write_tries(rows, results, folder)] if folder is not None and rows else []
    if json:
        document({"found": told} | ({"files": files} if folder is not None else {}))
    else:
        print_files(files)
    return Exit.FINE if complete else Exit.WRONG


def _look(
    make: Callable[[float], Work], wish: Wish, scale: Scale, go: Go, tried: Callable[[float, float], None]
) -> Found | None:
    """What is found; None where it was interrupted before its first try was done."""
    try:
        return find(make, wish, scale, go=go, tried=tried)
    except KeyboardInterrupt:
        return None


def wish_in(wish: Wish, work: Work) -> Wish:
    """The wish by the model's own names: a model of one enantiomer calls "S-ketamine" plain "ketamine".

    Raises:
        InputRefused: all of a racemic dose is asked of a model that tells half of it.
    """
    model, output = work.model, wish.bound.output
    if model.enantiomer is Enantiomer.RACEMIC:
        return wish
    for analyte in model.analytes:
        if output == told_as(model, analyte.name):
            return replace(wish, bound=replace(wish.bound, output=analyte.name))
        if output == analyte.name and any(d.enantiomer is not model.enantiomer for d in work.regimen):
            own = told_as(model, output)
            raise InputRefused(
                f"{model.name} tells {own} alone, half of a racemic dose; {output!r} would be all of it.",
                f"Ask of {own!r}, or choose a model of both kinds.",
                "find",
            )
    return wish


def _noted(
    step: Callable[[], None], rows: list[dict[str, Any]], planned: Planned, scale: Scale
) -> Callable[[float, float], None]:
    """Counts each try on the progress bar, and keeps it for the table of tries."""

    def note(value: float, kept: float) -> None:
        step()
        whose = {"protocol": planned.protocol.id, "model": planned.work.model.id}
        rows.append(whose | {"tried": value, "unit": scale.unit, "kept": kept, "people": planned.work.count})

    return note


def _print(
    planned: Planned, wish: Wish, scale: Scale, found: Found, words: Callable[[float, Planned], str]
) -> None:
    work = planned.work
    out.print(Text(f"{planned.protocol.id}, {work.model.name} ({worth(work)})", style="bold"))
    out.print(Text(f"{wish.words}: {_verdict(planned, scale, found, words)}"))
    kept = share_words(found.kept)
    out.print(
        Text(f"  kept by {kept} of {found.kept.of} people of {work.crowd.name} ({work.crowd.standing}).")
    )
    cap = f"{planned.protocol.dose.cap_mg:g} mg"
    out.print(
        Text(
            f"  The same people at each of {found.tries} tries, followed for {work.at_min[-1] / 60:g} h. "
            f"The protocol's cap of {cap} is kept. Exploratory: no dose to give."
        )
    )


def _verdict(planned: Planned, scale: Scale, found: Found, words: Callable[[float, Planned], str]) -> str:
    value = words(found.value, planned)
    match found.verdict:
        case Verdict.FOUND:
            assert found.beyond is not None
            beyond, within = words(found.beyond, planned), f"{scale.within:g} {scale.unit}"
            return f"up to {value}; no longer at {beyond} (looked to within {within})"
        case Verdict.NEVER:
            return f"not even at {value}, the gentlest that was tried"
        case Verdict.ALWAYS:
            return f"even at {value}, the strongest that was tried"
        case _:
            return f"interrupted; kept at {value}"


def _as_json(planned: Planned, wish: Wish, scale: Scale, found: Found) -> dict[str, Any]:
    return {
        "protocol": planned.protocol.id,
        "model": planned.work.model.id,
        "worth": worth(planned.work),
        "population": planned.work.crowd.name,
        "wish": wish.words,
        "verdict": found.verdict.value,
        "value": found.value,
        "beyond": found.beyond,
        "tolerance": scale.within,
        "unit": scale.unit,
        "kept": found.kept.share,
        "kept_low": found.kept.low,
        "kept_high": found.kept.high,
        "people": found.kept.of,
        "tries": found.tries,
    }
