"""Three roles: the owner migrates, the application reads and adds, the auditor only reads.

``ataraxy_app`` owns nothing and can neither UPDATE, DELETE nor TRUNCATE the record. Every runtime process checks at
start that it is not a superuser and not the owner.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from ataraxy.clinic.database.embedded import DatabaseTrouble, Embedded, write_secret

OWNER = "ataraxy_owner"
APP = "ataraxy_app"
AUDITOR = "ataraxy_auditor"
DATABASE = "ataraxy"


@dataclass(frozen=True, slots=True)
class Urls:
    """Where each role connects."""

    app: str
    owner: str
    auditor: str


def provision(server: Embedded, database: str = DATABASE) -> Urls:
    """Make the roles and the database if they are missing; the passwords are kept in ``home/secrets``."""
    passwords = {role: _password(server.home, role) for role in (OWNER, APP, AUDITOR)}
    with psycopg.connect(server.superuser_dsn(), autocommit=True) as connection:
        for role, password in passwords.items():
            _make_role(connection, role, password)
        make_database(connection, database)
    with psycopg.connect(server.superuser_dsn(database), autocommit=True) as connection:
        _grant(connection)
    return Urls(
        app=server.dsn(APP, passwords[APP], database),
        owner=server.dsn(OWNER, passwords[OWNER], database),
        auditor=server.dsn(AUDITOR, passwords[AUDITOR], database),
    )


def _password(home: Path, role: str) -> str:
    path = home / "secrets" / role
    if not path.exists():
        write_secret(path, secrets.token_urlsafe(24))
    return path.read_text().strip()


def _make_role(connection: psycopg.Connection, role: str, password: str) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = "ALTER" if known else "CREATE"
    connection.execute(
        sql.SQL(verb + " ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}").format(
            sql.Identifier(role), sql.Literal(password)
        )
    )


def make_database(connection: psycopg.Connection, database: str, template: str = "template1") -> None:
    """Create a database that belongs to the owner; a no-op when it is there."""
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
        return
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
            sql.Identifier(database), sql.Identifier(OWNER), sql.Identifier(template)
        )
    )


def _grant(connection: psycopg.Connection) -> None:
    names = {"owner": sql.Identifier(OWNER), "app": sql.Identifier(APP), "auditor": sql.Identifier(AUDITOR)}
    for statement in (
        "ALTER SCHEMA public OWNER TO {owner}",
        "GRANT USAGE ON SCHEMA public TO {app}, {auditor}",
        (
            "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
            " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}"
        ),
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT ON TABLES TO {auditor}",
    ):
        connection.execute(sql.SQL(statement).format(**names))


def refuse_power(url: str) -> None:
    """Raise DatabaseTrouble when ``url`` connects as a superuser or as an owner of our tables.

    A runtime process that could disable the record's triggers would make the record worth nothing.
    """
    with psycopg.connect(url, connect_timeout=5) as connection:
        row = connection.execute(
            "SELECT current_user, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),"
            " EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user)"
        ).fetchone()
    if row is None:  # pragma: no cover - a SELECT without FROM always gives a row
        raise DatabaseTrouble("The database gave no answer.", "Try again.")
    user, is_superuser, owns_tables = row
    if is_superuser or owns_tables:
        power = "a superuser" if is_superuser else "the owner of the tables"
        raise DatabaseTrouble(
            f"The application would run as {user}, {power}: it could switch off the guards of the record.",
            f"Let DATABASE_URL name the role {APP}; keep the owner for `ataraxy migrate`.",
        )
