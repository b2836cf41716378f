"""Older payloads of session events, lifted one version at a time to the shape of today.

When a payload's fields change, its ``VERSION`` grows by one and a step is added here; a step stays for ever.
"""

from __future__ import annotations

from ataraxy.core.record.read import Lifts

LIFTS: Lifts = {}  # every session event is still at version 1
