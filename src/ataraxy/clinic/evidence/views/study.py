from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.evidence import study_page as page
from ataraxy.clinic.evidence.actions import BRINGS
from ataraxy.clinic.evidence.local import base_of
from ataraxy.clinic.evidence.queries import flags_of
from ataraxy.clinic.evidence.study_page import source_cited
from ataraxy.clinic.evidence.words import SEEN, day_words
from ataraxy.clinic.people.access import EVERYONE, staff_of
from ataraxy.core.evidence.choose import label_of


@require_safe
def study(request: HttpRequest, study_id: str) -> HttpResponse:
    """One study, every number with how it was seen."""
    ctx = staff_of(request, *EVERYONE)
    base = base_of(ctx)
    one = base.studies.get(study_id)
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
        "flags": flags_of(one.id, base),
        "source": source_cited(base, one.source),
        "local": base.local.get(one.id),
        "may_bring": ctx.signer().has_role(*BRINGS),
        "seen": list(SEEN.items()),
    }
    return render(request, "evidence/study.html", context)
