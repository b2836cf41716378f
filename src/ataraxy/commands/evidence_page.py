"""Studies, reviews and answers of the evidence base on a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ataraxy.core.evidence.answer import Analysis, Answer, Beside, Forest, HarmLine, PoolAnswer, Shown
from ataraxy.core.evidence.choose import Exclusion, Reason, label_of
from ataraxy.core.evidence.contradiction import Contradiction
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.gaps import NAMES
from ataraxy.core.evidence.study import Figure, Finding, Review, Seen, Study
from ataraxy.core.evidence.study_consistency import findings_of_review, findings_of_study

CROSSOVERS = {
    Analysis.INDEPENDENT: "taken as if of different people",
    Analysis.PAIRED: "with people beside themselves",
}
IN_NO_POOL = frozenset({Reason.RETRACTED, Reason.TAKEN_BACK, Reason.SECONDARY, Reason.UNCONTROLLED})
FINDINGS = {Finding.POSITIVE: "green", Finding.NEGATIVE: "red", Finding.MIXED: "yellow", Finding.NOT_SEEN: ""}


def plain(value: Any) -> Any:
    """A frozen value as JSON knows it: absent cells as null, decimals as numbers, what is infinite as text."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def print_study(study: Study, console: Console) -> None:
    """What a study was, what it found in our words, and how each arm was treated."""
    console.print(_title(label_of(study), study.title, study.retracted_on))
    console.print(Text(f"Of whom: {study.population}"))
    blinded = "blinded" if study.blinded else "not known to be blinded"
    console.print(
        Text(f"Design: {study.design.value}, {blinded}; {figure(study.n)} people; {study.finding.value}")
    )
    if study.carryover is not None:
        days = f"{figure(study.washout_days)} days between; " if study.washout_days else ""
        console.print(Text(f"Crossover: {days}carry-over {study.carryover.value}. {study.carryover_note}"))
    for arm in study.arms:
        console.print(Text(f"Arm: {arm.label} ({figure(arm.randomised)} randomised)"))
    for outcome in study.outcomes:
        hour = f" at {figure(outcome.hour)} h" if outcome.hour else ""
        console.print(Text(f"{outcome.label}{hour}: {outcome.result or 'no result was seen.'}"))
    if study.retraction:
        console.print(Text(study.retraction, style="bold red"))
    _print_findings(findings_of_study(study), console)
    console.print()


def print_review(review: Review, console: Console) -> None:
    """What a review says, and the pools it printed."""
    console.print(_title(review.id.replace("-", " ").title(), review.title, review.retracted_on))
    console.print(Text(review.summary))
    for pool in review.pools:
        one = pool.reported
        reach = f" [{figure(one.low)}, {figure(one.high)}]" if one.low and one.high else ""
        console.print(Text(f"{pool.contrast}: {one.measure.value.upper()} {figure(one.estimate)}{reach}"))
    _print_findings(findings_of_review(review), console)
    console.print()


def _print_findings(found: tuple[Contradiction, ...], console: Console) -> None:
    """Printed numbers that disagree: no fault of the file, which has to hold them to say so."""
    for one in found:
        console.print(Text(f"Its numbers disagree ({one.place}): {one.words}", style="yellow"))


def figure(one: Figure | None) -> str:
    """A number with how it was seen, where that is not in the source itself."""
    if one is None:
        return "not seen"
    return f"{one.value}" if one.seen.value == "read" else f"{one.value} ({one.seen.value})"


def _title(label: str, title: str, retracted_on: date | None) -> Text:
    if retracted_on is None:
        return Text(f"{label}: {title}", style="bold")
    return Text.assemble(
        (f"RETRACTED on {retracted_on.isoformat()}: ", "bold red"), (f"{label}: {title}", "strike")
    )


# --- an answer --------------------------------------------------------------------------------------


def print_answer(answer: Answer, console: Console) -> None:
    """Every pool with what went in and what did not, then times, harms, studies, and what nobody has shown."""
    about = f"{NAMES[answer.condition]}" + (f", {answer.window.words}" if answer.window else ", at any hour")
    console.print(Text(f"What has been shown: ketamine for {about}", style="bold"))
    for one in answer.pools:
        _print_pool(one, console)
    if answer.apart:
        console.print()
    for part in answer.apart:
        console.print(Text.assemble(_beside_words(part), style="strike" if part.retracted_on else ""))
    _print_barred(answer, console)
    _print_times(answer, console)
    _print_harms(answer, console)
    _print_studies(answer, console)
    _print_reviews(answer, console)
    _print_list("Numbers that disagree with themselves", _flag_lines(answer), console)
    _print_list("Nobody has shown", answer.missing, console)


def _print_pool(one: PoolAnswer, console: Console) -> None:
    for index, found in enumerate(one.forests):
        several = f", crossovers {CROSSOVERS[found.analysis]}" if len(one.forests) > 1 else ""
        console.print()
        console.print(Text(f"{found.title}{several}", style="bold"))
        if found.rows:
            console.print(_forest_table(found))
            _print_notes(found, console)
        if index == 0 and found.of_hundred:
            for hundred in found.of_hundred:
                console.print(Text(f"{hundred.words} ({hundred.basis})"))
    if one.why_they_differ:
        console.print(Text(f"Why they differ: {one.why_they_differ}", style="italic"))
    for part in one.published:
        console.print(Text.assemble(_beside_words(part), style="strike" if part.retracted_on else ""))
    _print_excluded(one, console)
    _print_list("Missing here", one.missing, console)


def _forest_table(found: Forest) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("study", "counted", "effect", "95 %", "p", "weight", "seen"):
        table.add_column(
            heading, justify="right" if heading in ("effect", "p", "weight") else "left", overflow="fold"
        )
    for row in found.rows:
        one = row.effect
        table.add_row(
            row.label,
            row.numbers,
            number(one.value),
            _reach(one),
            _p(one),
            f"{row.weight_percent:.0f} %",
            row.seen.value,
        )
    for pooled in found.pooled:
        if isinstance(pooled.result, TooFew):
            continue
        one = pooled.result
        table.add_row(
            Text("pooled", style="bold"),
            pooled.method,
            Text(number(one.value), style="bold"),
            _reach(one),
            _p(one),
            "",
            "",
        )
    return table


def _print_notes(found: Forest, console: Console) -> None:
    for row in found.rows:
        if row.notes:
            console.print(Text(f"  {row.label}: {' '.join(row.notes)}", style="dim"))
    few = dict.fromkeys(str(one.result) for one in found.pooled if isinstance(one.result, TooFew))
    warned = dict.fromkeys(words for one in found.pooled for words in one.warnings)
    for words in (*few, *warned):
        console.print(Text(f"  {words}", style="dim"))


def _beside_words(part: Beside) -> str:
    struck = f"RETRACTED on {part.retracted_on.isoformat()}: " if part.retracted_on else ""
    shown = (
        "no interval was printed"
        if part.shown is None
        else f"{number(part.shown.value)} {_reach(part.shown)}"
    )
    measure = part.pool.reported.measure.value.upper()
    whose = f" ({part.scope})" if part.scope else ""
    unit = f" {part.pool.reported.unit}" if part.pool.reported.unit else ""
    words = f"Published, {struck}{part.label}, {part.pool.contrast}{whose}: {measure} {shown}{unit}. {part.reproduced}"
    return words.strip() + (" Its numbers disagree: see below." if part.flags else "")


def _print_excluded(one: PoolAnswer, console: Console) -> None:
    here = {e: None for found in one.forests for e in found.excluded if e.reason not in IN_NO_POOL}
    _print_exclusions("Not in this pool:", here, console)


def _print_barred(answer: Answer, console: Console) -> None:
    """Studies that no question brings into a pool, told once."""
    every = (e for one in answer.pools for found in one.forests for e in found.excluded)
    console.print()
    _print_exclusions("In no pool:", {e: None for e in every if e.reason in IN_NO_POOL}, console)


def _print_exclusions(heading: str, which: Iterable[Exclusion], console: Console) -> None:
    for index, one in enumerate(which):
        if index == 0:
            console.print(Text(heading))
        style = "strike" if one.reason is Reason.RETRACTED else ""
        console.print(Text.assemble("  ", (one.label, style), f" ({one.reason.value}): {one.words}"))


def _print_times(answer: Answer, console: Console) -> None:
    if not answer.times:
        return
    console.print()
    console.print(Text("By the hour after the dose", style="bold"))
    table = Table(box=None, pad_edge=False)
    for heading in ("hours", "measure", "effect", "95 %", "of"):
        table.add_column(heading, overflow="fold")
    for one in answer.times:
        hours = (
            f"{one.from_hour:g}" if one.from_hour == one.to_hour else f"{one.from_hour:g} to {one.to_hour:g}"
        )
        side = "lower favours ketamine" if one.lower_is_better else "higher favours ketamine"
        table.add_row(
            hours,
            f"{one.measure.value.upper()}, {side}",
            f"{number(one.effect.value)} {one.unit}".strip(),
            _reach(one.effect),
            one.label,
        )
    console.print(table)


def _print_harms(answer: Answer, console: Console) -> None:
    if not answer.harms:
        return
    console.print()
    console.print(Text("Unwanted effects by arm", style="bold"))
    table = Table(box=None, pad_edge=False)
    for heading in ("of", "people", "effect", "share by arm"):
        table.add_column(heading, overflow="fold")
    for (study, effect), arms in _by_harm(answer).items():
        people = "this disorder's" if arms[0].own else "others"
        table.add_row(study, people, effect, "; ".join(_share(one) for one in arms))
    console.print(table)
    for label, words in answer.safety:
        console.print(Text(f"  {label}: {words}"))


def _by_harm(answer: Answer) -> dict[tuple[str, str], list[HarmLine]]:
    found: dict[tuple[str, str], list[HarmLine]] = {}
    for one in answer.harms:
        found.setdefault((one.label, one.harm.label), []).append(one)
    return found


def _share(one: HarmLine) -> str:
    seen = "" if one.seen is Seen.READ else f", {one.seen.value}"
    if one.percent is None:
        return f"{one.arm}: not seen"
    if one.low is None or one.high is None:
        return f"{one.arm}: {one.percent:g} %{seen}"
    return f"{one.arm}: {one.percent:.1f} % [{one.low:.1f}, {one.high:.1f}]{seen}"


def _print_studies(answer: Answer, console: Console) -> None:
    console.print()
    console.print(Text("Every study", style="bold"))
    for one in answer.studies:
        n = "" if one.n is None else f", {one.n} people"
        head = f"{one.label} ({one.design.value}{n}): {one.finding.value}"
        if one.retracted_on is not None:
            console.print(Text.assemble((head, "strike"), f" RETRACTED on {one.retracted_on.isoformat()}"))
        else:
            console.print(Text.assemble((head, FINDINGS[one.finding])))
        for words in one.results:
            console.print(Text(f"  {words}"))


def _print_reviews(answer: Answer, console: Console) -> None:
    _print_list("Reviews", tuple(f"{label}: {words}" for label, words in answer.reviews), console)


def _flag_lines(answer: Answer) -> tuple[str, ...]:
    return tuple(f"{one.label}, {one.what}: {one.words}" for one in answer.flags)


def _print_list(heading: str, lines: tuple[str, ...], console: Console) -> None:
    if lines:
        console.print(Text(f"{heading}:", style="bold"))
        for line in lines:
            console.print(Text(f"  {line}"))


def _reach(one: Shown) -> str:
    return f"[{number(one.low)}, {number(one.high)}]"


def _p(one: Shown) -> str:
    if one.p is None:
        return ""
    return "<.0001" if one.p < 0.0001 else f"{one.p:.4f}"


def number(value: float) -> str:
    """Two decimals in the usual range; what is far out by its power of ten."""
    if not isfinite(value):
        return str(value)
    if value != 0 and not 0.005 <= abs(value) < 100_000:
        return f"{value:.1e}"
    return f"{value:.2f}"
