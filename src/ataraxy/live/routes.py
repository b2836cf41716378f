"""Every address of the live process, for the process itself and for the test that walks them all."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.routing import BaseRoute, Route

from ataraxy.live.stream import Streams


@dataclass(frozen=True, slots=True)
class LiveRoute:
    """``path`` as Starlette writes it; ``view`` names the method of ``Streams``.

    ``roles`` may see it (empty: everybody, for the reason in ``exempt``). ``streams``: it answers without end.
    """

    path: str
    view: str
    roles: tuple[str, ...]
    streams: bool
    exempt: str = ""


CLINICAL = ("prescriber", "nurse", "therapist", "director")

ROUTES: tuple[LiveRoute, ...] = (
    LiveRoute("/live/session/{session_id:uuid}/events", "session_events", CLINICAL, streams=True),
    LiveRoute("/live/board/events", "board_events", CLINICAL, streams=True),
    LiveRoute(
        "/live/health",
        "health",
        (),
        streams=False,
        exempt="says whether readings are written; no patient data",
    ),
)


def routes(streams: Streams) -> list[BaseRoute]:
    return [Route(route.path, getattr(streams, route.view), methods=["GET"]) for route in ROUTES]
