"""What importing the core brings in."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import ataraxy.core

HEAVY = ("numba", "scipy", "django", "psycopg", "starlette", "polars", "pandas")

COMPILED = (  # numba's own modules, imported by a function that needs them, never at the top of another module
    "ataraxy.core.pharmacology.bank_kernels",
    "ataraxy.core.pharmacology.compiled",
    "ataraxy.core.pharmacology.compiled_modes",
    "ataraxy.core.pharmacology.effect_kernels",
    "ataraxy.core.pharmacology.kernels",
    "ataraxy.core.pharmacology.lane_kernels",
    "ataraxy.core.pharmacology.lanes",
    "ataraxy.core.pharmacology.mode_kernels",
    "ataraxy.core.pharmacology.mode_walk_kernels",
    "ataraxy.core.pharmacology.pace_kernels",
    "ataraxy.core.pharmacology.pivot_kernels",
    "ataraxy.core.pharmacology.sketch_kernels",
    "ataraxy.core.pharmacology.slope_kernels",
    "ataraxy.core.pharmacology.stiff",
    "ataraxy.core.pharmacology.stiff_kernels",
)


def _modules():
    found = pkgutil.walk_packages(ataraxy.core.__path__, "ataraxy.core.")
    return sorted(module.name for module in found if module.name not in COMPILED)


def test_the_core_loads_no_heavy_library():
    """Every module of it, in a fresh process: the command line must start at once."""
    code = "import sys, importlib\n"
    code += "".join(f"importlib.import_module({name!r})\n" for name in _modules())
    code += f"print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_walk_over_the_core_finds_it():
    names = _modules()
    assert "ataraxy.core.session.decide" in names
    assert "ataraxy.core.pharmacology.simulate" in names
