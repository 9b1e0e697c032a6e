"""The letters that accounts send."""

from cellhub_app.core.mail import Letter


def welcome(email: str, base_url: str) -> Letter:
    """To somebody new."""
    text = f"Your CellHub account is ready. Sign in at {base_url}/sign-in\n\nIf this was not you, tell the admin of that server.\n"
    return Letter(email, "Your CellHub account", text)


def already_known(email: str, base_url: str) -> Letter:
    """To somebody whose address was registered a second time."""
    text = (
        f"Somebody asked for a CellHub account with this address, which has one already. Nothing was changed.\n\n"
        f"If it was you, sign in at {base_url}/sign-in with the password that you have. If not, you need not do anything.\n"
    )
    return Letter(email, "You have a CellHub account already", text)
