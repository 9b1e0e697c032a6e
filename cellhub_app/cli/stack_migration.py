"""Migrating at start: alembic runs only when the database is not at the newest revision, because loading it takes longer than asking."""

import re
from pathlib import Path

import psycopg

from cellhub_app.cli.stack_process import Program, Supervisor

MIGRATE_WITHIN_S = 600.0
REVISION = re.compile(r"^(?P<name>revision|down_revision)\b[^=]*= *(?P<value>.+)$", re.MULTILINE)
QUOTED = re.compile(r"[\"']([^\"']+)[\"']")


async def migrate_if_needed(program: Program, versions: Path, supervisor: Supervisor) -> bool:
    """Bring the database of the program's environment to the newest revision; False when it was there. Raises StackError."""
    environment = program.environment
    url = environment.get("CELLHUB_DATABASE_OWNER_URL") or environment["CELLHUB_DATABASE_URL"]
    if await present_revisions(url) == newest_revisions(versions):
        return False
    await supervisor.run_once(program, timeout_s=MIGRATE_WITHIN_S)
    return True


async def present_revisions(url: str) -> set[str]:
    """What the database says it is at; nothing when it was never migrated or cannot be asked (alembic will tell why)."""
    try:
        async with await psycopg.AsyncConnection.connect(url.replace("+psycopg", "", 1), connect_timeout=10) as connection:
            rows = await (await connection.execute("select version_num from alembic_version")).fetchall()
    except psycopg.Error:
        return set()
    return {row[0] for row in rows}


def newest_revisions(versions: Path) -> set[str]:
    """The revisions of the folder that no other revision follows."""
    known: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for path in versions.glob("*.py"):
        for line in REVISION.finditer(path.read_text()):
            known[line["name"]].update(QUOTED.findall(line["value"]))
    return known["revision"] - known["down_revision"]
