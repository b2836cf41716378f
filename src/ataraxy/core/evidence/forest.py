"""One pool: the chosen contrasts put together, by one way of taking crossovers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import exp, sqrt
from statistics import NormalDist

from ataraxy.core.evidence.absolute import absolute
from ataraxy.core.evidence.answer import Analysis, Forest, OfHundred, Pooled, Row, Shown
from ataraxy.core.evidence.bayes import Bayesian, Belief
from ataraxy.core.evidence.between import Method
from ataraxy.core.evidence.choose import Choice, Exclusion, Question, Reason, label_of
from ataraxy.core.evidence.contrast import Contrast, contrast, is_paired
from ataraxy.core.evidence.estimate import Effect, Estimate, TooFew
from ataraxy.core.evidence.first_shown import First, beliefs, first_of, order, why_first
from ataraxy.core.evidence.numbers import OF_EVENTS, numbers_seen
from ataraxy.core.evidence.pool import Pool, Predicted, pool
from ataraxy.core.evidence.pool_many import Inference
from ataraxy.core.evidence.study import Measure, Reported, Seen
from ataraxy.core.evidence.tails import critical, two_sided_p
from ataraxy.core.proportion import Proportion, wilson

WAYS = {
    "common": (Method.COMMON, Inference.WALD),
    "hartung-knapp": (Method.REML, Inference.HARTUNG_KNAPP),
    "bounded": (Method.REML, Inference.BOUNDED),
}  # the first is what the reviews printed; the others are for few studies that differ


def forest(choice: Choice, analysis: Analysis) -> Forest:
    """What was chosen, put together.

    Args:
        choice: the contrasts that may be pooled, and why others may not.
        analysis: crossovers beside themselves, or as if of different people.
    """
    question, lines, refused = choice.question, list[Contrast](), list[Exclusion]()
    for candidate in choice.taken:
        found = contrast(candidate, question.measure, analysis)
        if isinstance(found, Contrast):
            lines.append(found)
            continue
        reason = Reason.NO_PAIRS if found.paired else Reason.NO_NUMBERS
        reason = Reason.INCONSISTENT if found.inconsistent else reason
        refused.append(Exclusion(candidate.study.id, label_of(candidate.study), reason, found.words))
    values, variances = [x.effect.value for x in lines], [x.effect.variance for x in lines]
    pools = {key: pool(values, variances, *way) for key, way in WAYS.items()}
    believed = beliefs(values, variances, question.measure)
    first = first_of(pools, believed)
    key = "-".join(filter(None, (question.measure.value, question.instrument, analysis.value)))
    people = [int(x.candidate.study.n.value) for x in lines if x.candidate.study.n is not None]
    return Forest(
        key=key,
        title=_title(question.measure, lines, question.instrument),
        question=question,
        analysis=analysis,
        rows=_rows(lines, first),
        pooled=_every_way(lines, pools, believed, question),
        excluded=tuple(sorted((*choice.excluded, *refused), key=lambda one: one.study)),
        of_hundred=_of_hundred(question.measure, analysis, lines, first),
        people=sum(people) if lines and len(people) == len(lines) else None,
        unit=_unit(lines),
        lower_is_better=question.measure not in OF_EVENTS,  # of every line: what else was told was not chosen
    )


def has_crossover(choice: Choice) -> bool:
    """Whether the two analyses can differ: not where only the paper's own estimate of a crossover was seen."""
    return any(is_paired(one) and (one.numbers.has_groups or one.numbers.pairs) for one in choice.taken)


TITLES = {
    Measure.OR: "Response: odds ratio",
    Measure.RR: "Response: risk ratio",
    Measure.RD: "Response: risk difference",
    Measure.SMD: "Severity: standardised mean difference",
    Measure.MD: "Severity: mean difference",
    Measure.HR: "Time until relapse: hazard ratio",
}


def _title(measure: Measure, lines: Sequence[Contrast], instrument: str) -> str:
    label = next(
        (x.candidate.outcome.label for x in lines if x.candidate.outcome.instrument == instrument), ""
    )
    return f"{TITLES[measure]}, {label or instrument}" if instrument else TITLES[measure]


def _unit(lines: Sequence[Contrast]) -> str:
    printed: list[Reported] = [r for x in lines if (r := x.candidate.numbers.reported) is not None and r.unit]
    if printed:
        return printed[0].unit
    means = lines and lines[0].effect.measure is Measure.MD
    return f"{lines[0].candidate.outcome.label} points" if means else ""


def _rows(lines: Sequence[Contrast], first: First | TooFew) -> tuple[Row, ...]:
    weights = first.weights if isinstance(first, First) else (100.0,) * len(lines)
    return tuple(_row(line, weight) for line, weight in zip(lines, weights, strict=True))


def _row(line: Contrast, weight: float) -> Row:
    one = line.candidate
    return Row(
        study=one.study.id,
        label=label_of(one.study),
        year=one.study.year,
        conditions=one.study.conditions,
        design=one.study.design,
        instrument=one.outcome.instrument,
        outcome=one.outcome.label,
        hour=None if one.outcome.hour is None else float(one.outcome.hour.value),
        experimental=one.experimental.label,
        control=one.control.label,
        activity=one.control.activity,
        numbers=line.numbers,
        seen=line.seen,
        method=line.effect.method,
        effect=shown_effect(line.effect),
        variance=line.effect.variance,
        weight_percent=weight,
        notes=line.notes,
    )


def shown_effect(effect: Effect, level: float = 0.95) -> Shown:
    """One study's effect with its normal interval, as it is shown."""
    se = sqrt(effect.variance)
    reach = critical(level) * se
    value, low, high = (effect.shown(x) for x in (effect.value, effect.value - reach, effect.value + reach))
    return Shown(value, low, high, two_sided_p(effect.value / se), level)


def shown_estimate(estimate: Estimate, measure: Measure) -> Shown:
    """A pooled estimate as it is shown."""
    as_shown = _exp if measure.is_ratio else float
    value, low, high = (as_shown(x) for x in (estimate.value, estimate.low, estimate.high))
    return Shown(value, low, high, estimate.p, estimate.level)


def _exp(number: float) -> float:
    """Two studies under Hartung-Knapp can reach beyond what a float holds: infinite then."""
    return exp(number) if number < 700 else float("inf")


def _pooled(found: Pool | TooFew, key: str, measure: Measure) -> Pooled:
    way = WAYS[key]
    method = f"{way[0].words}; {way[1].words}"
    if isinstance(found, TooFew):
        return Pooled(method, found, key=key)
    return Pooled(
        method=method,
        result=shown_estimate(found.estimate, measure),
        prediction=_prediction(found, measure),
        tau2=found.tau2,
        q=found.q,
        q_p=found.q_p,
        i2_percent=found.i2,
        warnings=found.warnings,
        key=key,
    )


def _every_way(
    lines: Sequence[Contrast],
    pools: Mapping[str, Pool | TooFew],
    believed: Mapping[str, Bayesian],
    question: Question,
) -> tuple[Pooled, ...]:
    """Each way of pooling, the one that is read first before the others."""
    if not lines:
        return ()
    found = [_pooled(one, key, question.measure) for key, one in pools.items()]
    found += [_by_bayes(one, key, pools["common"], question.measure) for key, one in believed.items()]
    # H-058: the narrowest interval of few studies must not be the one that is read
    found.sort(key=lambda one: order(len(lines)).index(one.key))
    known = tuple(_of_the_whole(lines, question))
    return (replace(found[0], warnings=(*known, *found[0].warnings)), *found[1:])


def _of_the_whole(lines: Sequence[Contrast], question: Question) -> Iterator[str]:
    """What must be known of the studies together before any of their pools is believed."""
    if len(lines) == 2:
        yield "Two studies: no interval of theirs is sure."
    if told := why_first(len(lines), question.measure):
        yield told
    hours = {
        label_of(x.candidate.study): x.candidate.outcome.hour.value
        for x in lines
        if x.candidate.outcome.hour is not None
    }
    if question.window is None and len(set(hours.values())) > 1:
        told = ", ".join(f"{label} at {hour:f} h" for label, hour in hours.items())
        yield f"Different hours after the dose are put together: {told}."


def _by_bayes(found: Bayesian, key: str, common: Pool | TooFew, measure: Measure) -> Pooled:
    """By a prior of how much studies differ; Q, which asks no prior, is the common effect's."""
    q = (common.q, common.q_p) if isinstance(common, Pool) else (None, None)
    return Pooled(
        method=f"random effects by Bayes, {found.prior.words} (a choice of this project)",
        result=_believed(found.mu, measure),
        prediction=_believed(found.predicted, measure),
        tau2=found.tau.median**2,
        q=q[0],
        q_p=q[1],
        i2_percent=common.i2 if isinstance(common, Pool) else None,
        warnings=(found.told,),
        key=key,
    )


def _believed(one: Belief, measure: Measure) -> Shown:
    as_shown = _exp if measure.is_ratio else float
    return Shown(as_shown(one.median), as_shown(one.low), as_shown(one.high), None, one.level)


def _prediction(found: Pool, measure: Measure) -> Shown | TooFew | None:
    if not isinstance(found.predicted, Predicted):
        return found.predicted
    as_shown = _exp if measure.is_ratio else float
    low, high = as_shown(found.predicted.low), as_shown(found.predicted.high)
    return Shown(as_shown(found.estimate.value), low, high, None, found.predicted.level)


# --- of 100 people ---------------------------------------------------------------------------------


def _of_hundred(
    measure: Measure, analysis: Analysis, lines: Sequence[Contrast], first: First | TooFew
) -> tuple[OfHundred, ...]:
    if measure in OF_EVENTS:
        counted = _counted(lines)
        if analysis is Analysis.PAIRED or isinstance(first, TooFew):
            return counted  # a ratio within people is not one of two groups and cannot be carried
        return (*counted, *_carried(measure, first.estimate, counted))
    if measure is Measure.SMD and isinstance(first, First):
        return (_better_than_average(first.estimate),)
    return ()


def _carried(measure: Measure, estimate: Estimate, counted: tuple[OfHundred, ...]) -> Iterator[OfHundred]:
    """The pooled effect carried to the share that responded without the drug; none where nobody did."""
    for one in counted:
        if one.control > 0:
            told = absolute(estimate, measure, one.control / 100)
            a, low, high = (100 * share for share in (told.treated, told.low, told.high))
            words = (
                f"By the pooled effect, {a:.0f} of 100 people [{low:.0f} to {high:.0f}] respond with ketamine where "
                f"{one.control:.0f} do without."
            )
            basis = (
                "the pooled effect carried to the share counted with the comparator, which is taken as known"
            )
            yield OfHundred(words, a, low, high, one.control, None, None, basis)


def _counted(lines: Sequence[Contrast]) -> tuple[OfHundred, ...]:
    """How many responded in each arm, put side by side as counted."""
    tables = [(x.candidate.numbers.experimental, x.candidate.numbers.control) for x in lines]
    cells = [
        (float(g.events.value), float(g.n.value))
        for pair in tables
        for g in pair
        if g is not None and g.events is not None and g.n is not None
    ]
    if not cells or len(cells) < 2 * len(lines):
        return ()
    arms = [
        wilson(int(sum(e for e, _ in half)), int(sum(n for _, n in half)))
        for half in (cells[::2], cells[1::2])
    ]
    one, other = arms
    if one.share is None or one.low is None or one.high is None or other.share is None:
        return ()
    words = (
        f"Of 100 people, {_share(one)} responded with ketamine and {_share(other)} with the comparator "
        f"({one.count} of {one.of} beside {other.count} of {other.of})."
    )
    told = (one.share, one.low, one.high, other.share, other.low or 0.0, other.high or 0.0)
    a, b, c, d, e, f = (100 * share for share in told)
    basis = "as counted in these studies, their people put together"
    unsure = [label_of(x.candidate.study) for x in lines if _counts_seen(x) not in (Seen.READ, Seen.COMPUTED)]
    if unsure:  # H-058: an inferred count must not look like a read one
        basis += f"; counts of {' and '.join(unsure)} are not read but inferred or second-hand"
    return (OfHundred(words, a, b, c, d, e, f, basis),)


def _counts_seen(line: Contrast) -> Seen:
    """How surely the people of both arms were counted, whatever the pairs' are."""
    groups = (line.candidate.numbers.experimental, line.candidate.numbers.control)
    return numbers_seen(figure for group in groups if group is not None for figure in (group.n, group.events))


def _share(one: Proportion) -> str:
    """67 [42 to 85]: of 100, with Wilson's interval."""
    share, low, high = (100 * (x or 0.0) for x in (one.share, one.low, one.high))
    return f"{share:.0f} [{low:.0f} to {high:.0f}]"


def _better_than_average(estimate: Estimate) -> OfHundred:
    """Cohen's U3: how many given the drug end better off than the average person given the comparator."""
    low, middle, high = sorted(
        100 * NormalDist().cdf(-x) for x in (estimate.low, estimate.value, estimate.high)
    )
    words = (
        f"Of 100 people given ketamine, {middle:.0f} [{low:.0f} to {high:.0f}] end better off than the average person "
        "given the comparator; without an effect 50 would."
    )
    return OfHundred(words, middle, low, high, 50.0, None, None, "taking severity as normally distributed")
