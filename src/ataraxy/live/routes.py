"""Every address of the live process, for the process itself and for the test that walks them all."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.routing import BaseRoute, Route

from ataraxy.live.handing_in import HandingIn
from ataraxy.live.stream import Streams


@dataclass(frozen=True, slots=True)
class LiveRoute:
    """``path`` as Starlette writes it; ``view`` names the method of ``Streams``, or of ``HandingIn`` where it posts.

    ``roles`` may see it (empty: everybody, for the reason in ``exempt``). ``streams``: it answers without end.
    """

    path: str
    view: str
    roles: tuple[str, ...]
    streams: bool
    exempt: str = ""
    method: str = "GET"


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
    LiveRoute(
        "/live/readings",
        "readings",
        (),
        streams=False,
        exempt="a gateway's own token, bound to one clinic, revocable; it hands in and is told nothing",
        method="POST",
    ),
)


def routes(streams: Streams, handing_in: HandingIn) -> list[BaseRoute]:
    views = {"GET": streams, "POST": handing_in}
    return [
        Route(route.path, getattr(views[route.method], route.view), methods=[route.method])
        for route in ROUTES
    ]
