"""A session read from its record: its events, its state, the protocol it runs on."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import Error as DatabaseError

from ataraxy.clinic.audit.append import texts
from ataraxy.clinic.audit.models import Event
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.plan.queries import protocol_of as activated_text
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.types import Protocol
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.session.care import CoverNamed
from ataraxy.core.session.fold import fold_session
from ataraxy.core.session.registry import parse_session_event
from ataraxy.core.session.state import SessionState

log = logging.getLogger(__name__)

_parsed = lru_cache(maxsize=8192)(parse_session_event)  # a text never changes, so neither does what it says


def session_events(session_id: UUID) -> list[Recorded[Any]]:
    return [_parsed(text) for text in texts(session_id)]


def state_of(session_id: UUID) -> SessionState:
    """The session as its events tell it now."""
    return fold_session(session_events(session_id))


def state_if_readable(session_id: UUID) -> SessionState | None:
    """The same, for a page or paper of many sessions; None where this one's record cannot be read.

    Hazard: one record the program stumbles over takes the page of everybody with it. Whoever asks says what is missing.
    """
    try:
        return state_of(session_id)
    except DatabaseError:
        raise
    except Exception as error:
        log.error("Session %s cannot be read: %s.", session_id, type(error).__name__)
        return None


def state_to_act_on(session_id: UUID) -> SessionState:
    """The same, for an act on one session among others.

    Raises:
        InputRefused: its record cannot be read.
    """
    state = state_if_readable(session_id)
    if state is None:
        cure = "Go on by paper with the downtime pack, and tell the director."
        raise InputRefused("The record of this session cannot be read.", cure)
    return state


def last_cover(session_id: UUID) -> CoverNamed | None:
    """Who was named for a session last, even where the session as a whole cannot be read.

    Raises:
        RecordUnreadable: the entry that names them cannot be read itself.
    """
    named = Event.objects.filter(stream=session_id, type=CoverNamed.__name__).order_by("-seq").first()
    payload = _parsed(named.text).payload if named is not None else None
    return payload if isinstance(payload, CoverNamed) else None


def protocol_of(session: Session) -> Protocol:
    """The protocol version this session runs on, from the text stored when it was activated."""
    return activated_text(session.course.protocol)
