from __future__ import annotations

import re
from dataclasses import replace

from ataraxy.clinic.figures import funnel as figure
from ataraxy.clinic.figures.evidence import Funnel


def test_a_surer_study_lies_higher(funnel: Funnel) -> None:
    heights = [float(y) for y in re.findall(r'class="point"[^>]* cy="([\d.]+)"', figure.draw(funnel))]
    assert len(heights) == 2
    assert heights[0] < heights[1]


def test_a_supposed_study_is_hollow_and_the_table_says_it_does_not_exist(funnel: Funnel) -> None:
    assert figure.draw(funnel).count('class="reference-mark"') == 1
    assert ("Not there", "0.10", "0.4", "supposed, does not exist") in figure.table(funnel).rows


def test_without_a_pool_there_is_no_funnel_around_it(funnel: Funnel) -> None:
    assert 'class="funnel"' in figure.draw(funnel)
    assert 'class="funnel"' not in figure.draw(replace(funnel, middle=None))
