"""Registry files by hand: SYNTHETIC studies in the shape of ClinicalTrials.gov's second interface. No real trial."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from ataraxy.interop.ctgov import read_study
from ataraxy.interop.taken import Taken

Json = dict[str, Any]


def group(id_: str, title: str, description: str = "") -> Json:
    return {"id": id_, "title": title, "description": description}


def cells(**values: Any) -> list[Json]:
    """OG000=("20.1", "9.9") as measurements; one text is a value alone, three are a value with limits."""
    found = []
    for id_, told in values.items():
        names = ("value", "spread") if len(told) == 2 else ("value", "lowerLimit", "upperLimit")
        found.append({"groupId": id_, **dict(zip(names, told, strict=False))})
    return found


def rows(*titled: tuple[str, list[Json]]) -> list[Json]:
    return [
        {**({"title": title} if title else {}), "categories": [{"measurements": told}]}
        for title, told in titled
    ]


def denominators(**counts: str) -> list[Json]:
    return [{"units": "Participants", "counts": [{"groupId": k, "value": v} for k, v in counts.items()]}]


PROTOCOL: Json = {
    "identificationModule": {
        "nctId": "NCT99999901",
        "secondaryIdInfos": [{"id": "2099-000001-99", "type": "EUDRACT_NUMBER"}, {"id": "GRANT-7"}],
        "briefTitle": "SYNTHETIC: Repeated Ketamine Infusions for PTSD",
    },
    "statusModule": {"overallStatus": "COMPLETED", "resultsFirstPostDateStruct": {"date": "2021-03-18"}},
    "sponsorCollaboratorsModule": {
        "leadSponsor": {"name": "Synthetic University"},
        "collaborators": [{"name": "Nobody Foundation"}],
    },
    "conditionsModule": {"conditions": ["Posttraumatic Stress Disorder"]},
    "designModule": {
        "studyType": "INTERVENTIONAL",
        "designInfo": {
            "allocation": "RANDOMIZED",
            "interventionModel": "PARALLEL",
            "maskingInfo": {"masking": "TRIPLE", "whoMasked": ["PARTICIPANT", "INVESTIGATOR"]},
        },
        "enrollmentInfo": {"count": 30, "type": "ACTUAL"},
    },
    "armsInterventionsModule": {
        "armGroups": [
            {
                "label": "Ketamine",
                "type": "EXPERIMENTAL",
                "description": "Ketamine 0.5 mg/kg IV over 40 minutes",
                "interventionNames": ["Drug: Ketamine"],
            },
            {
                "label": "Midazolam",
                "type": "ACTIVE_COMPARATOR",
                "description": "Midazolam 0.045 mg/kg IV over 40 minutes",
                "interventionNames": ["Drug: Midazolam"],
            },
        ],
        "interventions": [
            {"type": "DRUG", "name": "Ketamine", "armGroupLabels": ["Ketamine"]},
            {"type": "DRUG", "name": "Midazolam", "armGroupLabels": ["Midazolam"]},
        ],
    },
    "eligibilityModule": {"sex": "ALL", "minimumAge": "18 Years", "maximumAge": "70 Years"},
    "referencesModule": {"references": [{"pmid": "99999999", "type": "RESULT"}]},
}

RESULTS: Json = {
    "participantFlowModule": {
        "groups": [group("FG000", "Ketamine"), group("FG001", "Midazolam")],
        "periods": [
            {
                "title": "Overall Study",
                "milestones": [
                    {
                        "type": "STARTED",
                        "achievements": [
                            {"groupId": "FG000", "numSubjects": "15"},
                            {"groupId": "FG001", "numSubjects": "15"},
                        ],
                    },
                    {
                        "type": "COMPLETED",
                        "achievements": [
                            {"groupId": "FG000", "numSubjects": "14"},
                            {"groupId": "FG001", "numSubjects": "15"},
                        ],
                    },
                ],
                "dropWithdraws": [
                    {"type": "Withdrawal by Subject", "reasons": [{"groupId": "FG000", "numSubjects": "1"}]}
                ],
            }
        ],
    },
    "outcomeMeasuresModule": {
        "outcomeMeasures": [
            {
                "type": "PRIMARY",
                "title": "CAPS-5 total score",
                "description": "Scores range from 0 to 80; higher scores mean more severe PTSD.",
                "paramType": "MEAN",
                "dispersionType": "STANDARD_DEVIATION",
                "unitOfMeasure": "score on a scale",
                "timeFrame": "2 weeks",
                "groups": [group("OG000", "Ketamine"), group("OG001", "Midazolam")],
                "denoms": denominators(OG000="15", OG001="15"),
                "classes": rows(
                    ("Baseline", cells(OG000=("42.0", "9.0"), OG001=("41.5", "9.5"))),
                    ("2 weeks", cells(OG000=("22.9", "11.0"), OG001=("34.8", "10.7"))),
                ),
                "analyses": [
                    {
                        "groupIds": ["OG000", "OG001"],
                        "pValue": "<0.01",
                        "statisticalMethod": "ANCOVA",
                        "paramType": "Mean Difference (Final Values)",
                        "paramValue": "-11.88",
                        "dispersionType": "STANDARD_ERROR_OF_MEAN",
                        "dispersionValue": "3.96",
                        "ciPctValue": "95",
                        "ciNumSides": "TWO_SIDED",
                        "ciLowerLimit": "-19.6",
                        "ciUpperLimit": "-4.1",
                    }
                ],
            },
            {
                "type": "SECONDARY",
                "title": "Response on the CAPS-5",
                "paramType": "COUNT_OF_PARTICIPANTS",
                "unitOfMeasure": "Participants",
                "timeFrame": "2 weeks",
                "groups": [group("OG000", "Midazolam"), group("OG001", "Ketamine")],
                "denoms": denominators(OG000="15", OG001="15"),
                "classes": rows(("", cells(OG000=("3",), OG001=("10",)))),
            },
        ]
    },
    "adverseEventsModule": {
        "timeFrame": "2 weeks",
        "frequencyThreshold": "5",
        "eventGroups": [
            {**group("EG000", "Ketamine"), "seriousNumAffected": 0, "seriousNumAtRisk": 15},
            {**group("EG001", "Midazolam"), "seriousNumAffected": 0, "seriousNumAtRisk": 15},
        ],
        "otherEvents": [
            {
                "term": "Dizziness",
                "stats": [
                    {"groupId": "EG000", "numEvents": 9, "numAffected": 5, "numAtRisk": 15},
                    {"groupId": "EG001", "numEvents": 2, "numAffected": 2, "numAtRisk": 15},
                ],
            }
        ],
    },
}


@pytest.fixture
def parallel() -> Json:
    """Two arms of fifteen, a mean with its standard deviation, a response, and one analysis."""
    return copy.deepcopy({"protocolSection": PROTOCOL, "resultsSection": RESULTS, "hasResults": True})


@pytest.fixture
def crossover(parallel: Json) -> Json:
    """Arm groups by sequence; one outcome by treatment, one by sequence in both periods."""
    protocol, results = parallel["protocolSection"], parallel["resultsSection"]
    protocol["identificationModule"].update(nctId="NCT99999902", briefTitle="SYNTHETIC: Ketamine for SAD")
    protocol["conditionsModule"]["conditions"] = ["Social Anxiety Disorder"]
    protocol["designModule"]["designInfo"].update(
        interventionModel="CROSSOVER",
        interventionModelDescription="Two infusions with a 28-day washout between them",
    )
    protocol["armsInterventionsModule"] = {
        "armGroups": [
            {"label": "Ketamine first, then saline", "type": "EXPERIMENTAL"},
            {"label": "Saline first, then ketamine", "type": "EXPERIMENTAL"},
        ],
        "interventions": [
            {"type": "DRUG", "name": "Ketamine", "description": "0.5 mg/kg intravenous over 40 minutes"},
            {"type": "DRUG", "name": "Normal saline", "description": "intravenous over 40 minutes"},
        ],
    }
    by_treatment = {
        "type": "PRIMARY",
        "title": "LSAS response",
        "paramType": "COUNT_OF_PARTICIPANTS",
        "unitOfMeasure": "Participants",
        "timeFrame": "Day 14",
        "groups": [group("OG000", "Ketamine"), group("OG001", "Saline")],
        "denoms": denominators(OG000="18", OG001="17"),
        "classes": rows(("", cells(OG000=("6",), OG001=("0",)))),
    }
    by_sequence = {
        "type": "SECONDARY",
        "title": "LSAS total",
        "paramType": "MEAN",
        "dispersionType": "Standard Deviation",
        "unitOfMeasure": "score",
        "timeFrame": "24 hours post-infusion",
        "groups": [
            group("OG000", "Ketamine first, then saline"),
            group("OG001", "Saline first, then ketamine"),
        ],
        "denoms": denominators(OG000="9", OG001="9"),
        "classes": rows(
            ("First period", cells(OG000=("60.0", "20.0"), OG001=("80.0", "21.0"))),
            ("Second period", cells(OG000=("70.0", "20.0"), OG001=("61.0", "22.0"))),
        ),
    }
    results["outcomeMeasuresModule"] = {"outcomeMeasures": [by_treatment, by_sequence]}
    results["participantFlowModule"]["groups"] = [
        group("FG000", "Ketamine first, then saline"),
        group("FG001", "Saline first, then ketamine"),
    ]
    results["adverseEventsModule"]["eventGroups"] = [group("EG000", "Ketamine"), group("EG001", "Saline")]
    return parallel


@pytest.fixture
def read() -> Callable[[Json], Taken]:
    return lambda told: read_study(json.dumps(told).encode())
