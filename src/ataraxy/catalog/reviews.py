"""Published reviews, one a file: the pools they printed, kept beside ours and never mixed into one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from ataraxy.catalog.shelf import Shelf
from ataraxy.catalog.studies import STUDIES, against_source
from ataraxy.core.evidence.audit_review import problems_of_review
from ataraxy.core.evidence.study import Review
from ataraxy.core.protocol.problem import Problem


def _audit(review: Review) -> tuple[Problem, ...]:
    return (*problems_of_review(review), *against_source(review), *_named(review))


def _named(review: Review) -> Iterator[Problem]:
    known = STUDIES.names()
    for i, pool in enumerate(review.pools):
        for j, study in enumerate(pool.studies):
            if study not in known:
                path = ("pools", i, "studies", j)
                yield Problem(path, f"There is no study {study!r}.", "Add its file, or leave it out.")


REVIEWS = Shelf("reviews", "review", Review, _audit)
parse_review = REVIEWS.parse


@cache
def reviews() -> Mapping[str, Review]:
    """Every review of the catalog, by id.

    Raises:
        CatalogError: a file is wrong.
    """
    return REVIEWS.every()
