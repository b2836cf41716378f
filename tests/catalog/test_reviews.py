"""The reviews as files, and what the base says beside them."""

from __future__ import annotations

import pytest

from ataraxy.catalog.check import check_on_shelf, shelf_of
from ataraxy.catalog.library import HOME, sources, toml_files
from ataraxy.catalog.reviews import parse_review, reviews
from ataraxy.catalog.studies import studies
from ataraxy.core.errors import CatalogError
from ataraxy.core.evidence.answer import Analysis, Shown
from ataraxy.core.evidence.ask import ask
from ataraxy.core.evidence.choose import Reason
from ataraxy.core.evidence.study import Condition, Measure, Seen

REVIEWS = [path.name.removesuffix(".toml") for path in toml_files("reviews")]


def text_of(name: str) -> str:
    return (HOME / "reviews" / f"{name}.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", REVIEWS)
def test_every_review_loads_and_is_known_by_its_keys(name):
    review = reviews()[name]
    assert sources()[review.source].retracted_on == review.retracted_on
    assert review.summary
    assert shelf_of(text_of(name).encode(), f"{name}.toml", "elsewhere") == "reviews"


def test_all_reviews_of_the_field_are_in():
    pooled = {"whittaker-2021", "hartland-2023", "borgogna-2024", "almeida-2024", "du-2021"}
    in_words = {"tully-2022", "fremont-2023", "banov-2020", "short-2018", "urinary-review"}
    assert set(REVIEWS) == pooled | in_words | {
        "hietamies",
        "kwan-2024",
    }  # of these two the pools were not seen
    assert {one.id for one in reviews().values() if one.narrative} == in_words
    assert {one.id for one in reviews().values() if one.pools} == pooled


def test_reviews_whose_disorders_were_not_noted_claim_none():
    assert reviews()["tully-2022"].conditions == reviews()["kwan-2024"].conditions == ()


def test_a_count_of_effect_sizes_is_a_number():
    sizes = reviews()["borgogna-2024"].effect_sizes
    assert sizes is not None and (sizes.value, sizes.seen) == (52, Seen.READ)


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("whittaker-2021", '"glue-2020"]', '"glue-1920"]', "no study 'glue-1920'"),
        ("du-2021", 'seen = "second-hand"', 'seen = "read"', "is secondary"),
        ("tully-2022", "narrative = true", "narrative = 1", "true or false"),
    ],
)
def test_a_spoilt_file_is_told_with_its_line(name, old, new, says):
    text = text_of(name)
    assert old in text
    problems = check_on_shelf("reviews", text.replace(old, new, 1).encode(), f"{name}.toml")
    assert any(says in one.cause for one in problems), problems
    with pytest.raises(CatalogError):
        parse_review(text.replace(old, new, 1).encode(), f"{name}.toml")


# --- the base's own answers --------------------------------------------------------------------------


def pool_of(condition, measure):
    return ask(condition, studies(), reviews(), measure=measure).pools[0]


def test_whittakers_odds_ratio_in_social_anxiety_is_reproduced_and_the_paired_one_stands_beside_it():
    """28.94 [3.45, 242.57] as if of 59 people; 13.7 [1.8, 104.7] as the 30 they are."""
    found = pool_of(Condition.SAD, Measure.OR)
    paired, apart = found.forests
    assert (apart.analysis, paired.analysis) == (Analysis.INDEPENDENT, Analysis.PAIRED)
    one, other = apart.by("common").result, paired.by("common").result
    assert isinstance(one, Shown) and isinstance(other, Shown)
    assert [round(x, 2) for x in (one.value, one.low, one.high)] == [28.94, 3.45, 242.57]
    assert [round(x, 1) for x in (other.value, other.low, other.high)] == [13.7, 1.8, 104.6]
    assert [round(row.effect.value, 2) for row in apart.rows] == [18.2, 47.22]
    assert apart.people == paired.people == 30
    (published,) = found.published
    assert (
        published.label == "Whittaker 2021" and "gives the same: 28.94 [3.45, 242.57]" in published.reproduced
    )
    for words in ("each is counted twice", "28.94", "13.72", "Taylor 2018: 5 and 0", "Glue 2020: 8 and 0"):
        assert words in found.why_they_differ, words


def test_taylors_printed_tests_are_those_of_pairs():
    """z 2.24, p .025 and z 2.12, p .034: McNemar on 5/0 and 7/1 pairs; exact p .0625 and .0703."""
    from ataraxy.core.evidence.paired import PairedCounts, mcnemar

    for outcome, exact in zip(studies()["taylor-2018"].outcomes[:2], (0.0625, 0.0703125), strict=True):
        pairs, printed = outcome.pairs[0], outcome.reported[0]
        told = mcnemar(PairedCounts(int(pairs.experimental_only.value), int(pairs.control_only.value)))
        assert round(told.z, 2) == float(printed.z.value)
        assert round(told.p, 3) == float(printed.p.value)
        assert told.exact_p == pytest.approx(exact)


def test_the_otago_papers_stand_in_the_social_anxiety_pool_once():
    found = pool_of(Condition.SAD, Measure.OR).forests[0]
    cohorts = [studies()[row.study].cohort_id for row in found.rows]
    assert cohorts == ["taylor-sad", "otago-anx"]
    left_out = {one.study for one in found.excluded}
    assert {"glue-2017", "glue-2018", "shadli-2018", "truppman-lattie-2021", "otago-cadss-2017"} <= left_out


def test_repeated_infusions_in_ptsd_as_printed_and_as_counted():
    """Feder 2021: 10 of 15 beside 3 of 15, OR 8.0 [1.52, 42.0]; 11.88 points (SE 3.96), 95 % interval 4.1 to 19.6."""
    row = pool_of(Condition.PTSD, Measure.OR).forests[0].rows[0]
    assert [round(x, 2) for x in (row.effect.value, row.effect.low, row.effect.high)] == [8.0, 1.52, 42.04]
    points = pool_of(Condition.PTSD, Measure.MD).forests[0].rows[0]
    assert (points.study, round(points.effect.value, 2)) == ("feder-2021", -11.88)
    assert [round(-x, 1) for x in (points.effect.high, points.effect.low)] == [4.1, 19.6]


def test_one_infusion_in_obsessive_compulsive_disorder_by_its_first_period():
    """4 of 8 beside 0 of 7: 15.0 [0.64, 349]; nobody's second period."""
    found = pool_of(Condition.OCD, Measure.OR)
    assert len(found.forests) == 1
    row = found.forests[0].rows[0]
    assert [round(x, 2) for x in (row.effect.value, row.effect.low)] == [15.0, 0.64]
    assert row.effect.high == pytest.approx(349, abs=0.5)


def test_the_retracted_analysis_is_listed_struck_and_pooled_nowhere():
    for condition in Condition:
        answer = ask(condition, studies(), reviews())
        pooled = {row.study for one in answer.pools for found in one.forests for row in found.rows}
        assert "mills-2025" not in pooled
    answer = ask(Condition.ANXIETY, studies(), reviews())
    listed = next(one for one in answer.studies if one.study == "mills-2025")
    assert str(listed.retracted_on) == "2026-03-31" and not listed.pooled
    reasons = {one.study: one.reason for one in answer.pools[0].forests[0].excluded}
    assert reasons["mills-2025"] is Reason.RETRACTED


def test_both_kads_rows_the_mixed_units_and_a_wrong_percentage_are_flagged_and_nothing_else():
    flagged = {
        (flag.study, flag.what)
        for condition in Condition
        for flag in ask(condition, studies(), reviews()).flags
    }
    assert {
        ("mills-2025", "HAM-A, cohort 1 (68 people)"),
        ("mills-2025", "HAM-A, cohort 2 (106 people)"),
    } <= flagged
    assert {study for study, _ in flagged} & set(REVIEWS) == {"almeida-2024"}
    assert {study for study, _ in flagged} == {"mills-2025", "almeida-2024", "yale-2024"}


def test_the_effect_by_hour_fades_in_what_was_published():
    """Hartland 2023: -1.17 within 12 h, -0.44 at 24 h, -0.40 after one to two weeks."""
    times = ask(Condition.SAD, studies(), reviews()).times
    assert [(one.from_hour, one.effect.value) for one in times] == [(0, -1.17), (24, -0.44), (168, -0.40)]
    assert all(one.published for one in times)


def test_harms_say_whose_they_are_and_which_are_remembered():
    harms = ask(Condition.PTSD, studies(), reviews()).harms
    own = [one for one in harms if one.own]
    assert {one.study for one in own} == {"feder-2021"} and {one.seen.value for one in own} == {"recalled"}
    label = [one for one in harms if one.study == "spravato-label-trd" and one.harm.effect == "dissociation"]
    assert [one.percent for one in label] == [41, 9] and not any(one.own for one in label)
    assert dict(ask(Condition.SAD, studies(), reviews()).reviews)["Urinary Review"].startswith("27 studies")
    yale = next(one for one in harms if one.study == "yale-2024")
    assert round(yale.percent, 1) == 12.3 and yale.low < 12.3 < yale.high
