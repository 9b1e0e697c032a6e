"""What people do with their own accounts."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from cellhub_app.api.deps import Look, Recorded, Signed, Work
from cellhub_app.api.downloads import disposition
from cellhub_app.domain.accounts import profile, second_factor, sessions, tokens
from cellhub_app.domain.accounts.schemas import (
    CodeGiven,
    EmailChange,
    MadeToken,
    NewToken,
    PasswordChange,
    PasswordGiven,
    ProfileChange,
    RecoveryCodes,
    SecondFactorSetup,
    SessionView,
    TokenView,
    UserView,
)
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.flows import people

router = APIRouter(prefix="/auth", tags=["account"])


@router.patch("/me", response_model=UserView)
async def change_profile(change: ProfileChange, session: Work, principal: Signed) -> UserView:
    """Be called otherwise."""
    return await profile.rename(session, principal, change.name)


@router.post("/me/verification", status_code=202, response_class=Response)
async def send_verification(session: Work, principal: Signed) -> Response:
    """Write to the caller's address once more, if it is not confirmed yet."""
    await profile.send_verification(session, principal)
    return Response(status_code=202)


@router.post("/me/email", status_code=202, response_class=Response)
async def change_email(change: EmailChange, session: Work, principal: Signed, record: Recorded) -> Response:
    """Write to another address, which is the account's once its letter was followed; the answer is the same for a taken one."""
    await profile.ask_for_other_email(session, principal, change.email, change.password)
    await record(Action.EMAIL_CHANGE, "user", principal.user_id)
    return Response(status_code=202)


@router.post("/me/password", status_code=204)
async def change_password(change: PasswordChange, session: Work, principal: Signed, record: Recorded) -> None:
    """Set another password; all other sessions end."""
    await profile.change_password(session, principal, change.password, change.new_password)
    await record(Action.PASSWORD_CHANGE, "user", principal.user_id)


@router.get("/me/data")
async def copy_own_data(session: Work, principal: Signed, record: Recorded) -> Response:
    """A copy of all that the server knows of the caller as a person."""
    found = await people.own_data(session, principal)
    await record(Action.DATA_COPY, "user", principal.user_id)
    name = f"cellhub-my-data-{date.today():%Y-%m-%d}.json"  # noqa: DTZ011 - a name for people
    return JSONResponse(found, headers={"Content-Disposition": disposition(name)})


@router.post("/me/close", status_code=204)
async def close_account(given: PasswordGiven, session: Work, principal: Signed, record: Recorded) -> None:
    """Delete the caller's account for good, with the projects that nobody else is in."""
    await record(Action.ACCOUNT_CLOSE, "user", principal.user_id)
    await people.close_account(session, principal, given.password)


@router.get("/sessions", response_model=list[SessionView])
async def list_sessions(session: Look, principal: Signed) -> list[SessionView]:
    """Where the caller is signed in: this session first, then the latest seen."""
    return await sessions.sessions(session, principal)


@router.delete("/sessions", status_code=204)
async def end_other_sessions(session: Work, principal: Signed, record: Recorded) -> None:
    """End all sessions of the caller but this one."""
    await record(Action.SESSION_END, count=await sessions.end_others(session, principal))


@router.delete("/sessions/{sign_in_id}", status_code=204)
async def end_one_session(sign_in_id: UUID, session: Work, principal: Signed, record: Recorded) -> None:
    """End one of the caller's sessions."""
    await sessions.end_one(session, principal, sign_in_id)
    await record(Action.SESSION_END, "session", sign_in_id)


@router.get("/tokens", response_model=list[TokenView])
async def list_tokens(session: Look, principal: Signed) -> list[TokenView]:
    """The caller's personal tokens, without their secrets."""
    return await tokens.tokens(session, principal)


@router.post("/tokens", status_code=201, response_model=MadeToken)
async def make_token(new: NewToken, session: Work, principal: Signed, record: Recorded) -> MadeToken:
    """Make a personal token for a program; its secret is in this answer and nowhere else."""
    made = await tokens.make(session, principal, new)
    await record(Action.TOKEN_CREATE, "session", made.id, name=made.name, scopes=made.scopes)
    return made


@router.delete("/tokens/{token_id}", status_code=204)
async def end_token(token_id: UUID, session: Work, principal: Signed, record: Recorded) -> None:
    """End one of the caller's tokens at once."""
    await sessions.end_one(session, principal, token_id)
    await record(Action.TOKEN_REVOKE, "session", token_id)


@router.post("/second-factor", response_model=SecondFactorSetup)
async def begin_second_factor(given: PasswordGiven, session: Work, principal: Signed) -> SecondFactorSetup:
    """A secret for an authenticator app; it counts once a code of it was given."""
    return await second_factor.begin(session, principal, given.password)


@router.post("/second-factor/on", response_model=RecoveryCodes)
async def turn_on_second_factor(given: CodeGiven, session: Work, principal: Signed, record: Recorded) -> RecoveryCodes:
    """Ask for codes from now on. The recovery codes are in this answer and nowhere else."""
    found = await second_factor.turn_on(session, principal, given.code)
    await record(Action.SECOND_FACTOR_ON, "user", principal.user_id)
    return RecoveryCodes(codes=found)


@router.post("/second-factor/off", status_code=204)
async def turn_off_second_factor(given: PasswordGiven, session: Work, principal: Signed, record: Recorded) -> None:
    """Sign in with the password alone from now on."""
    await second_factor.turn_off(session, principal, given.password)
    await record(Action.SECOND_FACTOR_OFF, "user", principal.user_id)
