"""A fixed panel of people on whom the slow responses' quadrature is planned.

The plan depends on the model, the regimen, the effects and the minutes asked, never on who is simulated: so the answer
for a person is the same in any company, chunk or thread.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ataraxy.core.pharmacology.draws import Draws
from ataraxy.core.pharmacology.effect import EffectModel
from ataraxy.core.pharmacology.model import PkModel
from ataraxy.core.pharmacology.people import People
from ataraxy.core.pharmacology.prepared import Prepared, prepare
from ataraxy.core.pharmacology.regimen import Regimen

SIZE = 16
SEED = 20210804  # any number: it only has to stay the same


def panel(model: PkModel, regimen: Regimen, effects: Sequence[EffectModel]) -> Prepared:
    """Light and heavy, younger and older, each with their own random effects."""
    share = np.linspace(0.0, 1.0, SIZE)
    none = np.full(SIZE, "")
    people = People(
        number=np.arange(SIZE, dtype=np.int64),
        weight_kg=45.0 + 85.0 * share,
        age_years=20.0 + 60.0 * share[::-1],
        height_cm=np.full(SIZE, 170.0),
        sex=none,
        ancestry=none,
        disorder=none,
        comedication=none,
    )
    return prepare(model, regimen, people, effects=effects, draws=Draws(SEED))
