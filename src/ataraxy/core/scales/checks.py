"""What can be wrong with an instrument's file, though it has the right shape."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ataraxy.core.protocol.problem import Problem
from ataraxy.core.scales.types import Instrument, Scoring


def instrument_problems(instrument: Instrument) -> Iterator[Problem]:
    """Items, options, range, bands and rules that contradict each other."""
    yield from _items(instrument)
    yield from _total(instrument)
    yield from _bands(instrument)
    yield from _rules(instrument)
    if instrument.recall_hours < 0:
        yield Problem(("recall_hours",), "A recall looks back, not forward.", "Write 0 or more hours.")


def _items(instrument: Instrument) -> Iterator[Problem]:
    count = len(instrument.items)
    if count not in (0, instrument.item_count):
        words = f"{count} items are written, {instrument.item_count} are said."
        yield Problem(("item_count",), words, "Write every item, or none where the words may not be shown.")
    values = [option.value for option in instrument.options]
    if sorted(set(values)) != sorted(values):
        yield Problem(("options",), "Two options have the same value.", "Give each its own.")
    whole = list(range(instrument.answers.lowest, instrument.answers.highest + 1))
    if values and sorted(values) != whole:
        yield Problem(("options",), "The options do not cover the answer range.", "Write one for each value.")
    if instrument.items and not values:
        yield Problem(("items",), "Items without options cannot be answered.", "Add [[options]].")


def _total(instrument: Instrument) -> Iterator[Problem]:
    if instrument.scoring is Scoring.CATEGORICAL:
        if not instrument.categories:
            yield Problem((), "A categorical instrument needs categories.", "Add [[categories]].")
        return
    number = 1 if instrument.scoring is Scoring.SINGLE else instrument.item_count
    lowest, highest = instrument.answers.lowest * number, instrument.answers.highest * number
    if (instrument.total.lowest, instrument.total.highest) != (lowest, highest):
        words = f"{number} answers add up to {lowest} to {highest}, not to the range of `total`."
        yield Problem(("total",), words, "Correct the range or the number of items.")


def _bands(instrument: Instrument) -> Iterator[Problem]:
    starts = [band.from_ for band in instrument.bands]
    if starts and starts[0] != instrument.total.lowest:
        yield Problem(("bands", 0), "The lowest scores have no band.", "Begin at the lowest score.")
    for index, (before, after) in enumerate(pairwise(starts), 1):
        if after <= before:
            yield Problem(("bands", index), "Bands must rise.", "Put them in order.")
    if starts and starts[-1] > instrument.total.highest:
        yield Problem(("bands",), "A band begins above the highest score.", "Correct it.")


def _rules(instrument: Instrument) -> Iterator[Problem]:
    concern = instrument.concern_item
    if concern is not None and not 1 <= concern.item <= instrument.item_count:
        words = f"Item {concern.item} does not exist."
        yield Problem(("concern_item", "item"), words, f"Items count from 1 to {instrument.item_count}.")
    for index, category in enumerate(instrument.categories):
        if any(not 1 <= number <= instrument.item_count for number in category.any_of):
            yield Problem(
                ("categories", index), "A category names an item that does not exist.", "Correct it."
            )
    remission = instrument.remission
    if remission is not None and not instrument.total.holds(remission.score):
        yield Problem(("remission", "score"), "No score is ever there.", "Correct the threshold.")
    response = instrument.response
    if response is not None and not 0 < response.fall_percent <= 100:
        yield Problem(("response", "fall_percent"), "A fall is above 0 and at most 100 %.", "Correct it.")
    change = instrument.reliable_change
    if change is not None and not 0 < change.points <= instrument.total.highest:
        yield Problem(("reliable_change", "points"), "No score ever changes so.", "Correct it.")
