"""Whether a JSON file is one study of the registry's second interface; what else it may be is refused by name."""

from __future__ import annotations

import re
from typing import Any

from ataraxy.core.errors import InputRefused
from ataraxy.interop.ctgov.tree import Branch, as_branch, open_json

NCT = re.compile(r"NCT\d{8}")
OLD_SHAPE = frozenset(
    {"FullStudiesResponse", "FullStudies", "StudyFieldsResponse", "ProtocolSection", "Study"}
)
NEW_SHAPE = "The new one begins with protocolSection, in small letters."
ONE_STUDY = (
    "Open the study's own page at ClinicalTrials.gov and choose Download, JSON; "
    "or ask its API for /api/v2/studies/ and the NCT number."
)


def open_study(data: bytes) -> Branch:
    """The table of one study.

    Raises:
        InputRefused: no JSON, the old shape, a page of many studies, or something else; says which and what to do.
    """
    value = open_json(data)
    if isinstance(value, list):
        raise InputRefused(_many(value, "The file is a list"), ONE_STUDY)
    top = as_branch(value, "")
    if OLD_SHAPE & set(top.value):
        words = f"This is the old shape of ClinicalTrials.gov's files ({min(OLD_SHAPE & set(top.value))})."
        raise InputRefused(words, f"{NEW_SHAPE} {ONE_STUDY}")
    if "studies" in top.value or "nextPageToken" in top.value:
        raise InputRefused(_many(top.value.get("studies"), "The file is a page of search results"), ONE_STUDY)
    if "protocolSection" not in top.value:
        raise InputRefused(
            "The file has no protocolSection: it is no study of ClinicalTrials.gov.", ONE_STUDY
        )
    return top


def nct_of(study: Branch) -> str:
    """The study's registry number.

    Raises:
        InputRefused: there is none.
    """
    module = study.branch("protocolSection").branch("identificationModule")
    number = module.text("nctId")
    if not NCT.fullmatch(number):
        told = f"is {number[:40]!r}" if number else "is missing"
        raise InputRefused(
            f"{module.path}.nctId {told}.", "It is NCT and eight digits.", f"{module.path}.nctId"
        )
    return number


def _many(studies: Any, words: str) -> str:
    return f"{words} with {len(studies)} entries." if isinstance(studies, list) else f"{words}."
