"""Which page stands at which address."""

import reflex as rx

from cellhub_app.web import routes
from cellhub_app.web.components.entrance import EntranceState
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.account.factor_state import FactorState
from cellhub_app.web.pages.account.page import account
from cellhub_app.web.pages.account.state import AccountState
from cellhub_app.web.pages.account.tokens_state import TokensState
from cellhub_app.web.pages.admin.activity import activity
from cellhub_app.web.pages.admin.activity_state import ActivityState
from cellhub_app.web.pages.admin.page import admin
from cellhub_app.web.pages.admin.state import AdminState
from cellhub_app.web.pages.dashboard.page import dashboard
from cellhub_app.web.pages.dashboard.state import DashboardState
from cellhub_app.web.pages.face_off.page import face_off_page
from cellhub_app.web.pages.face_off.state import FaceOffState
from cellhub_app.web.pages.forgot_password.page import forgot_password
from cellhub_app.web.pages.image.page import image_page
from cellhub_app.web.pages.image.people import PresenceState
from cellhub_app.web.pages.image.state import ImageState
from cellhub_app.web.pages.invitation.page import invitation
from cellhub_app.web.pages.not_found.page import not_found
from cellhub_app.web.pages.project.exports import exports_tab
from cellhub_app.web.pages.project.exports_state import ExportsState
from cellhub_app.web.pages.project.images import images_tab
from cellhub_app.web.pages.project.images_state import ImagesState
from cellhub_app.web.pages.project.imports_state import ImportsState
from cellhub_app.web.pages.project.members import members_tab
from cellhub_app.web.pages.project.members_state import MembersState
from cellhub_app.web.pages.project.pace import ProjectPace
from cellhub_app.web.pages.project.results import results_tab
from cellhub_app.web.pages.project.results_state import ResultsState
from cellhub_app.web.pages.project.settings import settings_tab
from cellhub_app.web.pages.project.settings_state import SettingsState
from cellhub_app.web.pages.project.share_links_state import ShareLinksState
from cellhub_app.web.pages.project.state import ProjectState
from cellhub_app.web.pages.project.teams_state import TeamSharesState
from cellhub_app.web.pages.queue.history_state import HistoryState
from cellhub_app.web.pages.queue.pace import QueuePace
from cellhub_app.web.pages.queue.page import queue
from cellhub_app.web.pages.queue.state import QueueState
from cellhub_app.web.pages.register.page import register
from cellhub_app.web.pages.reset_password.page import reset_password
from cellhub_app.web.pages.run.log_state import RunLog
from cellhub_app.web.pages.run.page import run
from cellhub_app.web.pages.run.state import RunState
from cellhub_app.web.pages.shared.gallery import shared_gallery
from cellhub_app.web.pages.shared.image import shared_image
from cellhub_app.web.pages.shared.image_state import SharedImageState
from cellhub_app.web.pages.shared.opening import opening
from cellhub_app.web.pages.shared.state import SharedState
from cellhub_app.web.pages.sign_in.code import sign_in_code
from cellhub_app.web.pages.sign_in.page import sign_in
from cellhub_app.web.pages.team.page import team
from cellhub_app.web.pages.team.state import TeamState
from cellhub_app.web.pages.teams.page import teams
from cellhub_app.web.pages.teams.state import TeamsState
from cellhub_app.web.pages.tuning.page import tuning_page
from cellhub_app.web.pages.tuning.state import TuningState
from cellhub_app.web.pages.verify_email.page import verify_email

NAME = "CellHub"


def add_pages(app: rx.App) -> None:
    """Register every page."""
    app.add_page(dashboard, route=routes.HOME, title=_title(t("Projects")), on_load=DashboardState.load)
    app.add_page(sign_in, route=routes.SIGN_IN, title=_title(t("Sign in")), on_load=EntranceState.read_address)
    for page, route, words in (
        (sign_in_code, routes.SIGN_IN_CODE, t("Sign in")),
        (register, routes.REGISTER, t("Register")),
        (forgot_password, routes.FORGOT_PASSWORD, t("Forgot the password?")),
        (reset_password, routes.RESET_PASSWORD, t("Set a new password")),
        (invitation, routes.INVITATION, t("You are invited")),
        (opening, routes.SHARE, t("A shared project")),
        (verify_email, routes.VERIFY_EMAIL, t("Confirm your e-mail address")),
    ):
        app.add_page(page, route=route, title=_title(words), on_load=EntranceState.read_address)
    loads = [AccountState.load, FactorState.load_factor, TokensState.load_tokens]
    app.add_page(account, route=routes.ACCOUNT, title=_title(t("Your account")), on_load=loads)
    app.add_page(admin, route=routes.ADMIN, title=_title(t("Admin")), on_load=AdminState.load)
    app.add_page(activity, route=routes.ACTIVITY, title=_title(t("Audit log")), on_load=ActivityState.load)
    for tab, route, *more in (
        (images_tab, routes.PROJECT, ImagesState.load_images, ProjectPace.load_pace),
        (results_tab, routes.PROJECT_RESULTS, ResultsState.load_results),
        (exports_tab, routes.PROJECT_EXPORTS, ExportsState.load_exports, ImportsState.load_imports),
        (members_tab, routes.PROJECT_MEMBERS, MembersState.load_members, TeamSharesState.load_teams, ShareLinksState.load_share_links),
        (settings_tab, routes.PROJECT_SETTINGS, SettingsState.load_settings),
    ):
        app.add_page(tab, route=route, title=_title(ProjectState.name), on_load=[ProjectState.load, *more])
    app.add_page(image_page, route=routes.IMAGE, title=_title(ImageState.name), on_load=[ImageState.load, PresenceState.load_people])
    app.add_page(tuning_page, route=routes.TUNING, title=_title(t("Try settings")), on_load=TuningState.load)
    app.add_page(face_off_page, route=routes.FACE_OFF, title=_title(t("Face-off")), on_load=FaceOffState.load)
    app.add_page(
        queue, route=routes.QUEUE, title=_title(t("Queue")), on_load=[QueueState.load, HistoryState.load_history, QueuePace.load_pace]
    )
    app.add_page(run, route=routes.RUN, title=_title(t("Run")), on_load=[RunState.load, RunLog.load_log])
    app.add_page(teams, route=routes.TEAMS, title=_title(t("Teams")), on_load=TeamsState.load)
    app.add_page(team, route=routes.TEAM, title=_title(TeamState.name), on_load=TeamState.load)
    unlisted = [{"name": "robots", "content": "noindex"}]
    for page, route, words, load in (
        (shared_gallery, routes.SHARED, SharedState.project_name, SharedState.load),
        (shared_image, routes.SHARED_IMAGE, SharedImageState.name, SharedImageState.load_image),
    ):
        app.add_page(page, route=route, title=_title(words), on_load=load, meta=unlisted)
    app.add_page(not_found, route="404", title=_title(t("No such page")))


def _title(words: str | rx.Var[str]) -> str:
    return f"{words} · {NAME}"
