"""The studies as files: all of them sound, none saying more than its source, and each spoilt one told with its line."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, is_dataclass
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ataraxy.catalog.check import check_on_shelf, shelf_of
from ataraxy.catalog.library import HOME, sources, toml_files
from ataraxy.catalog.studies import BEARS, load_study, parse_study, studies
from ataraxy.core.errors import CatalogError
from ataraxy.core.evidence.study import BiasDomain, Carryover, Condition, Design, Figure, Finding, Seen
from ataraxy.core.protocol.sources import Read

STUDIES = [path.name.removesuffix(".toml") for path in toml_files("studies")]
OTAGO = {"glue-2017", "glue-2018", "glue-2020", "shadli-2018", "truppman-lattie-2021", "otago-cadss-2017"}


def figures(value):
    if isinstance(value, Figure):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from figures(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from figures(getattr(value, field.name))


def text_of(name: str) -> str:
    return (HOME / "studies" / f"{name}.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", STUDIES)
def test_every_study_loads_and_no_number_is_surer_than_its_source(name):
    study = load_study(name)
    assert study is load_study(name)
    assert studies()[name] == study
    read = sources()[study.source].read
    assert {one.seen for one in figures(study)} <= BEARS[read]
    assert study.retracted_on == sources()[study.source].retracted_on


@pytest.mark.parametrize("name", STUDIES)
def test_every_outcome_says_in_words_what_was_found(name):
    assert all(outcome.result for outcome in load_study(name).outcomes)


def test_all_studies_of_the_field_are_in():
    assert {
        "taylor-2018", "anzctr-373410", "feder-2014", "feder-2021", "abdallah-2022", "dadabayev-2020", "pradhan-2017",
        "harpaz-rotem-nct02727998", "nct04560660", "week-long-psychotherapy", "rodriguez-2013", "bloch-2012",
        "salloum-2019", "mills-2025", "earleywine-ptsd", "hassan-2022", "at-home-431", "hull-2022", *OTAGO,
    } <= set(STUDIES)  # fmt: skip


def test_blinding_and_years_that_were_not_read_are_not_claimed():
    """Of these trials what was read told neither; nobody is ranked first in a cohort by what nobody read."""
    assert {study.id for study in studies().values() if study.blinded} == {
        "taylor-2018",
        "glue-2020",
        "feder-2014",
    }
    assert load_study("transform-1").year is None and sources()["transform-1"].year is None


@pytest.mark.parametrize(
    "name", ["mills-2025", "almeida-2024", "du-2021", "tully-2022", "transform-1", "sustain-3"]
)
def test_a_title_nobody_noted_is_not_made_up(name):
    assert sources()[name].title.startswith("Title not noted (")


def test_what_the_sources_told_beyond_their_pools_is_in():
    """SUSTAIN-3: 1,148 people, 2016 to 2022; pain a week after, in the trial of pain; the SSAI of the Otago papers."""
    sustain = load_study("sustain-3")
    assert sustain.n is not None and sustain.n.value == 1148 and "2016 to 2022" in sustain.safety
    pain = [one for one in load_study("dadabayev-2020").outcomes if one.instrument == "vas-pain"]
    assert [int(one.hour.value) for one in pain] == [24, 168]
    assert "ssai" in {one.instrument for one in load_study("truppman-lattie-2021").outcomes}
    assert "surged" in load_study("yale-2024").safety


def test_the_otago_papers_are_one_cohort_and_no_other_paper_is_of_it():
    assert {study.id for study in studies().values() if study.cohort_id == "otago-anx"} == OTAGO


def test_only_the_kads_analysis_was_taken_back():
    retracted = {study.id: study.retracted_on for study in studies().values() if study.retracted_on}
    assert retracted == {"mills-2025": date(2026, 3, 31)}


def test_negative_trials_stand_as_plainly_as_positive_ones():
    found = Counter(study.finding for study in studies().values() if Condition.PTSD in study.conditions)
    assert found[Finding.NEGATIVE] == 2  # the largest trial, and the one in pain
    assert "answered no" in load_study("abdallah-2022").outcomes[0].result


def test_registries_other_than_the_american_are_known():
    assert load_study("glue-2017").registrations == ("ACTRN12615000617561",)
    assert load_study("taylor-2018").registrations == ("NCT02083926",)


def test_carry_over_is_told_of_every_crossover():
    crossovers = {s.id: s.carryover for s in studies().values() if s.design is Design.CROSSOVER}
    assert crossovers == {
        "feder-2014": Carryover.NOT_SEEN,
        "glue-2020": Carryover.NOT_SEEN,
        "rodriguez-2013": Carryover.PRESENT,
        "taylor-2018": Carryover.NOT_SEEN,
    }
    assert all(outcome.first_period for outcome in load_study("rodriguez-2013").outcomes)


def test_what_was_inferred_and_what_was_remembered_is_marked():
    glue = load_study("glue-2020").outcomes[0]
    assert {one.seen for one in figures(glue.groups)} == {Seen.INFERRED}
    assert {one.seen for one in figures(load_study("taylor-2018").outcomes[0].pairs)} == {Seen.INFERRED}
    assert {harm.share.seen for harm in load_study("feder-2021").harms} == {Seen.RECALLED}
    assert {one.seen for one in figures(load_study("hull-2022"))} == {Seen.RECALLED}
    assert sources()["hull-2022"].read is Read.RECALLED


def test_functional_unblinding_is_judged_by_its_own_name():
    judged = {
        study.id
        for study in studies().values()
        for bias in study.bias
        if bias.domain is BiasDomain.UNBLINDING
    }
    assert {"taylor-2018", "feder-2014", "feder-2021", "abdallah-2022", "glue-2020"} <= judged


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("glue-2018", 'value = 18, seen = "second-hand"', 'value = 18, seen = "read"', "is secondary"),
        ("hull-2022", 'seen = "recalled"', 'seen = "second-hand"', "is recalled"),
        ("mills-2025", "2026-03-31", "2026-04-01", "sources.toml says retracted_on"),
        ("mills-2025", "retracted_on = 2026-03-31\n", "", "sources.toml says retracted_on"),
        ("taylor-2018", 'source = "taylor-2018"', 'source = "nobody"', "does not exist"),
        ("taylor-2018", "value = 6, seen", "value = 19, seen", "19 had it, but 18 counted"),
        ("taylor-2018", 'cohort_id = "taylor-sad"\n', "", "`cohort_id` is missing"),
        (
            "taylor-2018",
            'seen = "computed", note = "33.33',
            'sen = "computed", note = "33.33',
            "`sen` is not known",
        ),
        ("feder-2021", 'effect = "headache"', 'effect = "joy"', "no side effect 'joy'"),
    ],
)
def test_a_spoilt_file_is_told_with_its_line(name, old, new, says):
    text = text_of(name)
    assert old in text
    problems = check_on_shelf("studies", text.replace(old, new, 1).encode(), f"{name}.toml")
    assert any(says in one.cause for one in problems), problems
    assert all(one.where.startswith(f"{name}.toml:") and one.cure for one in problems)


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_is_known_by_its_keys_wherever_it_lies(name):
    assert shelf_of(text_of(name).encode(), f"{name}.toml", "elsewhere") == "studies"


@settings(max_examples=100)
@given(
    st.sampled_from(STUDIES),
    st.integers(0, 5000),
    st.sampled_from(['"', "x", "-1", "[", "=", "\n", "9" * 30]),
)
def test_a_file_spoilt_at_random_is_refused_with_its_place_or_is_still_a_study(name, at, what):
    text = text_of(name)
    spoilt = text[: at % len(text)] + what + text[at % len(text) :]
    try:
        assert parse_study(spoilt.encode(), f"{name}.toml").cohort_id
    except CatalogError as error:
        assert error.where.startswith(f"{name}.toml:") and error.cause and error.cure


def test_an_unknown_study_is_told_with_the_known_ones():
    with pytest.raises(CatalogError, match="taylor-2018"):
        load_study("nobody-1999")
