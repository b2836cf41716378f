"""Pictures of care, drawn on the server: pure functions from plain values to SVG text. No Django, no clock.

``flow_sheet`` a session as an anaesthesia record; ``trajectory`` scores over days; ``bands`` what a model
predicts; ``proportions`` n of N with intervals. Each has ``draw`` (picture) and ``table`` (numbers).
"""
