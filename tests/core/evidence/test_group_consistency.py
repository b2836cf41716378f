"""One arm's printed numbers against each other and against the scale."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.evidence.contradiction import Flaw, Weight
from ataraxy.core.evidence.group_consistency import findings_of_group, whole_number
from ataraxy.core.evidence.study import Figure, Form, Group, Outcome, OutcomeKind, Seen


def figure(text):
    return None if text is None else Figure(Decimal(text), Seen.READ)


def group(**texts):
    return Group("ketamine", **{name: figure(text) for name, text in texts.items()})


def outcome(form=Form.ENDPOINT, lowest="0", highest="56", whole=True):
    return Outcome(
        "hama-24", "hama", "HAM-A at 24 h", OutcomeKind.CONTINUOUS, form=form, lowest=figure(lowest),
        highest=figure(highest), items_whole=whole,
    )  # fmt: skip


def kinds(one, of=None):
    return [found.kind for found in findings_of_group(of or outcome(), one)]


def test_an_arm_whose_numbers_hold_together_is_let_be():
    """The scores 4, 9, 12, 12, 15, 20: mean 12, SD 5.44, SE 2.22."""
    assert kinds(group(n="6", mean="12.00", sd="5.44", se="2.22")) == []
    assert kinds(group(n="6", mean="12.00", sd="5.44", low="6.29", high="17.71")) == []
    assert kinds(group(n="6", events="2")) == []
    assert kinds(group(n="6", mean="12.00")) == []
    assert kinds(group(mean="12.00", sd="5.44")) == []


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        ({"n": "6", "events": "7"}, Flaw.COUNTS),
        ({"n": "6", "events": "1.5"}, Flaw.COUNTS),
        ({"n": "6", "mean": "57.0"}, Flaw.MEAN),
        ({"n": "28", "mean": "5.19"}, Flaw.GRIM),
        ({"n": "6", "mean": "12.00", "sd": "25.31"}, Flaw.SD_HIGH),
        ({"n": "6", "mean": "12.50", "sd": "0.21"}, Flaw.SD_LOW),
        ({"n": "6", "mean": "12.00", "sd": "5.45"}, Flaw.SD_WHOLE),
        ({"n": "6", "mean": "12.00", "low": "13.00", "high": "17.00"}, Flaw.OUTSIDE),
        ({"n": "6", "baseline_mean": "26.40"}, Flaw.GRIM),
    ],
)
def test_what_cannot_be_is_told(texts, kind):
    assert kinds(group(**texts)) == [kind]


def test_a_standard_error_printed_as_sd_is_named():
    (one,) = findings_of_group(
        outcome(whole=False), group(n="25", mean="18.2", sd="1.5", low="15.1", high="21.3")
    )
    assert one.kind is Flaw.SD_SE
    assert "what is printed as SD is the standard error" in one.words
    (other,) = findings_of_group(outcome(whole=False), group(n="25", mean="18.2", sd="7.5", se="7.5"))
    assert other.kind is Flaw.SD_SE


WHOLE = {"n": "25", "mean": "18.2"}


@pytest.mark.parametrize(
    ("texts", "expected", "hint"),
    [
        (
            {"sd": "1.5", "low": "15.1", "high": "21.3"},
            (3.05 / 2.063899 + 3.15 / 1.959964) / 2 * 5,
            "of single people",
        ),
        ({"sd": "1.5", "se": "1.5"}, 7.5, "what is printed as SD is the standard error"),
        ({"sd": "7.5", "se": "0.3"}, 1.5, "divided by the root of n twice"),
        ({"sd": "12.0", "se": "1.5"}, 7.5, "one is misprinted, or n is of other people"),
        ({"sd": "12.0", "low": "15.1", "high": "21.3"}, 7.712, "one is misprinted, or n is of other people"),
    ],
)
def test_what_an_sd_should_have_been_is_told_with_the_likeliest_reason(texts, expected, hint):
    (one,) = findings_of_group(outcome(whole=False), group(**WHOLE, **texts))
    assert one.number("sd told") == pytest.approx(expected, abs=1e-3)
    assert f"an SD of about {expected:.3g}" in one.words
    assert hint in one.words


def test_two_people_are_enough_to_check_and_one_bound_tells_no_sd():
    assert kinds(group(n="2", mean="5.19")) == [Flaw.GRIM]
    assert kinds(group(n="1", mean="5.19")) == []
    assert kinds(group(n="6", events="0")) == kinds(group(n="6", events="6")) == []
    assert kinds(group(n="6", events="-1")) == [Flaw.COUNTS]
    for bound in ({"low": "6.29"}, {"high": "17.71"}):
        assert kinds(group(n="6", mean="12.00", sd="5.44", **bound)) == []


def test_a_score_before_treatment_is_no_change():
    change = outcome(Form.CHANGE, whole=False)
    assert kinds(group(n="6", baseline_mean="-3.0"), change) == [Flaw.MEAN]
    assert kinds(group(n="6", mean="-3.0"), change) == []


def test_the_ends_of_a_change_are_the_width_of_the_scale():
    """A scale of 20 to 80 changes by 60 at most."""
    change = outcome(Form.CHANGE, lowest="20", highest="80", whole=False)
    assert kinds(group(n="6", mean="-59.0"), change) == []
    assert kinds(group(n="6", mean="-70.0"), change) == [Flaw.MEAN]
    for lowest, highest in (("20", None), (None, "80")):
        assert kinds(group(n="6", mean="-70.0"), outcome(Form.CHANGE, lowest, highest, whole=False)) == []


def test_the_interval_of_few_peoples_mean_is_students():
    """Three people, 4.303 with two degrees of freedom: SD 10 makes a half of 24.84 (by three, 3.182 and 18.4)."""
    few = {"n": "3", "mean": "30.00", "low": "5.16", "high": "54.84"}
    assert kinds(group(**few, sd="10.00"), outcome(whole=False)) == []
    assert kinds(group(**few, sd="9.90"), outcome(whole=False)) == [Flaw.SD_SE]


def test_the_nearest_means_of_whole_scores_are_told():
    (one,) = findings_of_group(outcome(), group(n="28", mean="5.19"))
    assert (one.number("nearest below"), one.number("nearest above")) == pytest.approx((145 / 28, 146 / 28))


@pytest.mark.parametrize("sd", ["0.55", "25.10"])
def test_an_sd_within_its_bounds_but_for_the_rounding_is_let_be(sd):
    """Six scores of 0 to 56: mean 12.50 allows SDs from .548 (three 12s, three 13s), mean 12.00 up to 25.18."""
    mean = "12.50" if sd == "0.55" else "12.00"
    assert kinds(group(n="6", mean=mean, sd=sd), outcome(whole=sd == "0.55")) == []


def test_a_change_may_be_below_nought_and_no_larger_than_the_scale():
    change = outcome(Form.CHANGE, whole=False)
    assert kinds(group(n="6", mean="-14.2", sd="8.0"), change) == []
    assert kinds(group(n="6", mean="-57.0", sd="8.0"), change) == [Flaw.MEAN]
    assert kinds(group(n="6", mean="-14.2", sd="60.0"), change) == [Flaw.SD_HIGH]


def test_without_the_ends_of_the_scale_no_sd_is_too_large():
    open_ended = outcome(lowest=None, highest=None, whole=False)
    assert kinds(group(n="6", mean="12.0", sd="250.0"), open_ended) == []


def test_an_impossible_sd_says_how_large_it_can_be():
    (one,) = findings_of_group(outcome(), group(n="6", mean="12.00", sd="25.31"))
    assert one.weight is Weight.IMPOSSIBLE
    assert one.number("most") == pytest.approx((12.005 * 43.995 * 6 / 5) ** 0.5)
    assert "25.1" in one.words


ANY = (
    st.none() | st.decimals(-100, 100, places=2).map(str) | st.sampled_from(["0", "-1", "1E+3", "2.5", "12"])
)


@given(
    st.fixed_dictionaries(dict.fromkeys(("n", "mean", "sd", "se", "low", "high", "events"), ANY)),
    st.sampled_from(Form), st.booleans(), st.booleans(),
)  # fmt: skip
def test_whatever_was_printed_there_is_an_answer_in_words(texts, form, whole, ends):
    of = outcome(form, "0" if ends else None, "56" if ends else None, whole)
    for one in findings_of_group(of, group(**texts)):
        assert one.words.endswith(".")


def test_a_number_of_people_that_is_not_whole_is_no_number_of_people():
    assert whole_number(figure("6.5")) is None
    assert whole_number(None) is None
    assert whole_number(figure("6")) == 6
