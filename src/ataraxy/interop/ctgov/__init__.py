"""ClinicalTrials.gov: a study of its second interface (JSON) in and out."""

from ataraxy.interop.ctgov.read import read_study
from ataraxy.interop.ctgov.render import render_study

__all__ = ["read_study", "render_study"]
