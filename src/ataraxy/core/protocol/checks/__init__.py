"""Everything that can be wrong with a protocol, though it has the right shape."""

from __future__ import annotations

from ataraxy.core.protocol.checks.afterwards import after_problems
from ataraxy.core.protocol.checks.bedside import bedside_problems
from ataraxy.core.protocol.checks.course import course_problems
from ataraxy.core.protocol.checks.dose import dose_problems
from ataraxy.core.protocol.checks.going_home import going_home_problems
from ataraxy.core.protocol.checks.library import Library
from ataraxy.core.protocol.checks.limits import limit_problems
from ataraxy.core.protocol.checks.lines import line_problems
from ataraxy.core.protocol.checks.who import who_problems
from ataraxy.core.protocol.problem import Problem
from ataraxy.core.protocol.types import Protocol

__all__ = ["Library", "problems_of"]

CHECKS = (
    line_problems,
    who_problems,
    course_problems,
    dose_problems,
    limit_problems,
    bedside_problems,
    going_home_problems,
    after_problems,
)


def problems_of(protocol: Protocol, library: Library) -> tuple[Problem, ...]:
    """Every problem of a protocol: against the sources, the safety limits and itself."""
    return tuple(problem for check in CHECKS for problem in check(protocol, library))
