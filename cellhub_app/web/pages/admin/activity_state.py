"""The audit log: who did what."""

from dataclasses import dataclass
from typing import Literal

from cellhub_app.core.pagination import PageRequest
from cellhub_app.domain.accounts.sessions import device
from cellhub_app.domain.activity import service as activity
from cellhub_app.domain.activity.schemas import Action, ActivityView
from cellhub_app.web import routes
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import t
from cellhub_app.web.session import SessionState

PAGE = 100
WORDS = {
    Action.REGISTER: t("asked for an account"), Action.SIGN_IN: t("signed in"), Action.SIGN_IN_REFUSED: t("was not let in"),
    Action.SIGN_OUT: t("signed out"), Action.TOKEN_REUSED: t("used a spent refresh token"), Action.EMAIL_CONFIRM: t("confirmed an address"),
    Action.EMAIL_CHANGE: t("asked for another address"), Action.PASSWORD_CHANGE: t("changed the password"),
    Action.PASSWORD_RESET: t("set a new password by link"), Action.SESSION_END: t("ended sessions"),
    Action.SECOND_FACTOR_ON: t("turned the second factor on"), Action.SECOND_FACTOR_OFF: t("turned the second factor off"),
    Action.DATA_COPY: t("copied their data"),
    Action.ACCOUNT_CLOSE: t("deleted the account"), Action.ACCOUNT_CHANGE: t("changed an account"), Action.TOKEN_CREATE: t("made a token"),
    Action.TOKEN_REVOKE: t("ended a token"), Action.TOKEN_USE: t("used a token (noted once an hour)"),
    Action.TOKEN_REFUSED: t("was refused with a token (noted once an hour)"),
    Action.INVITE: t("invited somebody"), Action.INVITE_REVOKE: t("took an invitation back"),
    Action.MEMBER_ADD: t("joined"), Action.MEMBER_CHANGE: t("changed a role"), Action.MEMBER_REMOVE: t("removed a member"),
    Action.OWNER_CHANGE: t("gave a project away"), Action.TEAM_CREATE: t("made a team"), Action.TEAM_RENAME: t("renamed a team"),
    Action.TEAM_DELETE: t("deleted a team"), Action.TEAM_SHARE: t("shared a project with a team"),
    Action.TEAM_SHARE_CHANGE: t("changed a team's role"), Action.TEAM_SHARE_END: t("stopped sharing with a team"),
    Action.SHARE_CREATE: t("made a share link"), Action.SHARE_OPEN: t("opened a share link first"),
    Action.SHARE_REVOKE: t("revoked a share link"),
    Action.PROJECT_CREATE: t("made a project"), Action.PROJECT_UPDATE: t("changed a project"),
    Action.PROJECT_DELETE: t("deleted a project"), Action.PROJECT_RESTORE: t("restored a project"),
    Action.UPLOAD: t("uploaded"), Action.DOWNLOAD: t("downloaded"), Action.IMAGE_UPDATE: t("changed an image"),
    Action.IMAGE_DELETE: t("deleted images"), Action.IMAGE_RESTORE: t("restored images"), Action.SEGMENT: t("segmented"),
    Action.FACE_OFF: t("compared models"), Action.FACE_OFF_DELETE: t("deleted a comparison of models"),
    Action.EXPORT_CANCEL: t("stopped an export"), Action.BATCH_CHANGE: t("steered a batch"),
    Action.POLYGONS_EDIT: t("edited outlines"), Action.EXPORT: t("exported"), Action.IMPORT: t("imported"),
}  # fmt: skip


@dataclass
class ActRow:
    """One act."""

    id: str
    at: str
    who: str
    what: str
    about: str
    whence: str


class ActivityState(SessionState):
    """The page of the audit log."""

    acts: list[ActRow] = []
    action: str = ""
    email: str = ""
    has_more: bool = False
    is_loaded: bool = False
    _cursor: str | None = None

    @guarded
    async def load(self, call: Call) -> None:
        """Show what was done last."""
        if not self._is_at(routes.ACTIVITY):
            return
        await self._enter(call)
        await self._read(call)
        self.is_loaded = True

    async def _read(self, call: Call) -> None:
        self.acts = []
        await self._append(call, None)

    async def _append(self, call: Call, cursor: str | None) -> None:
        action = Action(self.action) if self.action else None
        found = await activity.page(call.session, call.principal, PageRequest.of(PAGE, cursor), action=action, email=self.email)
        self.acts = [*self.acts, *map(_row, found.data)]
        self._cursor, self.has_more = found.next_cursor, found.has_more

    @guarded
    async def narrow(self, call: Call, action: Action | Literal[""] = "") -> None:
        """Show one kind of act only, or all."""
        self.action = action
        await self._read(call)

    @guarded
    async def search(self, call: Call, query: str) -> None:
        """Show what people did whose address holds this."""
        self.email = query[:254]
        await self._read(call)

    @guarded
    async def show_more(self, call: Call) -> None:
        """Show what was before."""
        await self._append(call, self._cursor)


def _row(view: ActivityView) -> ActRow:
    known = {action.value: words for action, words in WORDS.items()}
    plain = {name: " ".join(map(str, value)) if isinstance(value, list) else value for name, value in view.detail.items()}
    about = ", ".join(f"{name}: {value}" for name, value in sorted(plain.items()) if value not in ("", None))
    whence = " · ".join(word for word in (view.ip, device(view.user_agent) if view.user_agent else "") if word)
    who = view.email or (t("a deleted account") if view.user_id else t("somebody"))
    return ActRow(str(view.id), view.created_at.isoformat(), who, known.get(view.action, view.action), about[:300], whence)
