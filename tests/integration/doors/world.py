"""One project with one of everything in it, and eight people before its doors. Made of plain rows: nothing is hashed, nobody signs in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, text

from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.polygon import from_rings
from cellhub_app.core.ids import new_id, now
from cellhub_app.core.queue import JobKind, JobStatus
from cellhub_app.core.runtime import Runtime
from cellhub_app.core.security import PERSONAL, hash_token, make_access_token, make_visit_token
from cellhub_app.domain.annotations import outlines
from cellhub_app.domain.flows.preview import exact
from cellhub_app.domain.segmentation import service as catalogue
from cellhub_app.domain.shares.service import cookie_name
from cellhub_app.models import export, image, trial
from cellhub_app.models.annotation import Object, Revision, Segmentation
from cellhub_app.models.annotation_import import AnnotationImport
from cellhub_app.models.base import Table
from cellhub_app.models.export import Export
from cellhub_app.models.image import Image
from cellhub_app.models.invitation import Invitation
from cellhub_app.models.job import Batch, Job
from cellhub_app.models.project import Membership, Project, ProjectRole
from cellhub_app.models.pyramid import Pyramid
from cellhub_app.models.session import Scope, Session, SessionKind
from cellhub_app.models.share import ShareLink
from cellhub_app.models.tables import metadata
from cellhub_app.models.team import ShareRole, Team, TeamMember, TeamRole, TeamShare
from cellhub_app.models.trial import FaceOff, Trial
from cellhub_app.models.upload import ResumableUpload, UploadFile, UploadSession
from cellhub_app.models.user import Role, User, UserStatus

# Words that nobody may read who may not know of the project.
SECRETS = ("Unheard-of project", "unheard-of.png", "Unheard-of team")


class Caller(StrEnum):
    """Who stands before a door."""

    NOBODY = "nobody"
    SUSPENDED = "suspended"
    STRANGER = "stranger"
    GUEST = "guest"
    VIEWER = "viewer"
    ADMIN = "admin"
    OWNER = "owner"
    VISITOR = "visitor"


# Who may not even know of the project.
OUTSIDE = {Caller.NOBODY, Caller.SUSPENDED, Caller.STRANGER}

# Guest and suspended are editors by membership: what they are on the whole server must weigh more.
_PEOPLE = {
    Caller.SUSPENDED: (Role.USER, UserStatus.SUSPENDED, ProjectRole.EDITOR),
    Caller.STRANGER: (Role.USER, UserStatus.ACTIVE, None),
    Caller.GUEST: (Role.GUEST, UserStatus.ACTIVE, ProjectRole.EDITOR),
    Caller.VIEWER: (Role.USER, UserStatus.ACTIVE, ProjectRole.VIEWER),
    Caller.ADMIN: (Role.ADMIN, UserStatus.ACTIVE, None),
    Caller.OWNER: (Role.USER, UserStatus.ACTIVE, ProjectRole.OWNER),
}


@dataclass(frozen=True)
class World:
    """The ids of what there is, by the names that routes and handlers use; each caller's tokens; personal ones of owner and admin.

    `visit` is the cookie of whoever opened the share link.
    """

    ids: dict[str, str]
    bearers: dict[Caller, str]
    cookies: dict[Caller, str]
    tokens: dict[str, str]
    visit: str

    def cookie_of(self, caller: Caller) -> str:
        """The cookie of whoever opened a share link; it goes with all that they ask, though a browser would send it to few places."""
        return self.visit if caller is Caller.VISITOR else ""


async def build(runtime: Runtime) -> World:
    """A fresh project with everything in it, and fresh people."""
    secret = runtime.settings.secret_key.get_secret_value()
    ids, bearers, cookies = {name: new_id() for name in _NAMES}, dict.fromkeys(_WITHOUT_ACCOUNT, ""), dict.fromkeys(_WITHOUT_ACCOUNT, "")
    tokens = {whose: f"{PERSONAL}{uuid4().hex}" for whose in ("reader", "writer")}
    people: dict[Caller, UUID] = {}
    found: list[Table] = []
    for caller, (role, status, _) in _PEOPLE.items():
        person = User(email=f"{caller}-{uuid4().hex[:8]}@example.org", name=caller.title(), password_hash=_HASH, role=role, status=status)
        people[caller], cookies[caller] = person.id, uuid4().hex
        browser = _signed_in(person.id, SessionKind.BROWSER, hash_token(cookies[caller]))
        program = _signed_in(person.id, SessionKind.API, None)
        found += [person, browser, program]
        bearers[caller], _ = make_access_token(secret, program.id, person.id)
        if caller is Caller.OWNER:
            found.append(reader := _personal(person.id, tokens["reader"], Scope.READ))
            ids["sign_in_id"], ids["token_id"] = browser.id, reader.id
        if caller is Caller.ADMIN:
            found.append(_personal(person.id, tokens["writer"], Scope.READ, Scope.WRITE))
    await _write(runtime, [*found, *_project(ids, people), *_teams(ids, people), *_trials(ids, people[Caller.OWNER])])
    for part in ("original", "display.webp", "thumbnail.webp", "overlay-1.webp", "tiles/0-0/0/0-0-0"):
        await runtime.storage.put(image.storage_key(ids["image_id"], part), b"x")
    await runtime.storage.put(image.storage_key(ids["image_id"], "tiles/0-0/pyramid.json"), _PYRAMID)
    await runtime.storage.put(export.storage_key(ids["export_id"]), b"x")
    await runtime.storage.put(trial.disagreement_key(ids["face_off_id"], ids["image_id"]), b"x")
    for name in ("trial_id", "preview_id"):
        await runtime.storage.put(trial.outlines_key(ids[name]), outlines.packed(1, []))
    runtime.settings.partial_folder.mkdir(parents=True, exist_ok=True)
    (runtime.settings.partial_folder / ids["upload_id"].hex).touch()
    visit = f"{cookie_name(ids['link_id'])}={make_visit_token(secret, ids['link_id'], now() + timedelta(days=1))}"
    return World(
        {name: str(value) for name, value in ids.items()} | {"revision": "1", "level": "0", "x": "0", "y": "0", "part": "display"},
        bearers,
        cookies,
        tokens,
        visit,
    )


_PYRAMID = b"""{"version": 1, "tile": 512, "dtype": "uint8", "fileDtype": "uint8", "isRgb": false, "channels": [],
    "levels": [{"width": 1, "height": 1, "columns": 1, "rows": 1}]}"""
# Of a password that nobody here gives, at the least cost.
_HASH = "$2b$04$abcdefghijklmnopqrstuuqPbFl1ztHbmqOPTgZxG5LmnGvlYsRAy"
_WITHOUT_ACCOUNT = (Caller.NOBODY, Caller.VISITOR)
_NAMES = ("project_id", "image_id", "batch_id", "job_id", "export_id", "session_id", "upload_id", "invitation_id", "user_id", "object_id",
          "face_off_id", "trial_id", "preview_id", "team_id", "other_team_id", "team_invitation_id", "link_id", "import_id",
          "tab_id", "change_id")  # fmt: skip


def _signed_in(user_id: UUID, kind: SessionKind, token_hash: str | None) -> Session:
    return Session(user_id=user_id, kind=kind, token_hash=token_hash, expires_at=now() + timedelta(days=1))


def _personal(user_id: UUID, secret: str, *scopes: Scope) -> Session:
    row = _signed_in(user_id, SessionKind.TOKEN, hash_token(secret))
    row.scopes = list(scopes)
    return row


async def _write(runtime: Runtime, found: Sequence[Table]) -> None:
    """Write rows in one go, those first that others refer to: with an ORM's care for each, worlds took two fifths of the doors' time."""
    async with runtime.work() as session:
        for table in metadata.sorted_tables:
            if of_table := [row.model_dump() for row in found if row.__table__ is table]:  # type: ignore[attr-defined]
                await session.execute(insert(table), of_table)


def _project(ids: dict[str, UUID], people: dict[Caller, UUID]) -> Iterator[Table]:
    owner, project_id, image_id = people[Caller.OWNER], ids["project_id"], ids["image_id"]
    ids["user_id"] = people[Caller.VIEWER]
    yield Project(id=project_id, name=SECRETS[0], created_by=owner)
    yield from (Membership(project_id=project_id, user_id=people[who], role=role) for who, (_, _, role) in _PEOPLE.items() if role)
    seen = {"name": SECRETS[1], "sha256": "0" * 64, "status": "ready", "width": 100, "height": 80, "channels": 1, "bit_depth": 8}
    seen |= {"frames": 1, "timepoints": 1, "bytes": 8000, "revision": 1, "outlines_revision": 1, "object_count": 0}
    yield Image(id=image_id, project_id=project_id, segmentation_status="queued", segmentation_job_id=ids["job_id"], **seen)
    yield Pyramid(image_id=image_id, frame=0, timepoint=0)
    yield Batch(id=ids["batch_id"], project_id=project_id, user_id=owner, model="classical")
    job = {"id": ids["job_id"], "kind": JobKind.SEGMENT, "batch_id": ids["batch_id"], "image_id": image_id, "model": "classical"}
    yield Job(user_id=owner, project_id=project_id, **job)
    segmentation = Segmentation(image_id=image_id, head=1)
    yield segmentation
    yield Revision(segmentation_id=segmentation.id, number=1, kind="model", model="classical")
    shape = from_rings([[[1, 1], [5, 1], [5, 5], [1, 5]]])
    outline = {"geometry": codec.encode(shape), "area_px": shape.area, "bbox": list(shape.bounds), "parents": [], "measures": []}
    yield Object(segmentation_id=segmentation.id, id=ids["object_id"], added_revision=1, **outline)
    done = {"status": JobStatus.SUCCEEDED, "bytes": 1, "formats": ["coco"], "expires_at": now() + timedelta(days=1)}
    yield Export(id=ids["export_id"], project_id=project_id, user_id=owner, **done)
    brought = {"job_id": ids["job_id"], "format": "coco", "mode": "add", "files": [{"name": "b.json", "bytes": 1}]}
    yield AnnotationImport(id=ids["import_id"], project_id=project_id, user_id=owner, **brought)
    yield UploadSession(id=ids["session_id"], project_id=project_id, user_id=owner, needed=1, bytes_total=1)
    yield UploadFile(session_id=ids["session_id"], index=0, name="b.png", path="b.png", size=1, state="needed")
    yield ResumableUpload(id=ids["upload_id"], project_id=project_id, user_id=owner, name="c.png", length=9)
    link = {"token_hash": uuid4().hex, "expires_at": now() + timedelta(days=1), "open_count": 1}
    yield ShareLink(id=ids["link_id"], project_id=project_id, created_by=owner, **link)
    asked = {"email": "asked@example.org", "role": "viewer", "token_hash": uuid4().hex, "expires_at": now() + timedelta(days=1)}
    yield Invitation(id=ids["invitation_id"], project_id=project_id, invited_by=owner, **asked)


def _teams(ids: dict[str, UUID], people: dict[Caller, UUID]) -> Iterator[Table]:
    """A team that the project is shared with, whose guest manages it by the row, and another that it is not shared with."""
    for name in ("team_id", "other_team_id"):
        yield Team(id=ids[name], name=SECRETS[2])
        managers = {caller: people[caller] for caller in (Caller.OWNER, Caller.GUEST, Caller.SUSPENDED)}
        yield from (TeamMember(team_id=ids[name], user_id=person, role=TeamRole.MANAGER) for person in managers.values())
        yield TeamMember(team_id=ids[name], user_id=people[Caller.VIEWER], role=TeamRole.MEMBER)
    yield TeamShare(project_id=ids["project_id"], team_id=ids["team_id"], role=ShareRole.VIEWER)
    asked = {"email": "asked@example.org", "role": "member", "token_hash": uuid4().hex, "expires_at": now() + timedelta(days=1)}
    yield Invitation(id=ids["team_invitation_id"], team_id=ids["team_id"], invited_by=people[Caller.OWNER], **asked)


def _trials(ids: dict[str, UUID], owner: UUID) -> Iterator[Table]:
    """A face-off that is over, and a preview that was answered."""
    card, image_id, project_id = catalogue.model("classical"), ids["image_id"], ids["project_id"]
    yield FaceOff(id=ids["face_off_id"], project_id=project_id, user_id=owner, models=["classical"], image_ids=[image_id])
    found = {"project_id": project_id, "image_id": image_id, "job_id": ids["job_id"], "user_id": owner, "status": JobStatus.SUCCEEDED}
    found |= {"model": card.name, "weights_sha256": card.weights_sha256, "parameters": exact(card, None)}
    yield Trial(id=ids["trial_id"], face_off_id=ids["face_off_id"], **found)
    yield Trial(id=ids["preview_id"], **found)


_EACH = "select '{0}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) from \"{0}\" t"
# The audit log grows also when somebody is refused; that is its purpose.
_WRITTEN = text("select pg_current_wal_insert_lsn()")
_ALL = text(" union all ".join(_EACH.format(table.name) for table in metadata.sorted_tables if table.name != "audit") + " order by 1")


@dataclass
class Seen:
    """What every table held when it was last looked at, so that any change of any row is noticed."""

    runtime: Runtime
    rows: Sequence[Any] = ()
    written: str = ""

    async def has_changed(self) -> bool:
        """Whether anything is different from the last look. Reading all rows is slow: without a new byte in the log, none was written."""
        async with self.runtime.work() as session:
            written = str((await session.execute(_WRITTEN)).scalar_one())
            if written == self.written:
                return False
            rows = (await session.execute(_ALL)).all()
        before, self.rows, self.written = self.rows, rows, written
        return rows != before
