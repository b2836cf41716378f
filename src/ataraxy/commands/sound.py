"""A wrong catalog, or an activated protocol whose text was changed, refuses to start."""

from __future__ import annotations

from ataraxy.core.errors import CatalogError


def refuse_unsound() -> None:
    """Run the clinic's system checks on the database that ``os.environ`` names.

    Raises:
        CatalogError: the first serious problem, with its cure and how many there are.
    """
    import django
    from django.core.checks import run_checks

    django.setup()
    found = [*run_checks(tags=["catalog"]), *run_checks(tags=["database"], databases=["default"])]
    leave_no_connection()
    serious = [problem for problem in found if problem.is_serious()]
    if serious:
        more = f" ({len(serious)} such problems; `ataraxy doctor` lists them)" if len(serious) > 1 else ""
        raise CatalogError(
            f"{serious[0].msg}{more}", str(serious[0].hint or "Run `ataraxy check` on the file.")
        )


def leave_no_connection() -> None:
    """Close every connection of this process for good, also those that wait in a pool.

    Hazard: a process that forks hands open connections to all its children, and two workers on one connection read
    each other's answers: another patient's chart, another person's log-in.
    """
    from django.db import connections
    from django.db.backends.postgresql.base import DatabaseWrapper

    for connection in connections.all(initialized_only=True):
        connection.close()
        if isinstance(connection, DatabaseWrapper):
            connection.close_pool()
