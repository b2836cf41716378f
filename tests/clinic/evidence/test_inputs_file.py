from __future__ import annotations

import csv
import io
import json
from typing import Any

from django.urls import reverse


def test_the_inputs_come_as_csv_and_as_json_with_the_same_filters(nurse: Any, log_in: Any) -> None:
    client, url = log_in(nurse), reverse("evidence:inputs", args=["sad"])
    answer = client.get(url + "?route=iv&as=csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert 'filename="evidence-sad.csv"' in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert {row["study"] for row in rows if row["line"] == "study"} == {"Taylor 2018"}
    made = json.loads(client.get(url + "?route=iv&as=json").content)
    assert [row["study"] for row in made["pools"][0]["forests"][0]["rows"]] == ["taylor-2018"]


def test_a_question_nobody_can_ask_has_no_file(nurse: Any, log_in: Any) -> None:
    assert log_in(nurse).get(reverse("evidence:inputs", args=["sad"]) + "?route=moon").status_code == 404
