"""The compiled simulator: built once, kept where this user may write, found again at every later start.

Numba keeps it beside the package; where that folder is read-only, in the user's cache; where there is none, in a
private folder that lasts as long as the process. ``python -m ataraxy.engine.kernel_cache`` builds it at install.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import numpy as np

PLACE = "NUMBA_CACHE_DIR"
CORE = Path(__file__).parents[1] / "core"
COMPILED = (CORE / "pharmacology", CORE / "evidence")  # the first is the simulator
Say = Callable[[str], None]


def settle(package: Path | None = None) -> Path:
    """Choose where the compiled simulator lies, before numba is loaded; returns the folder.

    What stands in ``NUMBA_CACHE_DIR`` is respected.
    """
    if os.environ.get(PLACE):
        return Path(os.environ[PLACE])
    beside = (package or COMPILED[0]) / "__pycache__"
    if _writable(beside):
        return beside  # numba's own first choice
    chosen = _users_cache()
    # Never a shared folder: what lies there is loaded and run.
    place = chosen if _writable(chosen) else Path(tempfile.mkdtemp(prefix="ataraxy-kernels-"))
    os.environ[PLACE] = str(place)
    if "numba" in sys.modules:
        from numba import config

        config.CACHE_DIR = str(place)  # type: ignore[attr-defined]
    return place


def _users_cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path(os.path.expanduser("~")) / ".cache")  # noqa: PTH111
    return Path(base) / "ataraxy" / "kernels"


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def forget_outdated(place: Path, packages: tuple[Path, ...] = COMPILED) -> bool:
    """Take away what was compiled from other sources than these; returns whether anything had to go.

    Hazard: numba looks at the file of a function only. One that was compiled with an older version of a function it
    calls, from another file, would go on running that older version: wrong numbers, or a crash.
    """
    sources = sorted(f for p in packages for f in p.glob("*.py") if b"njit" in f.read_bytes())
    digest = sha256(b"\0".join(f.name.encode() + b"\0" + f.read_bytes() for f in sources)).hexdigest()
    stamp = place / "ataraxy-kernels.sha256"
    with suppress(OSError):
        if stamp.read_text() == digest:
            return False
    ours = tuple(f"{f.stem}." for f in sources)
    beside = [package / "__pycache__" for package in packages]
    outdated = [
        f
        for p in (beside if place in beside else [place])
        for f in p.rglob("*.nb[ci]")
        if f.name.startswith(ours)
    ]
    for found in outdated:
        found.unlink(missing_ok=True)
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    stamp.write_text(digest)
    return bool(outdated)


def is_built() -> bool:
    """Whether the compiled simulator of this release lies ready; False where it has to be compiled first."""
    forget_outdated(settle())
    from ataraxy.core.pharmacology import (
        draw_kernels,
        fit_climb_kernels,
        fit_draw_kernels,
        kernels,
        mode_walk_kernels,
        sketch_kernels,
    )

    wanted = (
        (draw_kernels, draw_kernels.normals_of),
        (fit_climb_kernels, fit_climb_kernels.climb_all),
        (fit_draw_kernels, fit_draw_kernels.log_likelihoods),
        (fit_draw_kernels, fit_draw_kernels.log_densities),
        (kernels, kernels.walk),
        (mode_walk_kernels, mode_walk_kernels.walk_modes),
        (sketch_kernels, sketch_kernels.count_rows),
    )
    for module, function in wanted:
        folder = Path(str(function.stats.cache_path))
        source = Path(str(module.__file__)).stat().st_mtime
        name = f"{module.__name__.rsplit('.', 1)[-1]}.{function.py_func.__name__}-"
        found = [f for f in folder.glob("*.nbi") if f.name.startswith(name)]
        if not any(f.stat().st_mtime >= source for f in found):
            return False
    return True


def build(say: Say | None = None) -> Path:
    """Load the compiled simulator, compiling it first where it is not there yet; returns where it lies."""
    place = settle()
    if not is_built():
        if say is not None:
            say(f"Compiling the simulator once, a minute or two. Later starts find it in {place}.")
        _use()
    return place


def _use() -> None:
    """One small simulation, count and estimate of each kind: every compiled function is called."""
    from ataraxy.core.pharmacology import kernels, sketch_kernels  # noqa: F401
    from ataraxy.core.pharmacology.sketch import EXACT_UP_TO, Sketch

    tiny()
    tiny_estimate()
    for values in (np.ones((2, 3)), np.asfortranarray(np.ones((2, 3)))):
        Sketch(3, limits=(0.5,), expected=EXACT_UP_TO + 1, compiled=True).add(values)


def tiny() -> None:
    """Simulations by both walks of the compiled tier, with an effect of each way of computing."""
    from ataraxy.catalog.effects import load_effect
    from ataraxy.catalog.pk import load_model
    from ataraxy.core.pharmacology.draws import Draws
    from ataraxy.core.pharmacology.model import PkRoute
    from ataraxy.core.pharmacology.people import one_person, same_people
    from ataraxy.core.pharmacology.regimen import Dose
    from ataraxy.core.pharmacology.simulate import Tier, simulate

    for name, effects in (("kamp-2020", ("systolic", "anxiety")), ("simons-2022", ())):
        model = load_model(name)  # the first has modes; the second, a transit chain, is moved by propagators
        simulate(
            model,
            (Dose(PkRoute.INTRAVENOUS, 0.0, mg=35.0, duration_min=40.0, enantiomer=model.enantiomer),),
            same_people(one_person(70.0), 2),
            np.array([-1.0, 20.0, 40.0]),
            effects=tuple(load_effect(effect) for effect in effects),
            draws=Draws(0, compiled=True),
            tier=Tier.NUMBA,
        )


def tiny_estimate() -> None:
    """The posterior of a person seen once."""
    from ataraxy.catalog.pk import load_model
    from ataraxy.core.pharmacology.model import PkRoute
    from ataraxy.core.pharmacology.observation import Observation, ResidualError
    from ataraxy.core.pharmacology.people import one_person
    from ataraxy.core.pharmacology.posterior import posterior
    from ataraxy.core.pharmacology.predictor import at_observations, predictor
    from ataraxy.core.pharmacology.regimen import Dose
    from ataraxy.core.pharmacology.simulate import Tier

    model = load_model("kamp-2020-spread")  # one that says how people differ
    dose = Dose(PkRoute.INTRAVENOUS, 0.0, mg=35.0, duration_min=40.0, enantiomer=model.enantiomer)
    seen = [Observation("1", model.analytes[0].name, 40.0, 100.0, "ng/mL", ResidualError(log_sd=0.2))]
    ask = at_observations(predictor(model, (dose,), one_person(70.0), tier=Tier.NUMBA), seen)
    posterior(ask, ask.prior, seen, seed=0, draws=100, most_rounds=1)


def main() -> None:
    place = build(lambda words: print(words, flush=True))  # noqa: T201
    print(f"The compiled simulator lies ready in {place}.")  # noqa: T201


if __name__ == "__main__":
    main()
