"""What is wrong with a model or an effect: names, dimensions, conservation, variances. Every problem at once.

A file that passes can be simulated: every rate is a rate, nothing is made from nothing, nothing stays for ever.
"""

from __future__ import annotations

from ataraxy.core.pharmacology.audit_effect import effect_problems
from ataraxy.core.pharmacology.audit_model import model_problems
from ataraxy.core.pharmacology.effect import EffectModel
from ataraxy.core.pharmacology.model import PkModel
from ataraxy.core.protocol.problem import Problem


def problems_of_model(model: PkModel) -> tuple[Problem, ...]:
    """Everything that is wrong with a pharmacokinetic model; each with the path of its line."""
    return tuple(model_problems(model))


def problems_of_effect(effect: EffectModel) -> tuple[Problem, ...]:
    """Everything that is wrong with an effect model; each with the path of its line."""
    return tuple(effect_problems(effect))
