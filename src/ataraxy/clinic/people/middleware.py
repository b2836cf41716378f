"""Who is asking: the log-in becomes a member of staff, and staff carry a second factor."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from ataraxy.clinic.people.models import Staff

Handler = Callable[[HttpRequest], HttpResponse]


class StaffMiddleware:
    """``request.staff``: the active staff row of this log-in, or None."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.staff = None  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            request.staff = (  # type: ignore[attr-defined]
                Staff.objects.select_related("clinic", "user")
                .filter(user_id=request.user.pk, active=True)
                .first()
            )
        staff: Staff | None = request.staff  # type: ignore[attr-defined]
        zone = staff.clinic.zone if staff else None
        with timezone.override(zone):  # forms and pages speak the clinic's time
            return self.get_response(request)


class SecondFactorMiddleware:
    """Staff of a real clinic reach nothing but the page that sets up a second factor until they have one.

    Only a clinic row marked demo is exempt, never a setting.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        staff: Staff | None = request.staff  # type: ignore[attr-defined]
        if (
            staff is None
            or staff.clinic.is_demo
            or self._is_open(request.path)
            or is_mfa_enabled(request.user)
        ):
            return self.get_response(request)
        messages.warning(request, "Set up a second factor to go on: an authenticator app or a passkey.")
        return redirect("mfa_index")

    def _is_open(self, path: str) -> bool:
        return path.startswith((reverse("account_login"), "/account/", settings.STATIC_URL))
