from __future__ import annotations

import csv
import json

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ataraxy.clinic.evidence.inputs import as_json, csv_rows
from ataraxy.clinic.evidence.local import base_of
from ataraxy.clinic.evidence.queries import answer_of
from ataraxy.clinic.evidence.views.disorder import asked_of
from ataraxy.clinic.people.access import EVERYONE, staff_of


@require_safe
def inputs(request: HttpRequest, condition: str) -> HttpResponse:
    """The exact inputs of the pictures, with the same filters; ``?as=json``, otherwise CSV."""
    ctx = staff_of(request, *EVERYONE)
    asked = asked_of(request, condition, base_of(ctx))
    answer = answer_of(asked)
    if request.GET.get("as") == "json":
        here = {key: as_json(one) for key, one in asked.base.local.items()}
        made = json.dumps(as_json(answer) | {"accepted_here": here}, indent=1, ensure_ascii=False)
        return _file(HttpResponse(made, content_type="application/json; charset=utf-8"), condition, "json")
    response = _file(HttpResponse(content_type="text/csv; charset=utf-8"), condition, "csv")
    csv.writer(response).writerows(csv_rows(answer, asked.base))
    return response


def _file(response: HttpResponse, condition: str, ending: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="evidence-{condition}.{ending}"'
    return response
