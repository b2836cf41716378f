"""Loading: the value of a file, or an error that says where, why and what to do."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ataraxy.catalog.check import check_bytes
from ataraxy.catalog.load import load_protocol, parse_protocol, parse_stored_protocol, protocols
from ataraxy.core.errors import CatalogError
from ataraxy.core.protocol.lines import claims, lines, unsigned
from ataraxy.core.protocol.types import (
    Approval,
    CheckKind,
    Comparison,
    Disorder,
    Measure,
    Protocol,
    Route,
    RuleAction,
    Use,
)

PROTOCOLS = files("ataraxy.catalog") / "protocols"
TEXTS = {
    path.name: path.read_text(encoding="utf-8") for path in PROTOCOLS.iterdir() if path.name[-5:] == ".toml"
}
IV = protocols()["iv-racemic-0.5"]
SC = protocols()["sc-ascending"]


def test_both_protocols_ship_and_are_off_label() -> None:
    assert set(protocols()) == {"iv-racemic-0.5", "sc-ascending"}
    assert {p.approval for p in protocols().values()} == {Approval.OFF_LABEL}


def test_the_infusion_is_half_a_milligram_per_kilogram_over_forty_minutes() -> None:
    """Feder 2021 and Taylor 2018: 0.5 mg/kg over 40 min."""
    assert (IV.dose.route, IV.dose.duration_min, IV.dose.cap_mg_per_kg) == (
        Route.IV_INFUSION,
        40,
        Decimal("0.5"),
    )
    ptsd, sad = IV.indication(Disorder.PTSD), IV.indication(Disorder.SAD)
    assert ptsd is not None and ptsd.course.doses_mg_per_kg == (Decimal("0.5"),) * 6
    assert ptsd.course.within_days == 14
    assert sad is not None and sad.course.sessions == 1


def test_the_injections_ascend_weekly() -> None:
    """Glue 2017: 0.25, 0.5, 1 mg/kg, a week apart; entry at HAM-A above 20 or LSAS-SR above 50."""
    expected = {Disorder.GAD: ("hama", 21), Disorder.SAD: ("lsas", 51)}
    for indication in SC.indications:
        assert indication.course.doses_mg_per_kg == (Decimal("0.25"), Decimal("0.5"), Decimal(1))
        assert indication.course.least_days_apart == 7
        severity = indication.severity
        assert (severity.scale, severity.at_least) == expected[indication.disorder]


def test_generalised_anxiety_by_vein_is_a_draft_that_says_why() -> None:
    draft = IV.indication(Disorder.GAD)
    assert draft is not None and draft.use is Use.DEMO
    assert (
        "No randomised trial of intravenous ketamine in generalised anxiety disorder alone was found"
        in draft.text
    )


@pytest.mark.parametrize("protocol", [IV, SC], ids=lambda p: p.id)
def test_the_dose_is_held_above_140_over_90_and_stopped_or_called_at_180_over_110(protocol: Protocol) -> None:
    held = {limit.measure: limit for check in protocol.arrival for limit in check.limits}
    assert (held[Measure.SYSTOLIC].comparison, held[Measure.SYSTOLIC].value) == (Comparison.ABOVE, 140)
    assert (held[Measure.DIASTOLIC].comparison, held[Measure.DIASTOLIC].value) == (Comparison.ABOVE, 90)
    called = next(rule for rule in protocol.rules if rule.id == "call-pressure")
    assert called.action is RuleAction.ESCALATE
    assert {(x.measure, x.comparison, x.value) for x in called.limits} == {
        (Measure.SYSTOLIC, Comparison.AT_LEAST, 180),
        (Measure.DIASTOLIC, Comparison.AT_LEAST, 110),
    }


def test_pressure_is_measured_every_ten_minutes_or_at_the_trial_minutes() -> None:
    by_id = {line.id: line for line in (*IV.monitoring, *SC.monitoring)}
    assert by_id["pressure-dosing"].every_min == 10
    sc = next(line for line in SC.monitoring if line.id == "pressure-observation")
    assert sc.at_min == (0, 15, 30, 45, 60, 90, 120)


@pytest.mark.parametrize("protocol", [IV, SC], ids=lambda p: p.id)
def test_nobody_goes_home_within_two_hours_of_the_end_of_the_dose(protocol: Protocol) -> None:
    least = max(criterion.at_least_min or 0 for criterion in protocol.discharge)
    assert least - (protocol.dose.duration_min or 0) >= 120


@pytest.mark.parametrize("protocol", [IV, SC], ids=lambda p: p.id)
def test_within_a_day_only_anxiety_right_now_is_asked(protocol: Protocol) -> None:
    early = [line for line in protocol.check_ins if line.after_hours <= 24]
    assert [line.after_hours for line in early] == [2, 24]
    assert all(line.scales == ("anxiety-now",) for line in early)
    assert {2, 24, 72, 168} <= {line.after_hours for line in protocol.check_ins}
    assert any(line.repeat_every_days == 7 for line in protocol.check_ins)


@pytest.mark.parametrize("protocol", [IV, SC], ids=lambda p: p.id)
def test_two_identifiers_an_escort_and_a_weight_are_checked_on_arrival(protocol: Protocol) -> None:
    assert {CheckKind.IDENTIFIERS, CheckKind.ESCORT, CheckKind.WEIGHT} <= {c.kind for c in protocol.arrival}


@pytest.mark.parametrize("protocol", [IV, SC], ids=lambda p: p.id)
def test_what_needs_a_signature_is_what_is_proposed_or_unverified(protocol: Protocol) -> None:
    waiting = {claim.id for claim in unsigned(protocol)}
    assert waiting == {
        claim.id for claim in claims(protocol) if claim.status.value in ("proposed", "unverified")
    }
    assert len({claim.id for claim in claims(protocol)}) == len(claims(protocol))
    assert {line.id for _, line in lines(protocol)} <= {claim.id for claim in claims(protocol)}


def test_the_hash_is_of_the_bytes_and_the_same_from_file_and_text(
    texts: dict[str, str], tmp_path: Path
) -> None:
    text = texts["sc-ascending"]
    file = tmp_path / "sc-ascending.toml"
    file.write_bytes(text.encode())
    expected = hashlib.sha256(text.encode()).hexdigest()
    assert load_protocol(file).sha256 == expected == parse_protocol(text, "x").sha256
    assert parse_protocol(text + "# a note\n", "x").sha256 != expected


def test_decimals_stay_exact() -> None:
    assert all(type(dose) is Decimal for i in IV.indications for dose in i.course.doses_mg_per_kg)


def test_a_stored_text_outlives_stricter_checks(texts: dict[str, str]) -> None:
    text = texts["iv-racemic-0.5"].replace("at_least_min = 160", "at_least_min = 100")
    with pytest.raises(CatalogError):
        parse_protocol(text, "old.toml")
    assert parse_stored_protocol(text, "old.toml").id == "iv-racemic-0.5"


def test_a_missing_file_is_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"nothing\.toml: The file cannot be read: No such file"):
        load_protocol(tmp_path / "nothing.toml")


def test_a_file_that_is_not_utf8_is_told_on_its_line(tmp_path: Path) -> None:
    file = tmp_path / "latin.toml"
    file.write_bytes(b'id = "x"\ntitle = "Stra\xdfe"\n')
    with pytest.raises(CatalogError, match=r"latin\.toml:2:1: The file is not UTF-8 text"):
        load_protocol(file)


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_random_bytes_are_a_catalog_error(data: bytes) -> None:
    _, problems = check_bytes(data, "noise.toml")
    assert problems and all(problem.cure for problem in problems)


@given(st.text(max_size=300))
@settings(deadline=None)
def test_random_text_is_a_catalog_error_and_nothing_else(text: str) -> None:
    with pytest.raises(CatalogError) as refused:
        parse_protocol(text, "noise.toml")
    assert refused.value.cause and refused.value.cure and refused.value.where.startswith("noise.toml:")


ODD = [
    "nan",
    "-inf",
    "1e999999999",
    "0x" + "f" * 9000,
    "1" * 4000,
    "[" * 400,
    "{}",
    "[[]]",
    "true",
    '""',
    "1979-05-27",
]
ODD += ['"\\u0000"', "'''\n'''", "-0.0", "[1, 'a', {b = []}]", "\ud800", "\x00", "=", "9" * 5000]


@given(st.data())
@settings(deadline=None, max_examples=150)
def test_a_value_replaced_by_anything_is_read_or_refused_never_a_crash(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(sorted(TEXTS.values())))
    rows = [i for i, row in enumerate(text.splitlines()) if " = " in row]
    lines_ = text.splitlines()
    index = data.draw(st.sampled_from(rows))
    key = lines_[index].split(" = ")[0]
    lines_[index] = f"{key} = {data.draw(st.sampled_from(ODD))}"
    try:
        protocol = parse_protocol("\n".join(lines_), "odd.toml")
    except CatalogError as error:
        assert error.where.startswith("odd.toml:")
    else:
        assert {field.name for field in fields(protocol)}


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_a_file_cut_or_shuffled_is_read_or_refused_never_a_crash(data: st.DataObject) -> None:
    rows = data.draw(st.sampled_from(sorted(TEXTS.values()))).splitlines()
    first = data.draw(st.integers(0, len(rows) - 1))
    second = data.draw(st.integers(first, len(rows)))
    kept = data.draw(st.sampled_from(["head", "tail", "without", "twice"]))
    cut = {
        "head": rows[:first],
        "tail": rows[second:],
        "without": rows[:first] + rows[second:],
        "twice": rows[:second] + rows[first:],
    }[kept]
    try:
        parse_protocol("\n".join(cut), "cut.toml")
    except CatalogError as error:
        assert error.where.startswith("cut.toml:")
