"""What importing the core brings in."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from pathlib import Path

import ataraxy.catalog
import ataraxy.core

HEAVY = ("numba", "scipy", "django", "psycopg", "starlette", "polars", "pandas")

COMPILED = (  # numba's own modules, imported by a function that needs them, never at the top of another module
    "ataraxy.core.evidence.between_kernels",
    "ataraxy.core.pharmacology.bank_kernels",
    "ataraxy.core.pharmacology.compiled",
    "ataraxy.core.pharmacology.compiled_modes",
    "ataraxy.core.pharmacology.compiled_tables",
    "ataraxy.core.pharmacology.draw_kernels",
    "ataraxy.core.pharmacology.effect_kernels",
    "ataraxy.core.pharmacology.fit",
    "ataraxy.core.pharmacology.fit_climb_kernels",
    "ataraxy.core.pharmacology.fit_draw_kernels",
    "ataraxy.core.pharmacology.fit_kernels",
    "ataraxy.core.pharmacology.mode_row_kernels",
    "ataraxy.core.pharmacology.fit_reading_kernels",
    "ataraxy.core.pharmacology.kernels",
    "ataraxy.core.pharmacology.lane_kernels",
    "ataraxy.core.pharmacology.lanes",
    "ataraxy.core.pharmacology.line_kernels",
    "ataraxy.core.pharmacology.mode_kernels",
    "ataraxy.core.pharmacology.mode_walk_kernels",
    "ataraxy.core.pharmacology.pace_kernels",
    "ataraxy.core.pharmacology.pivot_kernels",
    "ataraxy.core.pharmacology.propagator_kernels",
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


MODEL = Path(ataraxy.catalog.__path__[0]) / "pk_models" / "otto-2021.toml"
NOT_WAITED_FOR = (  # by the first answer about a typical person
    "numpy.random",
    "numpy.polynomial",
    "numpy.ma",
    "difflib",
    "tree_sitter",
    "ataraxy.core.protocol.types",
)


def test_a_first_answer_waits_for_nothing_it_does_not_use():
    """A typical person's curve with an effect site, from a model file's text to the end, in a fresh process."""
    code = f"""
import sys
import numpy as np
from ataraxy.catalog.shape import fit
from ataraxy.catalog.toml import parse_toml
from ataraxy.core.pharmacology.audit import problems_of_model
from ataraxy.core.pharmacology.model import PkModel, PkRoute
from ataraxy.core.pharmacology.people import one_person
from ataraxy.core.pharmacology.regimen import Dose
from ataraxy.core.pharmacology.simulate import simulate
text = open({str(MODEL)!r}, encoding="utf-8").read()
model = fit(PkModel, parse_toml(text, "model.toml").values, (), [])
assert not problems_of_model(model)
doses = (Dose(PkRoute.INTRAVENOUS, 0.0, mg_per_kg=0.5, duration_min=40.0),)
found = simulate(model, doses, one_person(70.0), np.array([20.0, 40.0, 90.0]))
assert found.values["ketamine"].max() > 50
print([name for name in {NOT_WAITED_FOR!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
