"""The list of patients: search and stage."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import Patient, Stage

MOST = 200


def patients(ctx: Context, words: str = "", stage: str = "") -> QuerySet[Patient]:
    """Patients of this clinic whose name or number begins with, or holds, every word; by name."""
    rows = Patient.objects.filter(clinic=ctx.clinic).select_related("summary")
    for word in words.split()[:6]:
        rows = rows.filter(
            Q(given_name__icontains=word)
            | Q(family_name__icontains=word)
            | Q(record_number__istartswith=word)
        )
    if stage in Stage.values:
        rows = rows.filter(summary__stage=stage)
    return rows[:MOST]
