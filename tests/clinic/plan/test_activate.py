"""The director activates a version, with text and hash, and retires the one before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ataraxy.core.errors import InputRefused

URL = "/plan/protocol/iv-racemic-0.5/2026.5/activate/"


def test_the_full_text_and_hash_are_kept_and_the_act_is_on_record(
    director: Any, clinic: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    import hashlib

    from ataraxy.clinic.plan.models import ActivatedProtocol

    assert fill(log_in(director), URL, password=True).status_code == 302
    row = ActivatedProtocol.objects.get()
    assert hashlib.sha256(row.text.encode()).hexdigest() == row.sha256
    assert events(clinic.id, "ProtocolActivated")[0]["protocol_sha256"] == row.sha256


def test_it_needs_the_directors_own_password(
    director: Any, prescriber: Any, log_in: Any, fill: Callable[..., Any]
) -> None:
    from ataraxy.clinic.plan.models import ActivatedProtocol

    assert fill(log_in(director), URL, password="wrong").status_code == 422
    assert log_in(prescriber).get(URL).status_code == 403
    assert not ActivatedProtocol.objects.exists()


def test_the_same_version_with_another_text_is_refused(
    protocol: Any, director: Any, context: Callable[..., Any]
) -> None:
    from ataraxy.catalog.load import parse_protocol
    from ataraxy.clinic.plan.actions.protocols import activate_protocol
    from ataraxy.clinic.plan.shelf import Shelved

    text = protocol.text + "\n# a remark\n"
    with pytest.raises(InputRefused, match="another text"):
        activate_protocol(context(director), Shelved(parse_protocol(text, "changed"), text))


def test_activated_twice_it_is_the_same_row(
    protocol: Any, director: Any, context: Callable[..., Any]
) -> None:
    from ataraxy.clinic.plan.actions.protocols import activate_protocol
    from ataraxy.clinic.plan.shelf import shelved

    again = shelved(protocol.protocol_id, protocol.version)
    assert again is not None
    assert activate_protocol(context(director), again).id == protocol.id
