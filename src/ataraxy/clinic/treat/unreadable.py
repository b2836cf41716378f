"""A session whose record cannot be read: its pages say so, and what to do now, instead of failing without a word.

Hazard: the page of a running dose answers with an error that says nothing, and somebody looks for the stop button.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ataraxy.clinic.people.page import who
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.care_words import EMERGENCIES
from ataraxy.clinic.treat.record import protocol_of
from ataraxy.core.protocol.types import EmergencyCard

log = logging.getLogger(__name__)

Handler = Callable[[HttpRequest], HttpResponse]


class SessionUnreadable(Exception):
    """The events of this session do not fold, whatever the reason."""

    def __init__(self, session: Session) -> None:
        super().__init__("The record of this session cannot be read.")
        self.session = session


class UnreadableMiddleware:
    """Draws the page of a session that cannot be read. 503: a tap that was kept without a network is not taken for sent."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, SessionUnreadable):
            return None
        session = exception.session
        context = {
            "session": session,
            "who": who(session.patient),
            "tapped": request.method == "POST",
            "cards": _cards(session),
        }
        return render(request, "treat/unreadable.html", context, status=503)


def _cards(session: Session) -> list[tuple[str, EmergencyCard]]:
    """What to do first, by the protocol's own cards; none where even that cannot be read."""
    try:
        return [(EMERGENCIES[card.kind], card) for card in protocol_of(session).emergencies]
    except Exception as error:
        log.error("The protocol of session %s cannot be read: %s.", session.id, type(error).__name__)
        return []
