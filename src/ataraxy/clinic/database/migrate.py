"""Make a database ready: roles and grants (embedded only), then the migrations, as the owner."""

from __future__ import annotations

import os
import subprocess
import sys

from ataraxy.clinic.database.embedded import DatabaseTrouble


def migrate(owner_url: str) -> None:
    """Run every migration as the owner, in a process of its own (this one never holds that power)."""
    done = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity", "0", "--skip-checks", "--no-input"],
        env={**os.environ, "DATABASE_URL": owner_url, "DJANGO_SETTINGS_MODULE": "ataraxy.clinic.settings"},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise DatabaseTrouble(
            f"The migration failed: {done.stderr.strip()[-1500:]}",
            "Nothing was half done: mend it, run again.",
        )
