"""One part of a clinic alone: ``ataraxy web``, ``ataraxy live``, ``ataraxy watch``."""

from __future__ import annotations

import os
from dataclasses import replace
from importlib import import_module

from ataraxy.clinic.database.roles import refuse_power
from ataraxy.clinic.env import Environment
from ataraxy.commands import database as db
from ataraxy.commands.say import Exit, document, err
from ataraxy.commands.sound import refuse_unsound
from ataraxy.core.errors import AtaraxyError

WHERE = {"web": "web_port", "live": "live_port"}


def run_part(name: str, env: Environment, as_json: bool) -> int:
    """Run one part on the database, as the application's role, until told to stop."""
    with db.in_use(env, patience_s=30) as database:
        env = db.told(env, database)
        refuse_power(env.database_url)
        os.environ["DJANGO_SETTINGS_MODULE"] = "ataraxy.clinic.settings"
        refuse_unsound()
        port = getattr(env, WHERE[name]) if name in WHERE else None
        if as_json:
            document({"part": name, "pid": os.getpid(), "port": port})
        else:
            err.print(f"{name} is starting" + (f" on 127.0.0.1:{port}" if port else ""))
        _run(name, env)
    return Exit.FINE


def live_of(env: Environment, number: int) -> Environment:
    """For one of several live processes.

    Raises:
        AtaraxyError: there is none of this number.
    """
    if not 1 <= number <= env.live_processes:
        raise AtaraxyError(
            f"There is no live process {number}: ATARAXY_LIVE_PROCESSES is {env.live_processes}.",
            f"Number them 1 to {env.live_processes}, or set how many there are.",
        )
    return replace(env, live_process=number)


def _run(name: str, env: Environment) -> None:
    """Each part's own module, loaded only by the process that runs it."""
    module, call = {
        "web": ("ataraxy.commands.web", "web"),
        "live": ("ataraxy.live.server", "run"),
        "watch": ("ataraxy.clinic.watch", "run"),
    }[name]
    getattr(import_module(module), call)(env)
