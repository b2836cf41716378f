from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse


def test_both_analyses_of_whittakers_pool_stand_beside_what_was_printed(page: Callable[..., str]) -> None:
    told = page("disorder", "sad")
    assert "28.9 (3.45 to 243)" in told
    assert "13.7 (1.80 to 105)" in told
    assert "28.94 (3.45 to 242.57), p 0.002" in told  # as Whittaker 2021 printed it
    assert "from 2 studies, 30 people" in told


def test_certainty_stands_before_the_number(page: Callable[..., str]) -> None:
    """H-061."""
    told = page("disorder", "sad")
    assert told.index("Very low certainty") < told.index('<dd class="value">13.7')


def test_who_is_counted_twice_is_never_the_large_number(page: Callable[..., str]) -> None:
    """H-058: people beside themselves stand first and large; as if of different people is a note with the reason."""
    told = page("disorder", "sad")
    assert told.index('<dd class="value">13.7') < told.index(
        "As if of different people: 29.0 from 2 studies, 30 people"
    )
    assert not re.search(r'class="value">(28.9|29.0)', told)
    assert "each is counted twice" in told
    assert told.index("Two studies cannot tell how much studies differ") < told.index("By other methods")


def test_what_is_missing_stands_before_anything_that_was_shown(page: Callable[..., str]) -> None:
    told = page("disorder", "gad")
    assert told.index("No randomised trial of intravenous ketamine") < told.index("Response: odds ratio")


def test_a_negative_trial_has_its_words_in_the_picture_and_a_row_in_the_list(
    page: Callable[..., str],
) -> None:
    told = page("disorder", "ptsd")
    assert "Negative: No difference between the arms" in " ".join(re.findall(r">([^<]+)</text>", told))
    assert '<span class="sign" aria-hidden="true">▬</span>negative' in told


@pytest.mark.parametrize("condition", ["gad", "sad", "ptsd", "anxiety"])
def test_the_retracted_trial_is_struck_through_with_its_date(
    condition: str, page: Callable[..., str]
) -> None:
    told = page("disorder", condition)
    assert re.search(r'class="taken-back">[^<]*2025</a><br><small>Retracted 31 March 2026', told)
    assert 'class="text-struck"' in told


def test_a_filter_changes_the_pools_and_the_links_to_the_inputs(page: Callable[..., str]) -> None:
    told = page("disorder", "sad", query="?route=iv")
    assert "28.9 (3.45" not in told
    assert "18.2 (0.94 to 354)" in told
    assert "?route=iv&amp;as=csv" in told
    assert "Outside what was asked for" in told


def test_every_link_of_the_filters_opens(researcher: Any, log_in: Any) -> None:
    client, url = log_in(researcher), reverse("evidence:disorder", args=["sad"])
    links = re.findall(r'href="\?([^"]*)"', client.get(url).content.decode())
    assert len(links) > 15
    for link in dict.fromkeys(links):
        assert client.get(f"{url}?{link.replace('&amp;', '&')}").status_code == 200, link


@pytest.mark.parametrize(
    "path",
    ["depression/", "nothing/", "sad/?route=oral", "sad/?dose=17", "sad/?hour=noon", "sad/?measure=rr"],
)
def test_what_does_not_exist_is_not_found(path: str, researcher: Any, log_in: Any) -> None:
    assert log_in(researcher).get(f"/evidence/disorder/{path}").status_code == 404


def test_numbers_that_disagree_with_themselves_are_flagged(page: Callable[..., str]) -> None:
    told = page("disorder", "ptsd")
    assert "Numbers that disagree with themselves" in told
    assert "Almeida 2024" in told


def test_what_one_study_found_is_never_set_large(page: Callable[..., str]) -> None:
    """H-061: 47.2 from twelve people is no headline."""
    told = page("disorder", "gad")
    assert "47.2 from 1 study, 12 people" in told
    assert '<dd class="value">' not in told
