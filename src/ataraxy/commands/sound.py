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
    from django.db import connections

    django.setup()
    found = [*run_checks(tags=["catalog"]), *run_checks(tags=["database"], databases=["default"])]
    connections.close_all()
    serious = [problem for problem in found if problem.is_serious()]
    if serious:
        more = f" ({len(serious)} such problems; `ataraxy doctor` lists them)" if len(serious) > 1 else ""
        raise CatalogError(
            f"{serious[0].msg}{more}", str(serious[0].hint or "Run `ataraxy check` on the file.")
        )
