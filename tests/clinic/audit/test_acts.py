"""The clinic's own stream opens with its first act, chains, and takes an act once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_acts_chain_in_the_clinics_own_stream(
    clinic: Any, director: Any, context: Callable[..., Any]
) -> None:
    from ataraxy.clinic.audit.acts import append_act
    from ataraxy.clinic.audit.append import Entry
    from ataraxy.clinic.audit.models import ChainHead
    from ataraxy.clinic.audit.verify import stream_faults
    from ataraxy.core.clinic.events import StaffAdded

    ctx, act = context(director), Entry(StaffAdded(director.id, ("director",)))
    assert append_act(ctx, act, key="a")
    assert append_act(ctx, act, key="a") == []
    append_act(ctx, act)
    head = ChainHead.objects.get(id=clinic.id)
    assert (head.kind, head.seq) == ("clinic", 2)
    assert list(stream_faults(head)) == []
