"""Who was randomised, who completed, and why others did not: the registry's participant flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ataraxy.core.evidence.study import Arm, Figure
from ataraxy.interop.ctgov.cast import Cast
from ataraxy.interop.ctgov.groups import place
from ataraxy.interop.ctgov.tree import Branch
from ataraxy.interop.numerals import count, plain
from ataraxy.interop.taken import Note, Weight


def arms_with_flow(study: Branch, cast: Cast, notes: list[Note]) -> tuple[Arm, ...]:
    """The arms with how many started the first period and completed the last; a crossover's are left without."""
    flow = study.branch("resultsSection").branch("participantFlowModule")
    periods = flow.branches("periods")
    if not periods:
        return cast.arms
    if cast.crossover:
        words = "Who started and completed is by period in a crossover; it is told in words, not by arm."
        notes.append(Note(flow.path, Weight.LEFT_OUT, words))
        return cast.arms
    placed = place(flow.branches("groups"), cast, notes)
    started = _by_arm(periods[0], "STARTED", placed)
    completed = _by_arm(periods[0], "COMPLETED", placed)
    if len(periods) > 1:
        words = f"There are {len(periods)} periods; randomised and completed are those of the first."
        notes.append(Note(f"{flow.path}.periods", Weight.DOUBT, words))
    return tuple(
        replace(arm, randomised=started.get(arm.key), completed=completed.get(arm.key)) for arm in cast.arms
    )


def _by_arm(period: Branch, milestone: str, placed: Mapping[str, str]) -> Mapping[str, Figure]:
    found = {}
    for one in period.branches("milestones"):
        if one.text("type") == milestone:
            for told in one.branches("achievements"):
                number = count(told.text("numSubjects"))
                if number is not None and told.text("groupId") in placed:
                    found[placed[told.text("groupId")]] = number
    return found


WHO_LEFT = "Who left: "  # before our own words, in the registry's place for words about the flow


def attrition_of(study: Branch) -> str:
    """Each period in words: how many started and completed in each group, and why people left.

    Words that we wrote there ourselves come back as they are.
    """
    flow = study.branch("resultsSection").branch("participantFlowModule")
    ours = flow.text("recruitmentDetails")
    if ours.startswith(WHO_LEFT):
        return ours.removeprefix(WHO_LEFT)
    titles = {group.text("id"): group.text("title") for group in flow.branches("groups")}
    return " ".join(filter(None, (_period(one, titles) for one in flow.branches("periods"))))


def _period(period: Branch, titles: Mapping[str, str]) -> str:
    parts = []
    for milestone in period.branches("milestones"):
        told = _counted(milestone.branches("achievements"), titles)
        if told and milestone.text("type") in ("STARTED", "COMPLETED"):
            parts.append(f"{milestone.text('type').lower()} {told}")
    for left in period.branches("dropWithdraws"):
        told = _counted(left.branches("reasons"), titles, but_none=True)
        if told:
            parts.append(f"left ({left.text('type').lower()}) {told}")
    return f"{period.text('title') or 'Period'}: {'; '.join(parts)}." if parts else ""


def _counted(rows: Sequence[Branch], titles: Mapping[str, str], but_none: bool = False) -> str:
    told = []
    for row in rows:
        number = count(row.text("numSubjects"))
        if number is not None and (number.value or not but_none):
            name = titles.get(row.text("groupId")) or row.text("groupId")
            told.append(f"{name} {plain(number.value)}".strip())
    return ", ".join(told)
