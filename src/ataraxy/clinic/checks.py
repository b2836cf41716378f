"""Django system checks: a wrong catalog file, or a changed protocol of an unchanged version, refuses to start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from ataraxy.core.errors import CatalogError


@register("catalog")
def catalog_is_sound(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every file of the catalog loads and passes its own checks."""
    from ataraxy.catalog.check import check_catalog

    try:
        problems = check_catalog()
    except CatalogError as error:
        return [Error(str(error), hint=error.cure, id="catalog.E001")]
    return [Error(str(problem), hint=problem.cure, id="catalog.E002") for problem in problems]


@register(Tags.database)
def activated_protocols_are_unchanged(
    app_configs: Sequence[Any] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The same version with another hash is not the protocol the clinic activated."""
    from django.db import connection

    from ataraxy.catalog.load import protocols
    from ataraxy.clinic.plan.models import ActivatedProtocol

    if not databases or ActivatedProtocol._meta.db_table not in connection.introspection.table_names():
        return []
    shipped = {(p.id, p.version): p.sha256 for p in protocols().values()}
    return [
        Error(
            f"Protocol {row.protocol_id} {row.version} was activated with another text than the file has now.",
            hint="Restore the file, or give the changed file a new version and activate that.",
            id="catalog.E003",
        )
        for row in ActivatedProtocol.objects.all()
        if shipped.get((row.protocol_id, row.version), row.sha256) != row.sha256
    ]
