"""The clinic as one Django application: its system checks are registered here."""

from __future__ import annotations

from django.apps import AppConfig


class ClinicConfig(AppConfig):
    name = "ataraxy.clinic"
    label = "clinic"
    verbose_name = "Clinic"

    def ready(self) -> None:
        from ataraxy.clinic import checks  # noqa: F401 - registers the catalog check
