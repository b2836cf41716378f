"""The second person: chosen by name, proven by their own password at this very screen."""

from __future__ import annotations

from allauth.core import ratelimit
from django import forms
from django.http import HttpRequest

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.forms import ActForm
from ataraxy.clinic.people.models import Staff
from ataraxy.clinic.pharmacy.rights import KEEPERS
from ataraxy.core.errors import InputRefused


def others(ctx: Context) -> list[Staff]:
    """Who may be the second person to what this one does."""
    rows = Staff.objects.filter(clinic=ctx.clinic, active=True).exclude(id=ctx.signer().id)
    return [one for one in rows.select_related("user") if one.has_role(*KEEPERS)]


class WitnessedForm(ActForm):
    """A form that a second person signs with their own password (never echoed back)."""

    witness = forms.ChoiceField(label="Second person", choices=[])
    witness_password = forms.CharField(
        label="Their password",
        strip=False,
        required=False,
        help_text="The second person types their own log-in password here, after looking.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def offer(self, ctx: Context) -> None:
        """Who may be chosen; and the two fields stand last."""
        choices = [("", "Choose"), *[(str(one.id), one.name) for one in others(ctx)]]
        self.fields["witness"].choices = choices  # type: ignore[attr-defined]
        self.order_fields(
            [*[f for f in self.fields if not f.startswith("witness")], "witness", "witness_password"]
        )

    def second(self, request: HttpRequest, ctx: Context) -> Staff:
        """The second person, proven.

        Raises:
            InputRefused: nobody of the choice, or the password is not theirs, or was tried too often.
        """
        chosen = {str(one.id): one for one in others(ctx)}.get(self.cleaned_data["witness"])
        if chosen is None:
            raise InputRefused("No second person is chosen.", "Choose who looks on.", "witness")
        if not ratelimit.consume(request, action="reauthenticate", user=chosen.user):
            raise InputRefused("Too many tries.", "Wait five minutes.", "witness_password")
        if not chosen.user.check_password(self.cleaned_data["witness_password"]):
            raise InputRefused(
                "This is not the second person's password.",
                f"{chosen.name} types their own log-in password.",
                "witness_password",
            )
        return chosen
