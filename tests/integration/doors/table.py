"""Who may pass which door: every route of the API and every event handler stands here, and one that does not fails the build.

A refusal is exact: 401 for who is not signed in, 403 for members whose role is too small, 404 for whoever may not know of the thing.
"""

from dataclasses import dataclass

from tests.integration.doors.world import Caller


@dataclass(frozen=True)
class Door:
    """What each caller is refused with; who is not named passes. `arguments` of a handler, where its parameters' names do not tell.

    A `costly` door is passed by one caller only.
    """

    refused: dict[Caller, int]
    arguments: tuple[object, ...] | None = None
    is_costly: bool = False

    @property
    def passing(self) -> list[Caller]:
        """Who passes; the owner only where an admin does not, and one of them where it takes long."""
        callers = [caller for caller in Caller if caller not in self.refused]
        if Caller.ADMIN in callers and Caller.OWNER in callers:
            callers.remove(Caller.OWNER)
        return callers[-1:] if self.is_costly else callers

    def given(self, *arguments: object) -> "Door":
        """The same door for a handler that is called with these."""
        return Door(self.refused, arguments, self.is_costly)


_NOT_SIGNED_IN = dict.fromkeys((Caller.NOBODY, Caller.SUSPENDED, Caller.VISITOR), 401)


def _only(*passing: Caller, members: int = 403, strangers: int = 404) -> Door:
    others = {Caller.STRANGER: strangers} | dict.fromkeys((Caller.GUEST, Caller.VIEWER, Caller.ADMIN, Caller.OWNER), members)
    return Door(_NOT_SIGNED_IN | {caller: status for caller, status in others.items() if caller not in passing})


ANYBODY = Door({})
PAGES_OF_OURS = Door(dict.fromkeys(Caller, 403))
SELF = Door(_NOT_SIGNED_IN)
NOT_GUESTS = Door(_NOT_SIGNED_IN | {Caller.GUEST: 403})
VIEW = _only(Caller.GUEST, Caller.VIEWER, Caller.ADMIN, Caller.OWNER)
EDIT = MANAGE = _only(Caller.ADMIN, Caller.OWNER)
ANNOTATE = EDIT  # no annotator stands before the doors; test_every_route.py asks them
ADMIN = _only(Caller.ADMIN, strangers=403)
THEIR_OWN = _only(Caller.OWNER, members=404)
THEIR_UPLOAD = Door(_NOT_SIGNED_IN | {Caller.STRANGER: 404, Caller.GUEST: 403, Caller.VIEWER: 403, Caller.ADMIN: 404})
SOMEBODY_ELSES = _only(members=404)
# An account opens no share link: its own cookie does.
VISIT = Door({caller: 401 for caller in Caller if caller is not Caller.VISITOR})
# The member in question is the viewer: everybody may leave.
LEAVE_OR_MANAGE = _only(Caller.VIEWER, Caller.ADMIN, Caller.OWNER)
LEAVE = _only(Caller.GUEST, Caller.VIEWER, Caller.OWNER, members=404)

ROUTES: dict[str, Door] = {
    **dict.fromkeys(("post /auth/register", "post /auth/login", "post /auth/refresh", "post /auth/session"), ANYBODY),
    "post /auth/session/code": ANYBODY,
    **dict.fromkeys(("post /auth/second-factor", "post /auth/second-factor/on", "post /auth/second-factor/off"), SELF),
    **dict.fromkeys(("post /auth/request-password-reset", "post /auth/reset-password", "post /auth/verify-email"), ANYBODY),
    **dict.fromkeys(("delete /auth/session", "post /auth/session/end"), PAGES_OF_OURS),
    **dict.fromkeys(("get /auth/me", "patch /auth/me", "get /auth/me/data", "post /auth/me/close", "post /auth/me/email"), SELF),
    **dict.fromkeys(("post /auth/me/password", "post /auth/me/verification", "post /auth/logout"), SELF),
    **dict.fromkeys(("get /auth/sessions", "delete /auth/sessions", "get /auth/tokens", "post /auth/tokens"), SELF),
    **dict.fromkeys(("delete /auth/sessions/{sign_in_id}", "delete /auth/tokens/{token_id}"), THEIR_OWN),
    **dict.fromkeys(("get /admin/activity", "get /admin/letters", "get /admin/users", "patch /admin/users/{user_id}"), ADMIN),
    **dict.fromkeys(("get /events", "get /models", "get /projects", "get /invitations", "post /invitations/accept"), SELF),
    **dict.fromkeys(("get /queue", "get /queue/history", "get /queue/throughput"), SELF),
    **dict.fromkeys(("post /queue/cancel", "post /queue/pause", "post /queue/resume", "post /queue/retry-failed"), SELF),
    **dict.fromkeys(("post /invitations/{invitation_id}/accept", "delete /invitations/{invitation_id}"), SOMEBODY_ELSES),
    "post /projects": NOT_GUESTS,
    "get /projects/{project_id}": VIEW,
    **dict.fromkeys(("patch /projects/{project_id}", "delete /projects/{project_id}"), MANAGE),
    "get /projects/{project_id}/members": VIEW,
    "post /projects/{project_id}/members": MANAGE,
    "patch /projects/{project_id}/members/{user_id}": MANAGE,
    "delete /projects/{project_id}/members/{user_id}": LEAVE_OR_MANAGE,
    **dict.fromkeys(("get /projects/{project_id}/invitations", "post /projects/{project_id}/invitations"), MANAGE),
    "delete /projects/{project_id}/invitations/{invitation_id}": MANAGE,
    "post /projects/{project_id}/invitations/{invitation_id}/resend": MANAGE,
    "post /projects/{project_id}/transfer": MANAGE,
    **{"get /teams": SELF, "post /teams": NOT_GUESTS},
    **{f"get /teams/{{team_id}}{part}": VIEW for part in ("", "/members", "/projects")},
    **dict.fromkeys(("patch /teams/{team_id}", "delete /teams/{team_id}", "post /teams/{team_id}/members"), MANAGE),
    **{"patch /teams/{team_id}/members/{user_id}": MANAGE, "delete /teams/{team_id}/members/{user_id}": LEAVE_OR_MANAGE},
    **{"get /teams/{team_id}/invitations": MANAGE, "delete /teams/{team_id}/invitations/{team_invitation_id}": MANAGE},
    "post /teams/{team_id}/invitations/{team_invitation_id}/resend": MANAGE,
    **{"get /projects/{project_id}/teams": VIEW, "post /projects/{project_id}/teams": MANAGE},
    **dict.fromkeys(("patch /projects/{project_id}/teams/{team_id}", "delete /projects/{project_id}/teams/{team_id}"), MANAGE),
    **dict.fromkeys(("get /projects/{project_id}/share-links", "post /projects/{project_id}/share-links"), MANAGE),
    "delete /projects/{project_id}/share-links/{link_id}": MANAGE,
    "post /shared": ANYBODY,
    **dict.fromkeys(("get /shared/{link_id}", "get /shared/{link_id}/projects/{project_id}/images"), VISIT),
    "get /shared/{link_id}/images/{image_id}": VISIT,
    **{f"get /shared/{{link_id}}/images/{{image_id}}/{part}": VISIT for part in ("display", "overlay", "pyramid", "thumbnail")},
    "get /shared/{link_id}/images/{image_id}/tiles/{level}/{x}/{y}": VISIT,
    **{f"get /shared/{{link_id}}/images/{{image_id}}/{part}": VISIT for part in ("measurements", "polygons")},
    **dict.fromkeys(("get /projects/{project_id}/images", "get /projects/{project_id}/measurements"), VIEW),
    "get /projects/{project_id}/results": VIEW,
    **{f"post /projects/{{project_id}}/results/{part}": ANNOTATE for part in ("changes", "changes/{change_id}/undo")},
    **{
        f"get /projects/{{project_id}}/results/{part}": VIEW
        for part in ("objects", "images", "histogram", "scatter", "groups", "course", "comparison")
    },
    **dict.fromkeys(("get /projects/{project_id}/exports", "post /projects/{project_id}/exports"), VIEW),
    **dict.fromkeys(("get /projects/{project_id}/conditions", "get /projects/{project_id}/conditions/table.csv"), VIEW),
    **dict.fromkeys(("post /projects/{project_id}/conditions/preview", "put /projects/{project_id}/conditions"), EDIT),
    "delete /projects/{project_id}/conditions": EDIT,
    "post /projects/{project_id}/results/tags": EDIT,
    "get /projects/{project_id}/methods": VIEW,
    **dict.fromkeys(("post /projects/{project_id}/images", "post /projects/{project_id}/segmentations"), EDIT),
    **{f"post /projects/{{project_id}}/queue/{act}": EDIT for act in ("cancel", "pause", "resume", "retry-failed")},
    "get /projects/{project_id}/upload-sessions": VIEW,
    "post /projects/{project_id}/upload-sessions": EDIT,
    "get /projects/{project_id}/upload-sessions/{session_id}": THEIR_OWN,
    "delete /projects/{project_id}/upload-sessions/{session_id}": THEIR_UPLOAD,
    "post /uploads": EDIT,
    **dict.fromkeys(("patch /uploads/{upload_id}", "delete /uploads/{upload_id}"), THEIR_OWN),
    "get /images/{image_id}": VIEW,
    **{f"get /images/{{image_id}}/{part}": VIEW for part in ("display", "file", "overlay", "pyramid", "thumbnail")},
    "get /images/{image_id}/tiles/{level}/{x}/{y}": VIEW,
    "get /images/{image_id}/preview": EDIT,
    "get /projects/{project_id}/face-offs": VIEW,
    **dict.fromkeys(("get /face-offs/{face_off_id}", "get /face-offs/{face_off_id}/images/{image_id}/disagreement"), VIEW),
    "get /face-offs/{face_off_id}/images/{image_id}/{part}": VIEW,
    "get /trials/{trial_id}/polygons": VIEW,
    **dict.fromkeys(("post /projects/{project_id}/face-offs", "delete /face-offs/{face_off_id}"), EDIT),
    "post /face-offs/{face_off_id}/choice": EDIT,
    **{f"get /images/{{image_id}}/{part}": VIEW for part in ("edits", "measurements", "polygons", "revisions", "revisions/diff")},
    "get /images/{image_id}/revisions/{revision}/changes": VIEW,
    "get /images/{image_id}/objects/{object_id}/history": VIEW,
    **dict.fromkeys(("put /images/{image_id}/people/{tab_id}", "delete /images/{image_id}/people/{tab_id}"), VIEW),
    **dict.fromkeys(("patch /images/{image_id}", "delete /images/{image_id}"), EDIT),
    **dict.fromkeys(("patch /images/{image_id}/polygons", "post /images/{image_id}/revisions/{revision}/restore"), ANNOTATE),
    **{f"post /images/{{image_id}}/segmentation/{act}": EDIT for act in ("cancel", "pause", "resume", "retry-failed")},
    **dict.fromkeys(("get /batches/{batch_id}", "get /batches/{batch_id}/failures"), VIEW),
    **{f"post /batches/{{batch_id}}/{act}": EDIT for act in ("cancel", "pause", "resume", "retry-failed")},
    **dict.fromkeys(("get /jobs/{job_id}", "get /jobs/{job_id}/log"), VIEW),
    "get /projects/{project_id}/imports": VIEW,
    "post /projects/{project_id}/imports": ANNOTATE,
    "get /imports/{import_id}": VIEW,
    **dict.fromkeys(("get /exports/{export_id}", "get /exports/{export_id}/download"), VIEW),
    "post /exports/{export_id}/cancel": EDIT,
    "post /exports/{export_id}/again": VIEW,
    "get /exports/schema": SELF,
}  # fmt: skip


def _of(state: str, **handlers: Door) -> dict[str, Door]:
    return {f"{state}.{name}": door for name, door in handlers.items()}


PASSWORD = "not the password"
PROJECT = {"name": "Other", "sample_kind": "cells"}
STEER = {"pause": EDIT, "resume": EDIT, "cancel": EDIT, "retry": EDIT}
# SELF are also the handlers that touch only what the tab shows: they ask who it is, and read nothing of the project.
HANDLERS: dict[str, Door] = {
    **_of("EntranceState", read_address=ANYBODY),
    **_of("SessionState", load_shell=SELF, dismiss=ANYBODY, undo=SELF),
    **_of("AccountState", load=SELF, rename=SELF.given({"name": "Other"}), send_verification=SELF, end=SOMEBODY_ELSES),
    **_of("AccountState", change_email=SELF.given({"email": "other@example.org", "password": PASSWORD}), end_others=SELF, ask_close=SELF),
    **_of("AccountState", change_password=SELF.given({"password": PASSWORD, "new_password": "x"})),
    **_of("AccountState", close=SELF.given({"password": PASSWORD})),
    **_of("FactorState", load_factor=SELF, begin=SELF.given({"password": PASSWORD}), turn_on=SELF.given({"code": "123456"})),
    **_of("FactorState", turn_off=SELF.given({"password": PASSWORD})),
    **_of("TokensState", load_tokens=SELF, make=SELF.given({"token_name": "x", "reach": "write", "days": "7"}), end=THEIR_OWN),
    **_of("AdminState", load=ADMIN, narrow=ADMIN.given("active"), search=ADMIN, show_more=ADMIN),
    **_of("AdminState", set_status=ADMIN.given("user_id", "suspended"), set_role=ADMIN.given("user_id", "guest")),
    **_of("ActivityState", load=ADMIN, narrow=ADMIN.given("signIn"), search=ADMIN, show_more=ADMIN),
    **_of("DashboardState", load=SELF, search=SELF, show_more=SELF, set_create_open=SELF, close_dialogs=ANYBODY, prepare_samples=SELF),
    **_of("DashboardState", accept=SOMEBODY_ELSES, decline=SOMEBODY_ELSES, create=NOT_GUESTS.given(PROJECT)),
    **_of("DashboardState", ask_name=VIEW, rename=MANAGE.given({"name": "Other"}), delete=MANAGE),
    **_of("DashboardState", try_samples=Door(NOT_GUESTS.refused, is_costly=True)),
    # A project or image that is not there is shown as missing.
    **_of("ProjectState", load=SELF, close_dialogs=ANYBODY, toggle_panel=ANYBODY),
    **_of("ImageState", load=SELF, select=SELF, open_image=ANYBODY, show_outlines=ANYBODY),
    **_of("ImageState", show_side=ANYBODY.given("history"), look_at=ANYBODY, restore=ANNOTATE, show_plane=VIEW.given(0)),
    **_of("AgainState", open_dialog=VIEW, set_open=SELF, keep=SELF, start=EDIT, choose=SELF, set_threshold=SELF, set_min_area=SELF),
    **_of("AgainState", open_for=VIEW.given("all"), choose_planes=SELF.given("all")),
    **_of("ImageExportState", offer=SELF, start=VIEW.given("coco")),
    **_of("PresenceState", load_people=SELF),
    **_of("ProjectPace", load_pace=VIEW),
    **_of("ImagesState", load_images=VIEW, show=SELF.given("running"), show_tag=VIEW, search=VIEW, order=SELF, show_all=SELF),
    **_of("ImagesState", show_flaw=VIEW.given("any")),
    **_of("ImagesState", select=VIEW.given({"all": True, "ids": [], "count": 1})),
    **_of("ImagesState", resize=ANYBODY, show_outlines=ANYBODY, open_image=ANYBODY),
    **_of("SelectionState", ask_all=SELF, ask_none=SELF, open_tags=SELF, set_open=SELF, write_tag=SELF),
    **_of("SelectionState", delete=EDIT, restore=EDIT, add_tag=EDIT, remove_tag=EDIT),
    **_of("ResultsState", load_results=VIEW),
    **_of("ExportsState", load_exports=VIEW, open_for_all=VIEW, open_for_selected=VIEW),
    **_of("ExportsState", set_open=SELF, toggle=SELF),
    **_of("ExportsState", start=VIEW, cancel=EDIT, again=VIEW, choose=SELF.given("units", "px"), choose_tag=VIEW),
    **_of("ImportsState", load_imports=VIEW),
    **_of("SegmentState", open_for_all=VIEW, open_for_selected=VIEW, set_open=SELF, set_only_new=VIEW, choose=SELF, set_threshold=SELF),
    **_of("SegmentState", leave_out=SELF, choose_planes=SELF.given("all"), set_min_area=SELF, ask_for_mail=ANYBODY),
    **_of("SegmentState", prepare=SELF, start=EDIT, open_tuning=VIEW),
    **_of("TuningState", load=SELF, choose=SELF, set_threshold=SELF, set_min_area=SELF, reset_parameters=SELF, show_present=SELF),
    **_of("TuningState", set_scope=SELF.given("image"), note_found=SELF.given({"count": 1}), open_image=ANYBODY, prepare=SELF, apply=EDIT),
    **_of("NewFaceOffState", open_dialog=VIEW, set_open=SELF, toggle=SELF, begin=EDIT),
    **_of("FaceOffState", load=SELF, look_at=SELF, step=SELF.given(1), show_left=SELF.given("unet"), show_right=SELF.given("unet")),
    **_of("FaceOffState", lay=SELF.given("swipe"), show_veil=SELF, show_outlines=SELF, use=EDIT.given("classical", "all"), delete=EDIT),
    **_of("MembersState", load_members=VIEW, invite=MANAGE.given({"email": "eve@example.org", "role": "owner"}), resend=MANAGE),
    **_of("MembersState", take_back=MANAGE, change_role=MANAGE.given("user_id", "owner"), remove=LEAVE_OR_MANAGE),
    **_of("MembersState", ask_leave=SELF, leave=LEAVE, ask_transfer=SELF.given("user_id"), transfer=MANAGE),
    **_of("TeamSharesState", load_teams=VIEW, share=MANAGE.given({"team_id": "other_team_id", "role": "viewer"})),
    **_of("TeamSharesState", change_share=MANAGE.given("team_id", "annotator"), end_share=MANAGE),
    **_of("TeamsState", load=SELF, show_more=SELF, set_create_open=SELF, close_dialogs=ANYBODY, create=NOT_GUESTS.given({"name": "New"})),
    **_of("TeamState", load=SELF, ask=SELF.given("leave"), rename=MANAGE.given({"name": "Other"}), delete=MANAGE, leave=LEAVE),
    **_of("TeamState", invite=MANAGE.given({"email": "eve@example.org", "role": "manager"}), remove=LEAVE_OR_MANAGE),
    **_of("TeamState", resend=MANAGE.given("team_invitation_id"), take_back=MANAGE.given("team_invitation_id")),
    **_of("TeamState", change_role=MANAGE.given("user_id", "manager"), end_share=MANAGE),
    **_of("ShareLinksState", load_share_links=VIEW, choose_life=SELF.given("7"), ask_revoke=SELF, revoke_link=MANAGE),
    **_of("ShareLinksState", make_link=MANAGE.given({"life": "7"})),
    **_of("SharedState", load=VISIT, search=VISIT, order=VISIT),
    **_of("SharedState", resize=ANYBODY, show_thumbnail_outlines=ANYBODY, open_picture=ANYBODY),
    **_of("SharedImageState", load_image=VISIT, select=VISIT, show_plane=VISIT.given(0), open_image=ANYBODY),
    **_of("SharedImageState", show_outlines=ANYBODY, show_side=ANYBODY.given("history")),
    **_of("SettingsState", load_settings=VIEW, save=MANAGE.given(PROJECT), delete=MANAGE),
    **_of("QueueActions", **STEER, retry_all=EDIT),
    **_of("QueueState", load=SELF, **STEER, pause_all=SELF, resume_all=SELF, cancel_all=SELF, ask_cancel_all=SELF),
    **_of("QueuePace", load_pace=SELF),
    **_of("RunState", load=SELF, show_more=VIEW, pause=EDIT, resume=EDIT, cancel=EDIT, retry=EDIT),
    **_of("RunLog", load_log=SELF, choose=VIEW),
    **_of("HistoryState", load_history=SELF, show_more=SELF, retry=EDIT),
}  # fmt: skip

# What answers beside the API's own document, and what somebody far away meets there.
OTHERS = {
    "/api/v1/openapi.json": 200, "/api/v1/docs": 200, "/health/live": 200, "/health/ready": 200, "/metrics": 404,
    "/_upload": 404, "/_upload/x": 404,
}  # fmt: skip
# Reflex's own: two signs of life, and the websocket whose events are the handlers above (a foreign Origin is refused: test_gate.py).
OF_THE_FRAMEWORK = {"/ping", "/_health", "/_event"}
