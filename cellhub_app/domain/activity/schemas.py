"""What doors show of the audit log."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from cellhub_app.domain.schema import Schema


class Action(StrEnum):
    """What was done; the words of the audit log."""

    REGISTER = "register"
    SIGN_IN = "signIn"
    SIGN_IN_REFUSED = "signInRefused"
    SIGN_OUT = "signOut"
    EMAIL_CONFIRM = "emailConfirm"
    EMAIL_CHANGE = "emailChange"
    PASSWORD_CHANGE = "passwordChange"  # noqa: S105
    PASSWORD_RESET = "passwordReset"  # noqa: S105
    SECOND_FACTOR_ON = "secondFactorOn"
    SECOND_FACTOR_OFF = "secondFactorOff"
    SESSION_END = "sessionEnd"
    DATA_COPY = "dataCopy"
    ACCOUNT_CLOSE = "accountClose"
    ACCOUNT_CHANGE = "accountChange"
    TOKEN_CREATE = "tokenCreate"  # noqa: S105
    TOKEN_REVOKE = "tokenRevoke"  # noqa: S105
    TOKEN_USE = "tokenUse"  # noqa: S105
    TOKEN_REFUSED = "tokenRefused"  # noqa: S105
    TOKEN_REUSED = "tokenReused"  # noqa: S105
    PROJECT_CREATE = "projectCreate"
    PROJECT_UPDATE = "projectUpdate"
    PROJECT_DELETE = "projectDelete"
    PROJECT_RESTORE = "projectRestore"
    INVITE = "invite"
    INVITE_REVOKE = "inviteRevoke"
    MEMBER_ADD = "memberAdd"
    MEMBER_CHANGE = "memberChange"
    MEMBER_REMOVE = "memberRemove"
    OWNER_CHANGE = "ownerChange"
    TEAM_CREATE = "teamCreate"
    TEAM_RENAME = "teamRename"
    TEAM_DELETE = "teamDelete"
    TEAM_SHARE = "teamShare"
    TEAM_SHARE_CHANGE = "teamShareChange"
    TEAM_SHARE_END = "teamShareEnd"
    SHARE_CREATE = "shareCreate"
    SHARE_OPEN = "shareOpen"
    SHARE_REVOKE = "shareRevoke"
    UPLOAD = "upload"
    DOWNLOAD = "download"
    IMAGE_UPDATE = "imageUpdate"
    IMAGE_DELETE = "imageDelete"
    IMAGE_RESTORE = "imageRestore"
    SEGMENT = "segment"
    FACE_OFF = "faceOff"
    FACE_OFF_DELETE = "faceOffDelete"
    BATCH_CHANGE = "batchChange"
    POLYGONS_EDIT = "polygonsEdit"
    EXPORT = "export"
    EXPORT_CANCEL = "exportCancel"
    IMPORT = "import"


class ActivityView(Schema):
    """One act of one person."""

    id: UUID
    user_id: UUID | None
    email: str | None
    action: str
    resource_type: str
    resource_id: UUID | None
    detail: dict[str, Any]
    ip: str
    user_agent: str
    created_at: datetime
