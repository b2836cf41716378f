from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.evidence import study_page as page
from ataraxy.clinic.evidence.queries import every_study, flags_of
from ataraxy.clinic.evidence.words import SEEN, day_words
from ataraxy.clinic.people.access import EVERYONE, staff_of
from ataraxy.clinic.people.cited import cited
from ataraxy.core.evidence.choose import label_of
from ataraxy.core.protocol.types import Status


@require_safe
def study(request: HttpRequest, study_id: str) -> HttpResponse:
    """One study, every number with how it was seen."""
    staff_of(request, *EVERYONE)
    one = every_study().get(study_id)
    if one is None:
        raise Http404
    context = {
        "study": one,
        "label": label_of(one),
        "retracted": day_words(one.retracted_on) if one.retracted_on else "",
        "facts": page.facts_of(one),
        "arms": page.arms_of(one),
        "outcomes": page.outcomes_of(one),
        "harms": page.harms_grid(one),
        "bias": page.bias_of(one),
        "flags": flags_of(one.id),
        "source": cited(one.source, Status.TRIAL),
        "seen": list(SEEN.items()),
    }
    return render(request, "evidence/study.html", context)
