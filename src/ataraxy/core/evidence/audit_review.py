"""What is wrong with a review's file beyond its shape."""

from __future__ import annotations

from collections.abc import Iterator

from ataraxy.core.evidence.audit_study import problems_of_address, problems_of_reported
from ataraxy.core.evidence.study import PublishedPool, Review
from ataraxy.core.protocol.problem import Path, Problem


def problems_of_review(review: Review) -> tuple[Problem, ...]:
    """All problems of one review that can be seen in itself."""
    return (
        *problems_of_address(review.doi, review.pmid),
        *_itself(review),
        *(p for i, pool in enumerate(review.pools) for p in _pool(pool, review, ("pools", i))),
    )


def _itself(review: Review) -> Iterator[Problem]:
    if review.narrative and review.pools:
        yield Problem(("narrative",), "A review in words alone has pools.", "Correct one of them.")
    if review.retracted_on is not None and not review.retraction:
        yield Problem(("retracted_on",), "Who retracted it, and why, is not told.", "Write `retraction`.")
    keys = [pool.key for pool in review.pools]
    for i, key in enumerate(keys):
        if key in keys[:i]:
            yield Problem(("pools", i, "key"), f"{key!r} stands twice.", "Give each its own key.")


def _pool(pool: PublishedPool, review: Review, path: Path) -> Iterator[Problem]:
    yield from problems_of_reported(pool.reported, (*path, "reported"))
    if pool.condition not in review.conditions:
        words = f"The review is not of {pool.condition.value!r}."
        yield Problem((*path, "condition"), words, "Add it to `conditions`.")
    if pool.from_hour and pool.to_hour and pool.from_hour.value > pool.to_hour.value:
        yield Problem((*path, "from_hour"), "The hours end before they begin.", "Swap them.")
    if pool.k is not None and len(pool.studies) > pool.k.value:
        yield Problem((*path, "studies"), "More studies are named than were pooled.", "Correct k.")
