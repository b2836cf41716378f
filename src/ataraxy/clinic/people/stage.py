"""Where a patient stands on the pathway, from their chart."""

from __future__ import annotations

from ataraxy.clinic.people.models import Stage
from ataraxy.core.chart.fold import Chart


def stage_of(chart: Chart) -> Stage:
    """To be refined with the chart's fold."""
    raise NotImplementedError
