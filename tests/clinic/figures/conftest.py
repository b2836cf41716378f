"""Pictures to draw: one of each kind, full enough that every mark appears."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import log
from zoneinfo import ZoneInfo

import pytest

from ataraxy.clinic.figures.evidence import (
    DoseResponse,
    EffectByHour,
    Fit,
    Forest,
    ForestPool,
    ForestRow,
    ForestSection,
    Funnel,
    FunnelPoint,
    HarmRate,
    HarmRow,
    Harms,
    LeftOut,
    Reading,
    Series,
)
from ataraxy.clinic.figures.evidence import Mark as EvidenceMark
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
def forest() -> Forest:
    """Both analyses of the two SAD crossovers (facts from Taylor 2018, Glue 2020), one without numbers, one taken back."""
    taylor = ("Taylor", "2018", "18", "IV 0.5 mg/kg", "saline")
    glue = ("Glue", "2020", "12", "SC 0.25 to 1 mg/kg", "midazolam 0.01 mg/kg")
    return Forest(
        "Response in SAD",
        "Odds ratio, response",
        is_ratio=True,
        low_side="favours comparator",
        high_side="favours ketamine",
        sections=(
            ForestSection(
                "As if arms were independent",
                (
                    ForestRow(*taylor, log(18.2), log(0.937), log(353.55), 51.0),
                    ForestRow(*glue, log(47.222), log(2.239), log(996.02), 49.0, flag="cell counts inferred"),
                    ForestRow(
                        "Nobody & <co>", "2022", "158", "IV", "placebo", words="Negative: no difference"
                    ),
                ),
                (ForestPool("Pooled", log(28.94), log(3.45), log(242.57)),),
            ),
            ForestSection(
                "Each person with themselves",
                (ForestRow(*taylor, log(11.0), log(0.61), log(199.0), 50.0),),
                (
                    ForestPool(
                        "Pooled",
                        log(13.7),
                        log(1.8),
                        log(104.7),
                        log(0.2),
                        log(9000),
                        EvidenceMark.OTHER,
                        "k 2",
                    ),
                ),
            ),
            ForestSection("Nothing yet", words="No randomised trial of IV ketamine in GAD alone was found."),
        ),
        left_out=(
            LeftOut("Mills", "2025", "The journal took it back.", "31 March 2026", "−4.0 (−10.6 to −1.9)"),
            LeftOut("Glue", "2017", "Shares people with Glue 2020."),
        ),
    )


@pytest.fixture
def by_hour() -> EffectByHour:
    return EffectByHour(
        "Effect by hour",
        "Standardised difference",
        is_ratio=False,
        low_side="favours ketamine",
        high_side="favours comparator",
        series=(
            Series(
                "A study",
                (Reading(1, -1.2, -1.9, -0.5), Reading(24, -0.8, -9.0, 0.1), Reading(168, -0.1, -0.6, 0.4)),
            ),
            Series("Another study with a name that is far too long", (Reading(24, -0.5),)),
            Series("A third", (Reading(2, -0.6), Reading(72, -0.2))),
            Series(
                "A review",
                (Reading(0, -1.17, -1.89, -0.44, 12), Reading(24, -0.44, -0.65, -0.22)),
                EvidenceMark.OTHER,
            ),
        ),
        words="Fades within a week or two.",
    )


@pytest.fixture
def by_dose() -> DoseResponse:
    fit = Fit("linear", (0.0, 0.5, 1.0), (0.0, -0.4, -0.8), (-0.2, -0.8, -1.5), (0.2, 0.0, -0.1))
    series = (Series("One", (Reading(0.25, -0.2), Reading(0.5, -0.5, -1.0, 0.0), Reading(1.0, -0.9))),)
    return DoseResponse(
        "By dose", "SMD", "mg/kg", False, "favours ketamine", "favours comparator", series, fit
    )


@pytest.fixture
def funnel() -> Funnel:
    points = (
        FunnelPoint("One", -0.5, 0.2),
        FunnelPoint("Two", -0.9, 0.4),
        FunnelPoint("Not there", 0.1, 0.4, supposed=True),
    )
    return Funnel("Funnel", "SMD", False, points, -0.5, "Too few studies to judge.")


@pytest.fixture
def harms() -> Harms:
    return Harms(
        "Harms",
        (
            HarmRow(
                "Dizziness",
                "A",
                (
                    HarmRate("ketamine", 33.3, 5, 15, 15.0, 58.0),
                    HarmRate("midazolam", 13.3, 2, 15, 4.0, 38.0, True),
                ),
            ),
            HarmRow("Nausea", "B", (HarmRate("ketamine", 29.4),)),
        ),
    )


@pytest.fixture
def pictures(
    forest: Forest,
    by_hour: EffectByHour,
    by_dose: DoseResponse,
    funnel: Funnel,
    harms: Harms,
    sheet: FlowSheet,
    empty_sheet: FlowSheet,
    trajectory: Trajectory,
    bands: Bands,
    proportions: Proportions,
) -> dict[str, Callable[[], str]]:
    """Every kind of picture, full and empty, wide and narrow, ready to be drawn."""
    from ataraxy.clinic.figures import bands as bands_figure
    from ataraxy.clinic.figures import dose_response, effect_by_hour, flow_sheet
    from ataraxy.clinic.figures import forest as forest_figure
    from ataraxy.clinic.figures import funnel as funnel_figure
    from ataraxy.clinic.figures import harms as harms_figure
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
        "forest": lambda: forest_figure.draw(forest),
        "narrow forest": lambda: forest_figure.draw(replace(forest, narrow=True)),
        "empty forest": lambda: forest_figure.draw(replace(forest, sections=(), left_out=())),
        "effect by hour": lambda: effect_by_hour.draw(by_hour),
        "narrow effect by hour": lambda: effect_by_hour.draw(replace(by_hour, narrow=True)),
        "narrow dose response": lambda: dose_response.draw(replace(by_dose, narrow=True)),
        "no effect by hour": lambda: effect_by_hour.draw(replace(by_hour, series=())),
        "dose response": lambda: dose_response.draw(by_dose),
        "no dose response": lambda: dose_response.draw(
            replace(by_dose, series=(), fit=None, words="Too few.")
        ),
        "funnel": lambda: funnel_figure.draw(funnel),
        "empty funnel": lambda: funnel_figure.draw(replace(funnel, points=(), middle=None)),
        "harms": lambda: harms_figure.draw(harms),
        "narrow harms": lambda: harms_figure.draw(replace(harms, narrow=True)),
        "no harms": lambda: harms_figure.draw(replace(harms, rows=())),
        "no proportions": lambda: proportions_figure.draw(replace(proportions, rows=())),
    }
