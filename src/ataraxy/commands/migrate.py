"""``ataraxy migrate``: bring the database up to this release, as its owner."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from ataraxy.clinic.database.embedded import DatabaseTrouble
from ataraxy.clinic.database.migrate import migrate as run_migrations
from ataraxy.clinic.env import Environment
from ataraxy.commands import database as db
from ataraxy.commands.partitions import drop_old_partitions, make_partitions
from ataraxy.commands.say import Exit, bar, document, out
from ataraxy.commands.settled import drop_settled


def migrate(env: Environment, as_json: bool) -> int:
    """Run pending migrations and make the coming months' partitions."""
    with db.in_use(env) as database:
        owner = database.owner
        if not owner:
            raise DatabaseTrouble(
                "Migrations need the owner of the tables, and nobody said who that is.",
                "Set ATARAXY_OWNER_URL to the same database as DATABASE_URL, under the role ataraxy_owner.",
            )
        waiting = db.pending(owner)
        with bar("Migrating", None, as_json):
            if waiting:
                os.environ["ATARAXY_OWNER_URL"] = ""
                run_migrations(owner)
            today = datetime.now(UTC).date()
            made = make_partitions(owner, today)
            dropped = drop_old_partitions(owner, today, env.keep_samples_months)
            settled = drop_settled(owner, today, env.keep_quarantine_months)
    if as_json:
        document({"migrated": waiting, "partitions": made, "dropped": dropped, "settled": settled})
    else:
        words = (
            f"{len(waiting)} migrations were run." if waiting else "The database is of this release already."
        )
        out.print(f"{words} {len(made)} months of samples were made ahead, {len(dropped)} old ones dropped.")
    return Exit.FINE
