from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ataraxy.clinic.figures import flow_notes, flow_rows, flow_sheet, flow_vitals
from ataraxy.clinic.figures.time_axis import axis_for, latest_axis
from ataraxy.clinic.figures.types import (
    DoseMark,
    FlowSheet,
    Infusion,
    Keep,
    Level,
    Limit,
    Note,
    Origin,
    Predicted,
    PredictedBand,
    Pressure,
    Sample,
    Trace,
)

Minute = Callable[[float], datetime]


def count(cls: str, svg: str) -> int:
    return len(re.findall(rf'class="{cls}"', svg))


def test_each_pressure_is_two_carets_and_each_pulse_a_dot(sheet: FlowSheet) -> None:
    drawn = flow_sheet.draw(sheet)
    in_the_key = 1
    assert count("pressure", drawn) == 2 * (len(sheet.pressures) + in_the_key)
    assert count("pulse", drawn) == len(sheet.pulses) + in_the_key


def test_a_caret_has_its_point_on_the_value(sheet: FlowSheet, minute: Minute) -> None:
    one = replace(sheet, pressures=(Pressure(minute(5), 160, 90),), gap_after_min=None)
    scale = flow_vitals.scale_for(one, 100.0, 160.0)
    assert (scale.lowest, scale.highest) == (40, 200)
    assert scale.y(160) == 140.0  # one mmHg a unit here: 40 below the top
    assert " 140" in flow_vitals._caret(one.pressures[0], axis_for(one, 0, 100), scale)[1]


def test_no_value_is_cut_off_by_the_usual_scale(sheet: FlowSheet, minute: Minute) -> None:
    extreme = replace(sheet, pressures=(Pressure(minute(5), 231, 28),))
    scale = flow_vitals.scale_for(extreme, 0.0, 100.0)
    assert (scale.lowest, scale.highest) == (20, 240)


def test_a_pressure_typed_later_is_marked(sheet: FlowSheet) -> None:
    drawn = flow_sheet.draw(sheet)
    assert len(re.findall(r">L</text>", drawn)) == 1


def test_a_doubted_pressure_stays_and_says_so(sheet: FlowSheet, minute: Minute) -> None:
    doubted = replace(sheet, pressures=(Pressure(minute(5), 240, 130, Origin.ARTEFACT),))
    drawn = flow_sheet.draw(doubted)
    assert len(re.findall(r">A</text>", drawn)) == 1
    assert (
        "14:07",
        "Blood pressure",
        "240/130 mmHg, at the high limit",
        "marked as artefact",
    ) in flow_sheet.table(doubted).rows


def test_limits_and_baseline_are_named_beside_their_lines(sheet: FlowSheet) -> None:
    drawn = flow_sheet.draw(sheet)
    for words in (
        "sys ≥ 160 hold",
        "sys ≥ 180 stop",
        "dia ≥ 100 hold",
        "baseline sys 124",
        "baseline dia 78",
    ):
        assert f">{words}</text>" in drawn


def test_each_action_limit_is_a_band_and_a_diastolic_one_a_narrow_one(sheet: FlowSheet) -> None:
    drawn = flow_sheet.draw(sheet)
    assert (count("beyond-medium", drawn), count("beyond-high", drawn)) == (2, 1)
    axis, scale = axis_for(sheet, 0, 100), flow_vitals.scale_for(sheet, 0.0, 160.0)
    low = next(x for x in sheet.limits if x.trace.value == "diastolic")
    assert f'height="{flow_vitals.BAND}"' in flow_vitals._band(low, axis, scale)  # one mmHg a unit here


def test_a_change_from_the_baseline_and_a_caution_are_bands_and_say_what_they_are(sheet: FlowSheet) -> None:
    look = Limit(Trace.SYSTOLIC, 150, Level.LOW, "look")
    own = Limit(Trace.SYSTOLIC, 164, Level.LOW, "look", change=40)
    drawn = flow_sheet.draw(replace(sheet, limits=(*sheet.limits, look, own)))
    assert ">sys ≥ 150 look</text>" in drawn and ">sys ≥ 164 look (+40)</text>" in drawn
    assert count("limit-low", drawn) == 2
    # 164 lies past "hold" at 160: the field there keeps the stronger colour
    assert (count("beyond-low", drawn), count("beyond-medium", drawn)) == (1, 3)


def test_a_value_in_the_caution_band_says_so_in_the_table(sheet: FlowSheet, minute: Minute) -> None:
    look = Limit(Trace.SYSTOLIC, 150, Level.LOW, "look")
    one = replace(
        sheet, limits=(*sheet.limits, look), pressures=(Pressure(minute(5), 152, 80, Origin.MONITOR),)
    )
    assert any("in the caution band" in row[2] for row in flow_sheet.table(one).rows)


def test_a_predicted_band_lies_behind_limits_and_values_and_says_what_it_is(
    sheet: FlowSheet, minute: Minute
) -> None:
    assert count("predicted", flow_sheet.draw(sheet)) == 0
    band = PredictedBand((110.0, 120.0, 118.0), (140.0, 165.0, 150.0))
    asked = replace(
        sheet,
        predicted=Predicted((minute(0), minute(20), minute(60)), (band,), "Example <2020>, exploratory"),
    )
    drawn = flow_sheet.draw(asked)
    assert count("predicted", drawn) == 2  # the band and its key
    assert "predicted, not measured: Example &lt;2020&gt;, exploratory" in drawn
    first = drawn.index('class="predicted"')
    assert all(
        first < drawn.index(f'class="{over}"') for over in ("beyond-high", "limit-high", "pulse", "pressure")
    )


def test_a_predicted_value_is_never_cut_off_either(sheet: FlowSheet, minute: Minute) -> None:
    band = PredictedBand((80.0,), (231.0,))
    asked = replace(sheet, predicted=Predicted((minute(5),), (band,), "x"))
    assert flow_vitals.scale_for(asked, 0.0, 100.0).highest == 240


def test_what_else_was_given_has_its_own_row_above(sheet: FlowSheet, minute: Minute) -> None:
    given = (DoseMark("Ondansetron", "4 mg", minute(30)), DoseMark("Oxygen", "2 L/min", minute(12)))
    drawn = flow_sheet.draw(replace(sheet, given=given))
    assert list(replace(sheet, given=given).given_rows()) == ["Oxygen", "Ondansetron"]
    assert drawn.index(">Oxygen</text>") < drawn.index(">Ondansetron</text>")
    assert ("14:32", "Given", "Ondansetron: 4 mg", "") in flow_sheet.table(replace(sheet, given=given)).rows


def test_a_stretch_without_a_pressure_is_said_up_to_now(sheet: FlowSheet, minute: Minute) -> None:
    assert flow_vitals.gaps(sheet) == [
        (minute(-3), minute(5)),
        (minute(15), minute(45)),
        (minute(45), minute(70)),
    ]
    assert "25 min without a pressure" in flow_sheet.draw(sheet)
    assert flow_vitals.gaps(replace(sheet, gap_after_min=None)) == []


def test_spo2_shows_the_lowest_value_of_each_box_and_boxes_what_is_too_low(sheet: FlowSheet) -> None:
    axis = axis_for(sheet, 0.0, 800.0)
    (row,) = sheet.rows
    kept = flow_rows.boxes(row, axis, timedelta(minutes=5))
    assert [value for _, value in kept] == [91.0]
    assert count("flag-box", flow_sheet.draw(sheet)) == 1


@given(st.lists(st.integers(50, 100), min_size=1, max_size=9), st.sampled_from(Keep))
def test_a_written_value_is_always_one_that_was_read(values: list[int], keep: Keep) -> None:
    start = datetime.fromisoformat("2026-11-23T14:00:00+00:00")
    samples = [Sample(start + timedelta(seconds=i), value) for i, value in enumerate(values)]
    kept = flow_rows._kept(keep, samples)
    assert kept in values
    assert kept == {Keep.LOWEST: min(values), Keep.HIGHEST: max(values), Keep.LATEST: values[-1]}[keep]


def test_notes_are_numbered_in_the_order_of_time_and_close_ones_do_not_overlap(
    sheet: FlowSheet, minute: Minute
) -> None:
    crowd = replace(sheet, notes=tuple(Note(minute(3 - i), f"note {i}") for i in range(4)))
    axis = axis_for(crowd, 0.0, 800.0)
    drawn, height = flow_notes.marks(crowd, axis, 0.0)
    circles = [(float(x), float(y)) for x, y in re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', "".join(drawn))]
    assert all(
        abs(a[0] - b[0]) >= 17 or abs(a[1] - b[1]) >= 17 for a in circles for b in circles if a is not b
    )
    assert height > 0
    legend, _ = flow_notes.legend(crowd, axis, 0, 900, 0)
    assert "".join(legend).index("note 3") < "".join(legend).index("note 0")


def test_an_empty_session_says_so(empty_sheet: FlowSheet) -> None:
    drawn = flow_sheet.draw(empty_sheet)
    assert "No pressure or pulse recorded yet" in drawn
    assert flow_sheet.table(empty_sheet).rows == ()


def test_times_are_those_of_the_clinic(sheet: FlowSheet, minute: Minute) -> None:
    summer = replace(sheet, now=datetime.fromisoformat("2026-07-01T14:00:00+00:00"))
    assert sheet.clock(minute(0)) == "14:02"
    assert summer.clock(datetime.fromisoformat("2026-07-01T14:00:00+00:00")) == "15:00"


def test_the_axis_holds_everything_and_ends_on_quarters(sheet: FlowSheet, minute: Minute) -> None:
    late = replace(sheet, notes=(*sheet.notes, Note(minute(200), "phoned")))
    axis = axis_for(late, 10.0, 700.0)
    assert axis.starts.minute % 15 == axis.ends.minute % 15 == 0
    assert axis.starts <= sheet.starts and axis.ends >= minute(200)
    assert axis.x(axis.starts) == 10.0 and axis.x(axis.ends) == 710.0


def test_the_table_tells_everything_in_the_order_of_time(sheet: FlowSheet) -> None:
    table = flow_sheet.table(sheet)
    times = [row[0] for row in table.rows]
    assert times == sorted(times)
    assert ("14:12", "Blood pressure", "164/101 mmHg, at the medium limit", "monitor") in table.rows
    assert ("14:22", "Dose paused", "ketamine 36 mg", "") in table.rows
    assert ("14:26", "Dose resumed", "ketamine 36 mg", "") in table.rows
    assert ("14:46", "Dose finished", "ketamine 36 mg", "") in table.rows
    assert len(table.rows) == 4 + 1 + len(sheet.pressures) + len(sheet.pulses) + 2 + len(sheet.notes)


def test_a_limit_is_reached_at_its_value_not_beyond_it(sheet: FlowSheet, minute: Minute) -> None:
    assert flow_vitals.level_of(sheet, Pressure(minute(0), 159, 99)) is None
    assert flow_vitals.level_of(sheet, Pressure(minute(0), 160, 80)) is Level.MEDIUM
    assert flow_vitals.level_of(sheet, Pressure(minute(0), 180, 100)) is Level.HIGH


def test_a_limit_says_whether_its_own_value_is_past_it() -> None:
    from ataraxy.clinic.figures.types import Level, Limit, Trace

    at_least = Limit(Trace.SYSTOLIC, 180, Level.HIGH, "stop")
    below = Limit(Trace.SYSTOLIC, 90, Level.MEDIUM, "call", above=False, inclusive=False)
    assert (at_least.sign, at_least.holds(180), at_least.holds(179)) == ("≥", True, False)
    assert (below.sign, below.holds(90), below.holds(89), below.holds(91)) == ("<", False, True, False)


def test_on_a_phone_the_newest_three_quarters_of_an_hour_are_drawn_to_the_same_scale(
    sheet: FlowSheet, minute: Minute
) -> None:
    """Hazard: the whole sheet scrolls sideways on a phone, and how the session began is taken for now."""
    drawn = flow_sheet.draw(sheet, narrow=True)
    axis = latest_axis(sheet, 0.0, 100.0)
    assert (sheet.clock(axis.starts), sheet.clock(axis.ends)) == ("14:30", "15:15")
    in_the_key = 1
    shown = [p for p in sheet.pressures if axis.shows(p.at)]
    assert len(shown) == 1
    assert count("pressure", drawn) == 2 * (len(shown) + in_the_key)
    assert count("pulse", drawn) == sum(axis.shows(s.at) for s in sheet.pulses) + in_the_key
    assert "now 15:12" in drawn
    assert "From 14:30. Earlier: in the table below." in drawn
    for words in ("sys ≥ 160 hold", "sys ≥ 180 stop", "dia ≥ 100 hold", "baseline sys 124"):
        assert f">{words}</text>" in drawn
    assert ">97</text>" not in drawn and ">91</text>" not in drawn  # written before this stretch
    assert f'id="{sheet.id}-latest-title"' in drawn  # both pictures stand on one page


@given(st.integers(0, 400), st.integers(0, 59))
def test_the_newest_part_holds_now_and_at_least_the_half_hour_before_it(minutes: int, seconds: int) -> None:
    start = datetime.fromisoformat("2026-11-23T14:02:00+00:00")
    now = start + timedelta(minutes=minutes, seconds=seconds)
    axis = latest_axis(FlowSheet(start, now, UTC, now=now), 0.0, 100.0)
    assert axis.shows(now) and axis.shows(now - timedelta(minutes=30))
    assert axis.ends - axis.starts == timedelta(minutes=45)
    assert axis.starts.minute % 15 == axis.ends.minute % 15 == 0


def test_a_note_keeps_its_number_on_a_phone(sheet: FlowSheet, minute: Minute) -> None:
    late = replace(sheet, notes=(*sheet.notes, Note(minute(60), "Held her hand", "N. Okafor")))
    drawn = flow_sheet.draw(late, narrow=True)
    assert count("note-mark", drawn) == 1
    assert ">3</text>" in drawn and "Held her hand" in drawn
    assert ">Started" not in drawn and "is fine" not in drawn


def test_on_a_phone_what_is_over_is_not_drawn_at_the_edge_as_if_it_had_just_begun(
    sheet: FlowSheet, minute: Minute
) -> None:
    given = (DoseMark("Oxygen", "2 L/min", minute(12)),)
    over = replace(sheet, now=minute(118), given=given, gap_after_min=None)
    drawn = flow_sheet.draw(over, narrow=True)
    assert count("dose-line", drawn) == count("dose-bar-body", drawn) == count("dose", drawn) == 0
    assert "2 L/min" not in drawn.split("</desc>")[1]
    assert "No pressure or pulse in this stretch" in drawn
    assert "recorded yet" not in drawn
    running = replace(sheet, infusions=(Infusion("ketamine 36 mg", minute(0)),), injections=())
    drawn = flow_sheet.draw(running, narrow=True)
    assert (count("dose-bar-body", drawn), count("dose", drawn)) == (1, 0)  # the bar, without a beginning


def test_at_its_beginning_nothing_earlier_is_spoken_of(sheet: FlowSheet, minute: Minute) -> None:
    begun = replace(sheet, starts=minute(0), ends=minute(60), now=minute(10), notes=())
    assert "Earlier" not in flow_sheet.draw(begun, narrow=True)
