from __future__ import annotations

import csv
import json

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ataraxy.clinic.evidence.inputs import as_json, csv_rows
from ataraxy.clinic.evidence.queries import answer_of
from ataraxy.clinic.evidence.views.disorder import asked_of
from ataraxy.clinic.people.access import EVERYONE, staff_of


@require_safe
def inputs(request: HttpRequest, condition: str) -> HttpResponse:
    """The exact inputs of the pictures, with the same filters; ``?as=json``, otherwise CSV."""
    staff_of(request, *EVERYONE)
    asked = asked_of(request, condition)
    answer = answer_of(asked)
    if request.GET.get("as") == "json":
        made = json.dumps(as_json(answer), indent=1, ensure_ascii=False)
        return _file(HttpResponse(made, content_type="application/json; charset=utf-8"), condition, "json")
    response = _file(HttpResponse(content_type="text/csv; charset=utf-8"), condition, "csv")
    csv.writer(response).writerows(csv_rows(answer))
    return response


def _file(response: HttpResponse, condition: str, ending: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="evidence-{condition}.{ending}"'
    return response
