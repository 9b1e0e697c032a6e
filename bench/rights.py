"""What does it cost that people also take part through teams? The questions of every request, beside the same asked of memberships alone.

100,000 projects and memberships, 2,000 people, 1,000 teams of 20, each with 100 projects: a person has about 50 projects of their own and
1,000 through ten teams; one heavy user has 2,000 more. Times are PostgreSQL's own, planning left out (statements are prepared).
Runs on the database of CELLHUB_DATABASE_URL and removes what it made.

Usage: python -m bench.rights [--rounds 30] [--plans]
"""

import argparse
import asyncio
import statistics
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Select, bindparam, func, literal, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import Uuid
from sqlmodel import col

from bench.server import machine
from cellhub_app.core.ids import new_id
from cellhub_app.core.runtime import close_runtime, open_runtime
from cellhub_app.core.settings import get_settings
from cellhub_app.domain.access import _MAY_VIEW, _ROLE, Principal, readable_projects
from cellhub_app.domain.projects.repository import readable_page
from cellhub_app.models.project import Membership, Project
from cellhub_app.models.user import Role

PEOPLE, PROJECTS, TEAMS, TEAM_SIZE, TEAM_PROJECTS, MORE = 2000, 100_000, 1000, 20, 100, 2000
FILL = f"""
    create temp table p as select gen_random_uuid() as id, n from generate_series(1, {PEOPLE}) n;
    insert into app_user (id, email, name, password_hash, role, status, created_at)
        select id, 'rights-' || n || '@example.org', 'Rights ' || n, '-', 'user', 'active', now() from p;
    create temp table j as select gen_random_uuid() as id, n from generate_series(1, {PROJECTS}) n;
    insert into project (id, name, description, sample_kind, status, created_at, updated_at)
        select id, 'Rights ' || n, '', 'nuclei', 'active', now() - n * interval '1 s', now() from j;
    insert into membership (project_id, user_id, role, created_at)
        select j.id, p.id, 'owner', now() from j join p on p.n = 1 + j.n % {PEOPLE};
    insert into membership (project_id, user_id, role, created_at)
        select j.id, p.id, 'viewer', now() from j join p on p.n = 1 where j.n % {PROJECTS // MORE} = 7 on conflict do nothing;
    create temp table t as select gen_random_uuid() as id, n from generate_series(1, {TEAMS}) n;
    insert into team (id, name, created_at) select id, 'Rights ' || n, now() from t;
    insert into team_member (team_id, user_id, role, created_at)
        select t.id, p.id, 'member', now() from t cross join generate_series(0, {TEAM_SIZE - 1}) k
        join p on p.n = 1 + (t.n * 7 + k * 101) % {PEOPLE} on conflict do nothing;
    insert into team_share (project_id, team_id, role, created_at)
        select j.id, t.id, 'editor', now() from t cross join generate_series(0, {TEAM_PROJECTS - 1}) k
        join j on j.n = 1 + (t.n * 37 + k * 991) % {PROJECTS} on conflict do nothing;
    analyze app_user; analyze project; analyze membership; analyze team; analyze team_member; analyze team_share;
"""
CLEAR = (
    "delete from team where name like 'Rights %'",
    "delete from membership where user_id in (select id from app_user where email like 'rights-%')",
    "delete from project where name like 'Rights %'",
    "delete from app_user where email like 'rights-%'",
)
ME, HERE = bindparam("user_id", type_=Uuid), bindparam("project_id", type_=Uuid)
MINE = col(Membership.user_id) == ME


def before() -> dict[str, Select[Any]]:
    """The questions as they were when nobody knew of teams."""
    same = col(Membership.project_id) == col(Project.id)
    there = col(Project.deleted_at).is_(None)
    readable = select(col(Project.id)).where(there).join(Membership, same).where(MINE)
    one = select(literal(value=True), col(Membership.role)).select_from(Project).outerjoin(Membership, same & MINE).where(there)
    page = select(Project, col(Membership.role)).join(Membership, same & MINE).where(there)
    newest = page.order_by(col(Project.created_at).desc(), col(Project.id).desc()).limit(61)
    one = one.where(col(Project.id) == HERE)
    sight = select(readable.where(col(Project.id) == HERE).exists())
    among = select(func.count()).select_from(Project).where(col(Project.id) == HERE, col(Project.id).in_(readable))
    counted = select(func.count()).select_from(readable.subquery())
    return {"role in one project": one, "may view one project": sight, "thing in a readable project": among,
            "all readable projects": counted, "page of the dashboard": newest}  # fmt: skip


def now(user: Principal) -> dict[str, Select[Any]]:
    """The questions as they are asked."""
    among = select(func.count()).select_from(Project).where(col(Project.id) == HERE, col(Project.id).in_(readable_projects(user)))
    counted = select(func.count()).select_from(readable_projects(user).subquery())
    newest = readable_page(user).order_by(col(Project.created_at).desc(), col(Project.id).desc()).limit(61)
    return {"role in one project": _ROLE, "may view one project": select(_MAY_VIEW[False]), "thing in a readable project": among,
            "all readable projects": counted, "page of the dashboard": newest}  # fmt: skip


def spelled(query: Select[Any], values: dict[str, UUID]) -> str:
    """The statement with its values in it: what PostgreSQL plans for."""
    bound = {name: value for name, value in values.items() if name in query.compile().params}
    return str(query.params(**bound).compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))


def took_ms(database: psycopg.Connection[Any], statement: str, rounds: int) -> tuple[float, str]:
    """The median of the execution times, and the last plan."""
    times, plan = [], ""
    for _ in range(rounds):
        lines = [row[0] for row in database.execute("explain (analyze, timing off, buffers off) " + statement.replace("%", "%%"))]
        times.append(float(lines[-1].removeprefix("Execution Time: ").removesuffix(" ms")))
        plan = "\n".join(lines)
    return statistics.median(times), plan


def measure(rounds: int, *, plans: bool) -> None:
    """Fill, ask as a usual person and as the heavy one, print."""
    with psycopg.connect(get_settings().database_owner_url or get_settings().database_url, autocommit=True) as database:
        try:
            database.execute(FILL)  # type: ignore[arg-type]
            for number, words in ((77, "a usual person"), (1, "the heavy one")):
                ask(database, number, words, rounds, plans=plans)
        finally:
            for statement in CLEAR:
                database.execute(statement)  # type: ignore[arg-type]


def ask(database: psycopg.Connection[Any], number: int, words: str, rounds: int, *, plans: bool) -> None:
    """Every question of one person about a project that a team opens to them."""
    [user_id] = database.execute("select id from p where n = %s", [number]).fetchone() or [None]
    shared = "select project_id from team_share s join team_member m using (team_id) where m.user_id = %s limit 1"
    [project_id] = database.execute(shared, [user_id]).fetchone() or [None]
    them = Principal(user_id, new_id(), Role.USER, "", "")
    old, new = before(), now(them)
    for name in old:
        values = {"user_id": user_id, "project_id": project_id}
        was, _ = took_ms(database, spelled(old[name], values), rounds)
        takes, plan = took_ms(database, spelled(new[name], values), rounds)
        print(f"{words:15} {name:30} members alone {was:7.3f} ms, with teams {takes:7.3f} ms", flush=True)
        if plans:
            print(plan)


async def main() -> None:
    """Measure, print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=30)
    options.add_argument("--plans", action="store_true")
    given = options.parse_args()
    print(f"machine: {machine()}; {PROJECTS:,} projects, {PEOPLE:,} people, {TEAMS:,} teams")
    await open_runtime()
    try:
        await asyncio.to_thread(measure, given.rounds, plans=given.plans)
    finally:
        await close_runtime()


if __name__ == "__main__":
    asyncio.run(main())
