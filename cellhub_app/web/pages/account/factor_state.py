"""The second factor on the page of one's account."""

from cellhub_app.domain.accounts import second_factor
from cellhub_app.domain.accounts.schemas import CodeGiven, PasswordGiven
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.web import routes
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import t
from cellhub_app.web.session import SessionState


class FactorState(SessionState):
    """Turning it on takes a password, then a code; turning it off the password. Secrets stay on the page only while they are needed."""

    is_on: bool = False
    picture: str = ""
    secret: str = ""
    recovery_codes: list[str] = []
    changed: int = 0

    @guarded
    async def load_factor(self, call: Call) -> None:
        """Show whether it is on; what was shown once is forgotten."""
        if not self._is_at(routes.ACCOUNT):
            return
        self.is_on = await second_factor.is_on(call.session, call.principal)
        self.picture, self.secret, self.recovery_codes = "", "", []

    @guarded
    async def begin(self, call: Call, form: PasswordGiven) -> None:
        """Show the picture for the app."""
        setup = await second_factor.begin(call.session, call.principal, form.password)
        self.picture, self.secret = setup.picture, setup.secret
        self.changed += 1

    @guarded
    async def turn_on(self, call: Call, form: CodeGiven) -> None:
        """Ask for codes from now on, and show the recovery codes."""
        self.recovery_codes = await second_factor.turn_on(call.session, call.principal, form.code)
        await call.record(Action.SECOND_FACTOR_ON, "user", call.principal.user_id)
        self.is_on, self.picture, self.secret = True, "", ""
        self.changed += 1
        self._tell("success", t("The second factor is on"))

    @guarded
    async def turn_off(self, call: Call, form: PasswordGiven) -> None:
        """Sign in with the password alone from now on."""
        await second_factor.turn_off(call.session, call.principal, form.password)
        await call.record(Action.SECOND_FACTOR_OFF, "user", call.principal.user_id)
        self.is_on, self.recovery_codes = False, []
        self.changed += 1
        self._tell("success", t("The second factor is off"))
