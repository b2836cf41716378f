"""The lock of an idle page, and its key."""

from __future__ import annotations

from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ataraxy.clinic.people import lock as locking
from ataraxy.clinic.people.access import EVERYONE, staff_of
from ataraxy.clinic.people.actions.staff import set_lock
from ataraxy.clinic.people.forms import ActForm
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.views.respond import ask


@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Lock this log-in now. It ends nothing."""
    ctx = staff_of(request, *EVERYONE)
    if request.POST.get("idle") and locking.is_in_use(request, ctx.clinic.lock_after_min):
        return HttpResponse(status=409)  # a forgotten page asks, and its person works on another
    locking.lock(request)
    return HttpResponse(status=204) if _in_place(request) else redirect(_next(request))


@require_http_methods(["GET", "HEAD", "POST"])
def unlock(request: HttpRequest) -> HttpResponse:
    """The person themselves opens the lock again, with their own password."""
    ctx = staff_of(request, *EVERYONE)
    if request.method != "POST":
        wanted = _next(request)
        return (
            locking.locked_page(request, next_page=wanted)
            if locking.is_locked(request, 0)
            else redirect(wanted)
        )
    if _in_place(request) and request.POST.get("person") != str(ctx.actor_id):
        return HttpResponse(status=409)  # the covered page is another person's
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        trouble = "Too many tries. Wait five minutes, or switch person."
    elif not request.user.check_password(request.POST.get("password", "")):
        trouble = "The password does not match. Type your own log-in password, or switch person."
    else:
        locking.unlock(request)
        return HttpResponse(status=204) if _in_place(request) else redirect(_next(request))
    if _in_place(request):
        return HttpResponse(trouble, status=422, content_type="text/plain")
    return locking.locked_page(request, trouble, _next(request))


@require_safe
def danger(request: HttpRequest) -> HttpResponse:
    """What a lock shows, anew: rooms and record numbers with what is due there, and the taps. It is nobody's act."""
    from ataraxy.clinic.treat.queries.danger import in_danger

    staff = staff_of(request, *EVERYONE).signer()
    return render(request, "people/danger.html", {"emergencies": in_danger(staff)})


@require_POST
def here(request: HttpRequest) -> HttpResponse:
    """Somebody is at the page, though nothing was sent yet."""
    staff_of(request, *EVERYONE)
    return HttpResponse(status=204)


class LockForm(ActForm):
    minutes = forms.IntegerField(
        min_value=0,
        max_value=120,
        label="Lock a page after so many minutes without a touch",
        help_text="0: never. The lock ends no session; pause, stop and emergency stay one tap away.",
    )


def lock_after(request: HttpRequest) -> HttpResponse:
    """The director says after how long an idle page is locked."""
    ctx = staff_of(request, Role.DIRECTOR)
    form = LockForm(request, initial={"minutes": ctx.clinic.lock_after_min})

    def draw(status: int) -> HttpResponse:
        return render(request, "people/lock_after.html", {"form": form}, status=status)

    def act() -> HttpResponse:
        set_lock(ctx, form.cleaned_data["minutes"], key=form.act_key)
        messages.success(request, "Saved.")
        return redirect("people:staff")

    return ask(request, form, draw, act)


def _in_place(request: HttpRequest) -> bool:
    """The page asks by itself, and stays where it is."""
    return request.headers.get("X-In-Place") == "yes"


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    own = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if own and wanted.startswith("/") else "/"
