"""Run as a program: a live process that acknowledges before it commits. Only to show that the crash test sees it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ataraxy.clinic.settings")


def main() -> None:
    from ataraxy.clinic import env
    from ataraxy.commands import database
    from ataraxy.live import server

    told = env.read()
    with database.in_use(told) as found:
        told = database.told(told, found)
        server.set_up()
        from ataraxy.live.writer import Writer

        class AckFirst(Writer):
            """The wrong order: what every word of ``Writer`` is written against."""

            def write(self, batch: Sequence[Any]) -> list[Any]:
                self._publish([(message, "AA", "") for message in batch], ())
                return super().write(batch)

            def acknowledge(self, written: Any) -> None:
                self._publish((), written.heard)

        server.run(told, make_writer=AckFirst)


if __name__ == "__main__":
    main()
