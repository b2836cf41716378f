"""Which outcomes answer a question of a disorder: named scales of its symptoms, and response by them."""

from __future__ import annotations

from collections.abc import Mapping

from ataraxy.core.evidence.numbers import OF_EVENTS, OF_MEANS
from ataraxy.core.evidence.study import Condition, Measure, Outcome, OutcomeKind

OF_ANXIETY = frozenset({"hama", "gad7", "fq", "ssai", "stai", "vas-anxiety", "promis-anxiety"})
OF_PTSD = frozenset({"caps5", "caps", "pcl5", "pcl5-week", "pcl", "ies-r"})
SYMPTOMS: Mapping[Condition, frozenset[str]] = {
    Condition.GAD: OF_ANXIETY,
    Condition.SAD: OF_ANXIETY | {"lsas", "spin"},
    Condition.PTSD: OF_PTSD,
    Condition.PANIC: OF_ANXIETY | {"pdss"},
    Condition.OCD: frozenset({"ybocs"}),
    Condition.DEPRESSION: frozenset({"madrs", "phq9", "bdi-ii", "hdrs", "qids", "depression"}),
    Condition.ANXIETY: OF_ANXIETY | OF_PTSD | {"lsas", "spin", "pdss"},
    Condition.PAIN: frozenset({"vas-pain"}),
}  # on each a lower score is better; which scales belong to which disorder is a choice of this project
SCALE_NOT_SEEN = "not-seen"  # response whose scale a paper's summary does not say


def unasked(condition: Condition, measure: Measure, outcome: Outcome) -> str:
    """Why an outcome does not answer a question, in words; empty where it does.

    H-058: depression, blood values, dropping out and relapse are numbers too, and pooled as severity or response they
    would turn an effect round.
    """
    known = outcome.instrument in SYMPTOMS[condition]
    if measure in OF_MEANS:
        if outcome.kind is not OutcomeKind.CONTINUOUS or not known:
            return f"{outcome.label} is no scale of this disorder's symptoms that is known here."
        return "" if outcome.lower_is_better else f"{outcome.label} is told with the better end up."
    if measure in OF_EVENTS:
        if outcome.kind is not OutcomeKind.EVENTS or outcome.lower_is_better:
            return f"{outcome.label} counts no response."
        if not known and outcome.instrument != SCALE_NOT_SEEN:
            return (
                f"{outcome.label} is no response by a scale of this disorder's symptoms that is known here."
            )
        return ""
    return "" if outcome.lower_is_better else f"{outcome.label} is told as something good that happens."
