"""How often the API may be asked: by a person, for what is costly less often, from an address, and by everybody together."""

from starlette.types import Scope

from cellhub_app.core.ratelimit import Limit
from cellhub_app.core.settings import Settings

# Which part of a person's requests may be of one kind: a twentieth of 600 a minute are 30.
SHARES = {
    **dict.fromkeys(("start_segmentation", "preview_image", "begin_upload", "make_token"), 5),
    **dict.fromkeys(("start_export", "start_face_off", "project_measurements", "create_project"), 20),
    **dict.fromkeys(("invite", "resend_invitation", "add_member"), 20),
    **dict.fromkeys(("copy_own_data", "change_email", "send_verification", "change_password", "close_account"), 60),
    **dict.fromkeys(("begin_second_factor", "turn_on_second_factor", "turn_off_second_factor"), 60),
}


def of_person(settings: Settings, user_id: object, scope: Scope) -> list[Limit]:
    """What bounds a person at this route."""
    whole = settings.requests_per_minute
    found = [Limit("api", str(user_id), whole)]
    route = getattr(scope.get("route"), "name", "")
    if share := SHARES.get(route):
        found.append(Limit(f"api:{route}", str(user_id), max(1, whole // share)))
    return found


def of_address(settings: Settings, ip: str) -> list[Limit]:
    """What bounds an address, and everybody together."""
    return [Limit("address", ip, settings.address_requests_per_minute), Limit("total", "", settings.total_requests_per_minute)]


def of_sign_ins(settings: Settings, ip: str) -> list[Limit]:
    """What bounds attempts to come in."""
    return [Limit("sign-in", ip, settings.sign_ins_per_minute), *of_address(settings, ip)]
