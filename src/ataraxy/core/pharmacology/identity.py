"""Answers remembered by which objects were asked about, not by what is in them.

Networks and effects are frozen, but large: to hash one takes longer than what is remembered of it is worth.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

T = TypeVar("T")
MOST = 64


def by_identity(objects: int | None) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Remember a function's answers: the first ``objects`` arguments count as themselves, the others by their value.

    None: all of them. Only for frozen arguments and answers. The objects are kept, so that no other can come to stand
    in their place.
    """

    def remembering(function: Callable[..., T]) -> Callable[..., T]:
        known: dict[tuple[Any, ...], tuple[tuple[Any, ...], T]] = {}

        @wraps(function)
        def told(*asked: Any) -> T:
            same = len(asked) if objects is None else objects
            key = (*map(id, asked[:same]), *asked[same:])
            found = known.get(key)
            if found is None:
                found = asked[:same], function(*asked)
                while len(known) >= MOST:
                    known.pop(next(iter(known)), None)
                known[key] = found
            return found[1]

        return told

    return remembering
