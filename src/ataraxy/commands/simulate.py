"""``ataraxy simulate PROTOCOL``: a protocol in very many virtual people, before the first real one.

Exit code 0: told. 1: interrupted, and told of those who were done. 2: it could not run.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from ataraxy.catalog.effects import EFFECTS, load_effect
from ataraxy.catalog.load import load_protocol, protocols
from ataraxy.catalog.pk import MODELS, load_model
from ataraxy.catalog.populations import POPULATIONS, load_population
from ataraxy.commands.say import Exit, bar, document, err
from ataraxy.commands.simulate_page import as_json, print_files, print_pair, print_results
from ataraxy.commands.simulate_result import Paired, Result
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.effect import EffectModel
from ataraxy.core.pharmacology.model import PkModel
from ataraxy.core.pharmacology.people_table import people_from_table
from ataraxy.core.pharmacology.protocol_regimen import ROUTES
from ataraxy.core.protocol.types import Protocol
from ataraxy.engine.course import AFTER_HOURS, COURSE_EFFECTS, course_of, plan_course
from ataraxy.engine.crowd import Crowd, crowd_of
from ataraxy.engine.pair import Pair
from ataraxy.engine.plan import USUAL_EFFECTS, USUAL_HOURS, Planned, plan, resolve, usual_models
from ataraxy.engine.run import Outcome, run

LARGEST_TABLE = 50_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """The command line, as it was typed."""

    protocol: str
    people: int
    models: tuple[str, ...] = ()
    population: str = "clinic-adults"
    seed: int = 1
    effects: tuple[str, ...] = ()
    mg_per_kg: str = ""
    hours: float | None = None  # None: 8, or 7 days after the last session of a course
    course: str = ""
    against: str = ""
    find_dose: str = ""
    find_rate: str = ""
    engine: str = ""
    threads: int | None = None
    out: Path | None = None


def simulate(asked: Asked, json: bool = False) -> int:
    """Simulate, print the tables, write the files, and return the exit code.

    Raises:
        AtaraxyError: something asked for does not exist or cannot be; says what to do.
    """
    _check_together(asked)
    if asked.engine:
        from ataraxy.engine.cluster import parse_address

        parse_address(asked.engine)
    if asked.out is not None:
        from ataraxy.commands.simulate_files import (
            check_folder,
        )  # pictures are loaded when files are asked for

        check_folder(asked.out)
    first = _protocol(asked.protocol)
    other = _protocol(asked.against) if asked.against else None
    chosen = _models(asked, first, other)
    crowd, effects = _crowd(asked.population), _effects(asked)
    planned = [_plan(asked, first, model, crowd, effects) for model in chosen]
    if asked.find_dose or asked.find_rate:
        return _find(asked, planned, json)
    if other is not None:
        return _compare(asked, planned, [_plan(asked, other, m, crowd, effects) for m in chosen], json)
    results = [Result(one, _run(asked, one.work, one, json)) for one in planned]
    told = as_json(results)
    if asked.out is not None:
        from ataraxy.commands.simulate_files import write_files

        told["files"] = [str(file) for file in write_files(results, asked.out)]
    document(told) if json else print_results(results, told.get("files", ()))
    return Exit.FINE if all(result.outcome.complete for result in results) else Exit.WRONG


def _find(asked: Asked, planned: list[Planned], json: bool) -> int:
    from ataraxy.commands.simulate_find import find_dose, find_rate

    search, wish = (find_dose, asked.find_dose) if asked.find_dose else (find_rate, asked.find_rate)
    return search(planned, wish, lambda work: _go(asked, work, None), json, asked.out)


def _compare(asked: Asked, planned: list[Planned], others: list[Planned], json: bool) -> int:
    pairs = []
    for one, other in zip(planned, others, strict=True):
        pair = Pair(one.work, other.work)
        pairs.append(Paired(one, other, pair, _run(asked, pair, one, json)))
    files: list[Path] = []
    if asked.out is not None:
        from ataraxy.commands.simulate_files import write_pairs

        files = write_pairs(pairs, asked.out)
    if json:
        told = {"pairs": [paired.as_json() for paired in pairs]}
        document(told | ({"files": [str(file) for file in files]} if asked.out is not None else {}))
    else:
        for paired in pairs:
            print_pair(paired)
        print_files([str(file) for file in files])
    return Exit.FINE if all(paired.outcome.complete for paired in pairs) else Exit.WRONG


def _run(asked: Asked, job: Any, planned: Planned, json: bool) -> Outcome[Any]:
    words = f"{planned.protocol.id} in {planned.work.model.id}"
    with bar(words, planned.work.count, json) as progress:
        return _go(asked, job, progress.step)


def _go(asked: Asked, job: Any, progress: Callable[[int], None] | None) -> Outcome[Any]:
    if asked.engine:
        from ataraxy.engine.cluster import run_on_cluster

        return run_on_cluster(job, asked.engine, progress=progress)
    return run(job, threads=asked.threads, progress=progress, say=_say)


def _check_together(asked: Asked) -> None:
    """What cannot be asked in one call."""
    told = {"--against": asked.against, "--find-dose": asked.find_dose, "--find-rate": asked.find_rate}
    given = [name for name, value in told.items() if value]
    one_session = {"--mg-per-kg": asked.mg_per_kg} | told
    if asked.course and any(one_session[name] for name in one_session if name != "--against"):
        given = ["--course", *(name for name, value in one_session.items() if value)]
    if len(given) > 1:
        raise InputRefused(f"{' and '.join(given)} cannot be asked together.", "Ask one after the other.")


def _say(words: str) -> None:
    err.print(words)


# --- what was named --------------------------------------------------------------------------------


def _protocol(name: str) -> Protocol:
    if name.endswith(".toml"):
        return load_protocol(Path(name))
    return protocols()[resolve(name, tuple(protocols()), "protocol")]


def _models(asked: Asked, first: Protocol, other: Protocol | None) -> tuple[PkModel, ...]:
    routes = [ROUTES[p.dose.route] for p in (first, other) if p is not None]
    known = MODELS.names()
    names = tuple(resolve(name, known, "model") for name in asked.models) or usual_models(routes)
    return tuple(load_model(name) for name in dict.fromkeys(names))


def _effects(asked: Asked) -> tuple[EffectModel, ...]:
    named = [part.strip() for name in asked.effects for part in name.split(",") if part.strip()]
    wanted = named or (COURSE_EFFECTS if asked.course else USUAL_EFFECTS)
    if list(wanted) == ["none"]:
        return ()
    known = EFFECTS.names()
    return tuple(load_effect(resolve(name, known, "effect")) for name in dict.fromkeys(wanted))


def _crowd(name: str) -> Crowd:
    if not name.endswith(".csv"):
        return crowd_of(load_population(resolve(name, POPULATIONS.names(), "population")))
    try:
        if Path(name).stat().st_size > LARGEST_TABLE:
            raise InputRefused("The table is too large.", "Give at most 50 MB.", "population")
        text = Path(name).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputRefused(
            f"The table {name} cannot be read: {reason}.",
            "Check its name, rights and encoding (UTF-8).",
            "population",
        ) from None
    return Crowd(f"the people of {os.path.basename(name)}", "a table", table=people_from_table(text))  # noqa: PTH119


def _plan(
    asked: Asked, protocol: Protocol, model: PkModel, crowd: Crowd, effects: tuple[EffectModel, ...]
) -> Planned:
    count, seed = asked.people, asked.seed
    if asked.course:
        chosen = course_of(protocol, asked.course)
        hours = AFTER_HOURS if asked.hours is None else asked.hours
        return plan_course(protocol, chosen, model, crowd, effects, count=count, seed=seed, hours=hours)
    hours = USUAL_HOURS if asked.hours is None else asked.hours
    return plan(
        protocol,
        model,
        crowd,
        effects,
        count=count,
        seed=seed,
        hours=hours,
        mg_per_kg=_mg_per_kg(asked.mg_per_kg),
    )


def _mg_per_kg(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        return Decimal(text)
    except ArithmeticError:
        raise InputRefused(
            f"{text[:40]!r} is not a dose in mg/kg.", "Give a plain number, for example 0.5.", "mg_per_kg"
        ) from None
