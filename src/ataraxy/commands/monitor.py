"""``ataraxy demo-monitor``: the simulated bedside monitor."""

from __future__ import annotations

from dataclasses import asdict

from ataraxy.commands.say import Exit, document, err


def monitor(
    host: str,
    port: int,
    bed: str,
    speed: float,
    start_at_min: float,
    cuff_every_min: float,
    every_s: float,
    seed: int,
    *,
    as_json: bool,
) -> int:
    """Send until stopped; exit code 1 when a message was given up or dropped."""
    from ataraxy.live.monitor import DemoMonitor, demo_monitor

    told = DemoMonitor(host, port, bed, speed, start_at_min, cuff_every_min, every_s, seed)
    if not as_json:
        err.print(f"A simulated monitor, bed {bed}, sends to {host}:{port}. Ctrl-C stops it.")
    tally = demo_monitor(told, on_state=lambda words: None if as_json else err.print(words, markup=False))
    if as_json:
        document(asdict(tally))
    else:
        err.print(
            f"{tally.acknowledged} of {tally.made} messages acknowledged, {tally.waiting} still waiting."
        )
    return Exit.WRONG if tally.given_up or tally.overflowed else Exit.FINE
