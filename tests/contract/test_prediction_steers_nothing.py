"""No prediction reaches what holds, prompts, gives or computes a rate, nor the live process."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

import ataraxy

SRC = Path(ataraxy.__file__).parent
PREDICTING = (
    "ataraxy.core.pharmacology",
    "ataraxy.engine",
    "ataraxy.clinic.plan.prediction",
    "ataraxy.clinic.treat.queries.prediction",
)
DECIDING = [
    "core/session", "core/protocol", "core/course", "core/chart", "live", "clinic/treat/actions", "clinic/treat/today.py",
    "clinic/treat/course.py", "clinic/treat/dosing.py", "clinic/treat/record.py", "clinic/treat/read.py",
    "clinic/treat/queries/room.py", "clinic/treat/queries/running.py", "clinic/treat/queries/board.py",
    "clinic/treat/queries/tiles.py", "clinic/treat/views/start.py", "clinic/treat/views/resume.py",
    "clinic/treat/views/session.py",
]  # fmt: skip


def module_of(path: Path) -> str:
    name = ".".join(("ataraxy", *path.relative_to(SRC).with_suffix("").parts))
    return name.removesuffix(".__init__")


MODULES = {module_of(path): path for path in SRC.rglob("*.py")}


@cache
def imported(module: str) -> frozenset[str]:
    """The modules of Ataraxy that one imports, inside functions too."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(name for name in found if name in MODULES)


def reached(start: str) -> dict[str, str]:
    """Everything a module brings in, with who brought it."""
    seen = {start: ""}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        for name in imported(here) - seen.keys():
            seen[name] = here
            waiting.append(name)
    return seen


def deciding(part: str) -> list[str]:
    path = SRC / part
    found = [path] if path.suffix else sorted(path.rglob("*.py"))
    return [module_of(one) for one in found]


@pytest.mark.parametrize("part", DECIDING)
def test_what_decides_imports_no_prediction(part: str) -> None:
    for module in deciding(part):
        seen = reached(module)
        wrong = [f"{name} (by {seen[name]})" for name in seen if name.startswith(PREDICTING)]
        assert not wrong, f"{module} reaches {wrong}"


def test_the_walk_finds_what_it_looks_for() -> None:
    assert any(name.startswith(PREDICTING) for name in reached("ataraxy.clinic.treat.views.prediction"))
    assert len(deciding("core/session")) > 5
