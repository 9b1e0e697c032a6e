"""Every address of the web door, in one place."""

from typing import Any
from uuid import UUID

HOME = "/"
SIGN_IN = "/sign-in"
SIGN_IN_CODE = "/sign-in/code"
REGISTER = "/register"
FORGOT_PASSWORD = "/forgot-password"  # noqa: S105
RESET_PASSWORD = "/reset-password"  # noqa: S105
VERIFY_EMAIL = "/verify-email"
INVITATION = "/invitation"
SHARE = "/s"
SHARED = "/s/[share]"
SHARED_IMAGE = "/s/[share]/images/[image]"
ACCOUNT = "/account"
ADMIN = "/admin"
ACTIVITY = "/admin/activity"
QUEUE = "/queue"
RUNS = "/jobs"
RUN = "/jobs/[run]"
TEAMS = "/teams"
TEAM = "/teams/[team]"
PROJECT = "/projects/[project]"
PROJECT_RESULTS = "/projects/[project]/results"
PROJECT_EXPORTS = "/projects/[project]/exports"
PROJECT_MEMBERS = "/projects/[project]/members"
PROJECT_SETTINGS = "/projects/[project]/settings"
PROJECT_TABS = (PROJECT, PROJECT_RESULTS, PROJECT_EXPORTS, PROJECT_MEMBERS, PROJECT_SETTINGS)
IMAGE = "/projects/[project]/images/[image]"
TUNING = "/projects/[project]/images/[image]/try"
FACE_OFF = "/projects/[project]/face-off/[face_off]"
ASKS_FOR_EXPORT = ("image", "holding")

API = "/api/v1"
SIGN_IN_ACTION = f"{API}/auth/session"
SIGN_IN_CODE_ACTION = f"{API}/auth/session/code"
SIGN_OUT_ACTION = f"{API}/auth/session/end"
REGISTER_ACTION = f"{API}/auth/register"
FORGOT_PASSWORD_ACTION = f"{API}/auth/request-password-reset"
RESET_PASSWORD_ACTION = f"{API}/auth/reset-password"
VERIFY_EMAIL_ACTION = f"{API}/auth/verify-email"
INVITATION_ACTION = f"{API}/invitations/accept"
SHARE_ACTION = f"{API}/shared"
OWN_DATA = f"{API}/auth/me/data"


def project(project_id: UUID | str | Any, tab: str = "") -> Any:
    """A project's page; works with ids and with Vars."""
    return f"/projects/{project_id}/{tab}" if tab else f"/projects/{project_id}"


def team(team_id: UUID | str | Any) -> Any:
    """A team's page."""
    return f"/teams/{team_id}"


def image(project_id: UUID | str | Any, image_id: UUID | str | Any) -> Any:
    """An image's page."""
    return f"/projects/{project_id}/images/{image_id}"


def run(batch_or_job_id: UUID | str | Any) -> Any:
    """The page of a batch, also by the job of one of its images."""
    return f"{RUNS}/{batch_or_job_id}"


def shared(link_id: UUID | str | Any, image_id: UUID | str | Any = "") -> Any:
    """A project's page for visitors with a share link, or the page of one of its images."""
    return f"/s/{link_id}/images/{image_id}" if image_id else f"/s/{link_id}"


def shared_api(link_id: UUID | str | Any) -> Any:
    """Below which address visitors ask what members ask below API."""
    return f"{API}/shared/{link_id}"


def tuning(project_id: UUID | str | Any, image_id: UUID | str | Any) -> Any:
    """The page that tries settings on an image."""
    return f"/projects/{project_id}/images/{image_id}/try"


def face_off(project_id: UUID | str | Any, face_off_id: UUID | str | Any) -> Any:
    """The page that compares models."""
    return f"/projects/{project_id}/face-off/{face_off_id}"


def imports(project_id: UUID | str | Any) -> Any:
    """Where files with annotations are sent."""
    return f"{API}/projects/{project_id}/imports"


def thumbnail(image_id: UUID | str | Any) -> Any:
    """The small picture of an image."""
    return f"{API}/images/{image_id}/thumbnail"


def face_off_picture(face_off_id: UUID | str, image_id: UUID | str, part: str) -> str:
    """The plane of a stack that a face-off compares; `part` is display or thumbnail."""
    return f"{API}/face-offs/{face_off_id}/images/{image_id}/{part}"


def overlay(image_id: UUID | str | Any, revision: int) -> Any:
    """The outlines of a revision, the size of the small picture."""
    return f"{API}/images/{image_id}/overlay?revision={revision}"


def download(export_id: UUID | str | Any) -> Any:
    """The ZIP of a finished export."""
    return f"{API}/exports/{export_id}/download"
