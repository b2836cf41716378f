"""The tables of ``ataraxy simulate``: figures by model side by side, lines of the protocol, and what is left out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.table import Table
from rich.text import Text

from ataraxy.commands.say import out
from ataraxy.commands.simulate_result import (
    SHARES,
    Paired,
    Result,
    effects_worth,
    figure_name,
    known_faults,
)
from ataraxy.core.pharmacology.protocol_regimen import regimen_in_words
from ataraxy.core.proportion import Proportion
from ataraxy.engine.work import Work

MIDDLE = 1
HINT = "middle (5 % to 95 % of people)"


def as_json(results: Sequence[Result]) -> dict[str, Any]:
    return {"results": [result.as_json() for result in results]}


def print_results(results: Sequence[Result], files: Sequence[str] = ()) -> None:
    """Everything a person asked for, on the terminal."""
    protocol, work = results[0].planned.protocol, results[0].work
    out.print(Text(f"{protocol.title} ({protocol.id} {protocol.version})", style="bold"))
    if results[0].planned.course:
        out.print(Text(f"The whole course, {results[0].planned.course}."))
    out.print(Text(f"{regimen_in_words(work.regimen)}. Seed {work.seed}."))
    out.print(
        Text("Predicted, not measured. Everybody is dosed to the end, those a rule would hold or stop too.")
    )
    out.print(_figures(results))
    if work.held:
        out.print(_lines(results))
    _print_notes(results)
    print_files(files)


def print_files(files: Sequence[str]) -> None:
    for file in files:
        out.print(Text(f"Written: {file}"), soft_wrap=True)


def _heading(result: Result) -> Text:
    model = result.work.model
    words = Text(model.id, style="bold")
    words.append(f"\n{model.sampling_site.value}, {model.standing.value}", style="not bold")
    return words


def _figures(results: Sequence[Result]) -> Table:
    table = Table(title=HINT, title_justify="left", title_style="italic")
    table.add_column("Figure")
    table.add_column("Unit")
    for result in results:
        table.add_column(_heading(result), justify="right", no_wrap=True)
    if len(results) > 1:
        table.add_column("between\nmodels", justify="right")
    found = [_cells(result) for result in results]
    for name in dict.fromkeys(name for one in found for name in one):
        unit = next(one[name][0] for one in found if name in one)
        cells = [one[name][1] if name in one else "-" for one in found]
        middles = [one[name][2] for one in found if name in one]
        table.add_row(name, unit, *cells, *([_ratio(middles)] if len(results) > 1 else []))
    return table


def _cells(result: Result) -> dict[str, tuple[str, str, float]]:
    q = result.quantiles
    told = {}
    for place, figure in enumerate(result.work.figures):
        words = [_number(float(q[i, place]), result, place, share) for i, share in enumerate(SHARES)]
        middle = f"{words[1]} ({words[0]} to {words[2]})"
        told[figure_name(result.work, figure)] = (figure.unit, middle, float(q[MIDDLE, place]))
    return told


def _number(value: float, result: Result, place: int, share: float) -> str:
    if result.not_reached(place, share):
        return f"> {result.work.at_min[-1]:g}"
    return plain(value, result.work.figures[place].unit)


def plain(value: float, unit: str) -> str:
    """A number as a clinician would write it: whole minutes and mmHg, otherwise three figures."""
    if unit in ("min", "mmHg") or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 1 or value == 0 else f"{value:.2g}"


def _ratio(middles: Sequence[float]) -> str:
    """How many times the largest middle is the smallest."""
    low, high = min(middles), max(middles)
    return f"{high / low:.1f}x" if len(middles) > 1 and low > 0 and math.isfinite(high) else "-"


def _lines(results: Sequence[Result]) -> Table:
    table = Table(
        title="Share of people, 95 % interval of the simulation alone",
        title_justify="left",
        title_style="italic",
    )
    table.add_column("Line of the protocol")
    table.add_column("When")
    for result in results:
        table.add_column(_heading(result), justify="right", no_wrap=True)
    for place, line in enumerate(results[0].work.held):
        when = " or ".join(str(bound) for bound in line.bounds)
        shares = [share_words(result.crossing(place)) for result in results]
        table.add_row(f"{line.id} ({line.action}, {line.status.value})", when, *shares)
    return table


def share_words(share: Proportion) -> str:
    """ "4.2 % (4.1 to 4.3)"; of nobody: unknown."""
    if share.share is None or share.low is None or share.high is None:
        return "unknown"
    return f"{100 * share.share:.2f} % ({100 * share.low:.2f} to {100 * share.high:.2f})"


def _print_notes(results: Sequence[Result]) -> None:
    for result in results:
        out.print(Text(f"{result.work.model.id}: {result.words}"))
        if not result.outcome.complete:
            words = f"Interrupted: these figures stand on {result.people} of {result.outcome.asked} people."
            out.print(Text(words, style="bold yellow"))
    work, lines = results[0].work, results[0].planned.lines
    _print_effects(work)
    broken = "; ".join(map(str, lines.stay.bounds)) or "nothing"
    out.print(
        Text(
            f"Ready, as far as predictions reach: none of {broken}; and {lines.stay.least_min:g} min since the start."
            if work.stay is not None
            else "A line is crossed by who crosses it in one session or more. The time until ready is told of one session."
        )
    )
    if lines.unpredicted:
        names = ", ".join(line for line, _ in lines.unpredicted)
        out.print(Text(f"No prediction reaches: {names}. They are not taken as met."))


def _print_effects(work: Work) -> None:
    if work.effects:
        out.print(Text(f"Effects: {effects_worth(work)}."))
    for words in known_faults(work.effects):
        out.print(Text(f"Known to be wrong: {words}", style="yellow"))


def print_pair(paired: Paired) -> None:
    """Two protocols in the same people."""
    one, other = paired.sides
    first, second = paired.first.protocol, paired.second.protocol
    out.print(Text(f"{first.id} {first.version} against {second.id} {second.version}", style="bold"))
    for side in (one, other):
        course = f" ({side.planned.course})" if side.planned.course else ""
        out.print(Text(f"{side.planned.protocol.id}: {regimen_in_words(side.work.regimen)}{course}"))
    late = " Who is not ready by the last minute counts with it." if one.work.stay is not None else ""
    out.print(Text(f"Predicted, not measured. The same virtual people under both.{late}"))
    table = Table(title=HINT, title_justify="left", title_style="italic")
    for name in ("Figure", "Unit"):
        table.add_column(name)
    for name in (first.id, second.id, "difference, person by person", "higher under the second"):
        table.add_column(name, justify="right")
    q, more = paired.differences, np.asarray(paired.outcome.tally.more) / paired.outcome.tally.people
    left, right = _cells(one), _cells(other)
    for place, figure in enumerate(paired.first.work.figures):
        words = [plain(float(q[i, place]), figure.unit) for i in range(len(SHARES))]
        difference = f"{words[1]} ({words[0]} to {words[2]})"
        name = figure_name(paired.first.work, figure)
        table.add_row(
            name, figure.unit, left[name][1], right[name][1], difference, f"{100 * more[place]:.1f} %"
        )
    out.print(table)
    out.print(_pair_lines(paired))
    out.print(Text(one.words))
    _print_effects(one.work)
    if not paired.outcome.complete:
        stopped = f"Interrupted: these figures stand on {one.people} of {paired.outcome.asked} people."
        out.print(Text(stopped, style="bold yellow"))


def _pair_lines(paired: Paired) -> Table:
    one, other = paired.sides
    table = Table()
    for name in (
        "Line",
        "When",
        paired.first.protocol.id,
        paired.second.protocol.id,
        "only first",
        "only second",
    ):
        table.add_column(name)
    for row, (mine, theirs) in enumerate(paired.pair.shared_lines):
        line, only = one.work.held[mine], paired.outcome.tally.only[row]
        when = " or ".join(map(str, line.bounds))
        shares = share_words(one.crossing(mine)), share_words(other.crossing(theirs))
        table.add_row(line.id, when, *shares, str(only[0]), str(only[1]))
    return table
