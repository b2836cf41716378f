"""Who handles controlled medicines, and who may look."""

from __future__ import annotations

from ataraxy.clinic.people.models import Role

KEEPERS = (
    Role.PRESCRIBER,
    Role.NURSE,
    Role.DIRECTOR,
)  # keep the stock: receive, waste, destroy, transfer, count
BEDSIDE = (Role.PRESCRIBER, Role.NURSE)  # draw up
CLOSERS = (Role.PRESCRIBER, Role.DIRECTOR)  # close a discrepancy, reverse an act
