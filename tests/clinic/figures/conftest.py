"""Pictures to draw: one of each kind, full enough that every mark appears."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ataraxy.clinic.figures.types import (
    Band,
    BandLimit,
    Bands,
    Baseline,
    FlowSheet,
    Infusion,
    Injection,
    Keep,
    Level,
    Limit,
    Mark,
    Note,
    Origin,
    Pause,
    PlannedDose,
    Pressure,
    Proportion,
    Proportions,
    Reference,
    Sample,
    ScorePoint,
    Seen,
    Strand,
    Threshold,
    Trace,
    Trajectory,
    ValueRow,
)

START = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def minute() -> Callable[[float], datetime]:
    """Minutes from the start of the dose."""
    return lambda minutes: START + timedelta(minutes=minutes)


@pytest.fixture
def empty_sheet() -> FlowSheet:
    return FlowSheet(START, START + timedelta(hours=1), LONDON, id="flow-empty")


@pytest.fixture
def sheet(minute: Callable[[float], datetime]) -> FlowSheet:
    return FlowSheet(
        minute(-20),
        minute(120),
        LONDON,
        now=minute(70),
        pressures=(
            Pressure(minute(-3), 124, 78, Origin.HAND),
            Pressure(minute(5), 131, 82),
            Pressure(minute(10), 164, 101),
            Pressure(minute(15), 150, 92, Origin.LATE),
            Pressure(minute(45), 128, 80),
        ),
        pulses=tuple(Sample(minute(t), 70 + t % 9) for t in range(0, 60, 5)),
        rows=(
            ValueRow("SpO₂", "%", (Sample(minute(4), 97), Sample(minute(5), 91)), Keep.LOWEST, flag_below=94),
        ),
        infusions=(Infusion("ketamine 36 mg", minute(0), minute(44), (Pause(minute(20), minute(24)),)),),
        injections=(Injection("ondansetron 4 mg", minute(30)),),
        limits=(
            Limit(Trace.SYSTOLIC, 160, Level.MEDIUM, "hold"),
            Limit(Trace.SYSTOLIC, 180, Level.HIGH, "stop"),
            Limit(Trace.DIASTOLIC, 100, Level.MEDIUM, "hold"),
        ),
        baseline=Baseline(124, 78),
        notes=(
            Note(minute(0), "Started", "N. Okafor"),
            Note(minute(1), "Says <it> is fine & warm", late=True),
        ),
        gap_after_min=7,
    )


@pytest.fixture
def trajectory() -> Trajectory:
    scores = ((-1, 16), (7, 11), (14, 8), (21, 6), (56, 9))
    return Trajectory(
        "GAD-7",
        0,
        21,
        tuple(ScorePoint(float(day), score, f"day {day}") for day, score in scores),
        interval_days=7,
        doses=(Mark(0, "session 1"), Mark(3, "session 2")),
        missed=(Mark(28, "4 weeks"), Mark(35, "5 weeks")),
        bands=(Band(0, 4, "minimal"), Band(5, 9, "mild"), Band(10, 14, "moderate"), Band(15, 21, "severe")),
        thresholds=(Threshold(8, "response"), Threshold(4, "remission")),
    )


@pytest.fixture
def bands() -> Bands:
    return Bands(
        title="Ketamine in arterial blood",
        unit="ng/mL",
        model="Example <2020>",
        standing="Arterial blood. Exploratory.",
        at=(0.0, 20.0, 40.0, 60.0, 120.0, 240.0, 300.0),
        strands=(
            Strand(
                "ketamine",
                (0.0, 100.0, 180.0, 90.0, 45.0, 15.0, 10.0),
                (0.0, 80.0, 150.0, 70.0, 30.0, 10.0, 5.0),
                (0.0, 130.0, 220.0, 120.0, 60.0, 20.0, 15.0),
            ),
            Strand("norketamine", (0.0, 10.0, 20.0, 30.0, 40.0, 30.0, 20.0)),
        ),
        starts=0.0,
        ends=240.0,
        doses=(PlannedDose(0, 40, "36 mg over 40 min"), PlannedDose(90, 90, "")),
        limits=(BandLimit(160.0, Level.MEDIUM, "> 160: call"), BandLimit(150.0, Level.HIGH, "> 150: stop")),
        seen=(Seen(30.0, 140.0),),
        now=90.0,
    )


@pytest.fixture
def proportions() -> Proportions:
    return Proportions(
        "Outcomes",
        (
            Proportion("Completed", 9, 12, 46.8, 91.1),
            Proportion("Responded", 6, 11, 28.0, 78.7, Reference("published", 53.6, 45.0, 62.0)),
            Proportion("Relapsed", 0, 0),
        ),
    )


@pytest.fixture
def pictures(
    sheet: FlowSheet,
    empty_sheet: FlowSheet,
    trajectory: Trajectory,
    bands: Bands,
    proportions: Proportions,
) -> dict[str, Callable[[], str]]:
    """Every kind of picture, full and empty, wide and narrow, ready to be drawn."""
    from ataraxy.clinic.figures import bands as bands_figure
    from ataraxy.clinic.figures import flow_sheet
    from ataraxy.clinic.figures import proportions as proportions_figure
    from ataraxy.clinic.figures import trajectory as trajectory_figure

    running = replace(sheet, infusions=(Infusion("running", sheet.starts, None, (Pause(sheet.starts),)),))
    return {
        "flow sheet": lambda: flow_sheet.draw(sheet),
        "running flow sheet": lambda: flow_sheet.draw(running),
        "empty flow sheet": lambda: flow_sheet.draw(empty_sheet),
        "trajectory": lambda: trajectory_figure.draw(trajectory),
        "narrow trajectory": lambda: trajectory_figure.draw(replace(trajectory, width=360)),
        "empty trajectory": lambda: trajectory_figure.draw(Trajectory("PCL-5", 0, 80, (), 7)),
        "bands": lambda: bands_figure.draw(bands),
        "proportions": lambda: proportions_figure.draw(proportions),
        "narrow proportions": lambda: proportions_figure.draw(replace(proportions, width=360)),
        "no proportions": lambda: proportions_figure.draw(replace(proportions, rows=())),
    }
