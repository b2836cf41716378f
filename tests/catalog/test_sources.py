"""Every number names its source, and says no more than the source bears."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ataraxy.catalog.check import check_catalog
from ataraxy.catalog.load import cautions, instruments, limits, protocols, side_effects, sources, treatments
from ataraxy.core.protocol.lines import claims
from ataraxy.core.protocol.sources import Read
from ataraxy.core.protocol.types import Disorder, Measure, Protocol, Status

SHIPPED = sorted(protocols())
FIRM = [Status.LABEL, Status.GUIDANCE, Status.TRIAL]


def test_the_whole_catalog_has_no_problem() -> None:
    assert check_catalog() == ()


@pytest.mark.parametrize("name", SHIPPED)
def test_every_line_of_every_protocol_cites_a_source_that_exists(name: str) -> None:
    assert {claim.id for claim in claims(protocols()[name]) if claim.source not in sources()} == set()


@pytest.mark.parametrize("name", SHIPPED)
def test_whatever_was_recalled_or_chosen_is_unverified_or_proposed(name: str) -> None:
    for claim in claims(protocols()[name]):
        if sources()[claim.source].read in (Read.RECALLED, Read.OWN):
            assert claim.status.needs_signature, claim.id


@pytest.mark.parametrize(
    ("protocol", "line"),
    [
        ("iv-racemic-0.5", "stop-saturation"),  # the value of the saturation limit is recalled
        ("iv-racemic-0.5", "fasting"),
        ("iv-racemic-0.5", "rescue-ready"),
        ("iv-racemic-0.5", "dissociation-gone"),
        ("iv-racemic-0.5", "earlier-treatment"),
        ("iv-racemic-0.5", "body-mass"),
        ("iv-racemic-0.5", "drug"),
        ("iv-racemic-0.5", "urinary-symptoms"),
        ("sc-ascending", "call-saturation"),
        ("sc-ascending", "saturation-observation"),
    ],
)
def test_lines_known_only_from_memory_say_so(protocol: str, line: str) -> None:
    status = {claim.id: claim.status for claim in claims(protocols()[protocol])}[line]
    assert status is Status.UNVERIFIED


@pytest.mark.parametrize(
    "line", ["stop-pressure", "call-pressure", "gad-draft", "infusion.cap", "infusion.dilution", "weekly"]
)
def test_the_projects_own_choices_say_so(line: str) -> None:
    status = {claim.id: claim.status for claim in claims(protocols()["iv-racemic-0.5"])}[line]
    assert status is Status.PROPOSED


@pytest.mark.parametrize("status", FIRM)
def test_no_line_may_be_firmer_than_its_source(status: Status) -> None:
    assert not sources()["ataraxy-proposal"].bears(status)
    assert not sources()["recovery-recalled"].bears(status)
    assert sources()["feder-2021"].bears(status)


@pytest.mark.parametrize("status", FIRM)
def test_a_retracted_study_supports_nothing(status: Status) -> None:
    retracted = sources()["mills-2025"]
    assert retracted.retracted_on is not None and not retracted.bears(status)
    assert replace(retracted, retracted_on=None).bears(status)


def test_nothing_that_ships_cites_a_retracted_study() -> None:
    cited = {claim.source for protocol in protocols().values() for claim in claims(protocol)}
    assert not {key for key in cited if sources()[key].retracted_on}


def test_every_disorder_measure_and_side_effect_is_covered() -> None:
    assert set(treatments()) == set(Disorder)
    assert all(limits().range(measure) is not None for measure in Measure)
    assert all(effect.source in sources() for effect in side_effects().values())
    assert "other" in side_effects()


def test_the_labels_four_contraindications_are_asked_about() -> None:
    """SPRAVATO: aneurysmal vascular disease, arteriovenous malformation, intracerebral haemorrhage, allergy."""
    expected = {"aneurysm", "arteriovenous-malformation", "intracerebral-haemorrhage", "hypersensitivity"}
    assert cautions().contraindications() == expected


def claims_of(protocol: Protocol) -> set[str]:
    return {claim.id for claim in claims(protocol)}


def test_parts_of_a_line_have_a_claim_of_their_own() -> None:
    assert {
        "infusion.cap",
        "infusion.dilution",
        "ptsd-six-infusions.course",
        "ptsd-six-infusions.spacing",
    } <= claims_of(protocols()["iv-racemic-0.5"])


def test_scales_shown_in_words_are_free_to_show() -> None:
    shown = {key for key, instrument in instruments().items() if not instrument.score_only}
    assert shown == {"gad7", "phq9", "hama", "pcl5", "pcl5-week", "anxiety-now"}
