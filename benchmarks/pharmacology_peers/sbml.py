"""libRoadRunner: the workload as an SBML text, compiled by LLVM, solved by CVODE; one patient after the other."""

from __future__ import annotations

from importlib.metadata import version

import numpy as np
import roadrunner

from ataraxy.core.pharmacology.people import FloatArray
from pharmacology_peers.workload import (
    ATOL,
    COLUMNS,
    DOSES_MIN,
    DURATION_MIN,
    RTOL,
    Workload,
    read_off,
)

NAME = f"libroadrunner {version('libroadrunner')}"
MOST = 200  # patients a round
STATES = ("a1", "a2", "a3", "ce", "n1", "n2", "r")


def times(*parts: str) -> str:
    return f"<apply><times/>{''.join(parts)}</apply>"


def minus(*parts: str) -> str:
    return f"<apply><minus/>{''.join(parts)}</apply>"


def plus(*parts: str) -> str:
    return f"<apply><plus/>{''.join(parts)}</apply>"


def over(a: str, b: str) -> str:
    return f"<apply><divide/>{a}{b}</apply>"


def ci(name: str) -> str:
    return f"<ci>{name}</ci>"


def text(name: str) -> str:
    """SBML level 3: rate rules for the states, an event for every start and end of the pump."""
    power = f"<apply><power/>{over(ci('ce'), ci('ic50'))}{ci('hill')}</apply>"
    held_back = times(ci("imax"), over(power, plus("<cn>1</cn>", power)))
    rules = {
        "a1": plus(
            minus(ci("pump"), times(plus(ci("k10"), ci("k12"), ci("k13")), ci("a1"))),
            times(ci("k21"), ci("a2")),
            times(ci("k31"), ci("a3")),
        ),
        "a2": minus(times(ci("k12"), ci("a1")), times(ci("k21"), ci("a2"))),
        "a3": minus(times(ci("k13"), ci("a1")), times(ci("k31"), ci("a3"))),
        "ce": times(ci("ke0"), minus(over(ci("a1"), ci("v1")), ci("ce"))),
    }
    if name == "w2":
        rules |= {
            "n1": plus(
                minus(times(ci("km"), ci("a1")), times(plus(ci("kn0"), ci("kn12")), ci("n1"))),
                times(ci("kn21"), ci("n2")),
            ),
            "n2": minus(times(ci("kn12"), ci("n1")), times(ci("kn21"), ci("n2"))),
            "r": times(ci("kout"), minus(times(ci("r0"), minus("<cn>1</cn>", held_back)), ci("r"))),
        }
    names = [*rules, "pump", *COLUMNS]
    changing = {*rules, "pump"}
    parameters = "".join(
        f'<parameter id="{n}" value="1" constant="{"false" if n in changing else "true"}"/>' for n in names
    )
    math = '<math xmlns="http://www.w3.org/1998/Math/MathML">{}</math>'
    rated = "".join(f'<rateRule variable="{n}">{math.format(m)}</rateRule>' for n, m in rules.items())
    moments = [(s, ci("rate")) for s in DOSES_MIN[1:]] + [(s + DURATION_MIN, "<cn>0</cn>") for s in DOSES_MIN]
    clock = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">t</csymbol>'
    events = "".join(
        f'<event useValuesFromTriggerTime="true"><trigger initialValue="true" persistent="true">'
        f"{math.format(f'<apply><geq/>{clock}<cn>{at}</cn></apply>')}</trigger><listOfEventAssignments>"
        f'<eventAssignment variable="pump">{math.format(value)}</eventAssignment></listOfEventAssignments></event>'
        for at, value in moments
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" '
        f'version="1"><model id="{name}"><listOfParameters>{parameters}</listOfParameters>'
        f"<listOfRules>{rated}</listOfRules><listOfEvents>{events}</listOfEvents></model></sbml>"
    )


def make(work: Workload):
    """Numbers (people, columns) -> the curves."""
    runner = roadrunner.RoadRunner(text(work.name))
    runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = RTOL, ATOL
    names = STATES[: 4 if work.name == "w1" else 7]
    runner.timeCourseSelections = list(names)
    needed = [n for n in COLUMNS if work.name == "w2" or COLUMNS.index(n) < 8]
    at = work.at_min.tolist()

    def call(numbers: FloatArray) -> dict[str, FloatArray]:
        states = np.empty((len(numbers), len(at), len(names)))
        for person, row in enumerate(numbers):
            runner.resetAll()
            for name in needed:
                runner[name] = row[COLUMNS.index(name)]
            for name in names:
                runner[name] = 0.0
            if work.name == "w2":
                runner["r"] = row[COLUMNS.index("r0")]
            runner["pump"] = row[COLUMNS.index("rate")]
            states[person] = runner.simulate(times=at)
        return read_off(work, numbers, states)

    return call
