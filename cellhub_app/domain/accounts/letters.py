"""The letters that accounts send: plain text, one link each at most, never a word that somebody else wrote."""

from cellhub_app.core.mail import Letter

NOT_YOU = "If this was not you, you need not do anything: without the link nothing changes."


def welcome(email: str, link: str, *, is_pending: bool) -> Letter:
    """To somebody new."""
    waits = " An admin opens it soon; you will hear of that." if is_pending else ""
    text = f"Your CellHub account is made.{waits} Confirm that this address is yours:\n\n{link}\n\n"
    return Letter(email, "Confirm your CellHub account", f"{text}The link works once, for three days.\n{NOT_YOU}\n", link)


def already_known(email: str, link: str) -> Letter:
    """To somebody whose address was registered a second time."""
    text = (
        "Somebody asked for a CellHub account with this address, which has one already. Nothing was changed.\n\n"
        f"If it was you, sign in with the password that you have, or set a new one within the hour:\n\n{link}\n\n{NOT_YOU}\n"
    )
    return Letter(email, "You have a CellHub account already", text, link)


def verification(email: str, link: str) -> Letter:
    """To an address that has yet to show that it is its person's."""
    text = f"Confirm that this address is yours:\n\n{link}\n\nThe link works once, for three days.\n{NOT_YOU}\n"
    return Letter(email, "Confirm your e-mail address", text, link)


def new_address(email: str, link: str) -> Letter:
    """To the address that an account wants to have from now on."""
    text = f"Use this address for your CellHub account from now on:\n\n{link}\n\nThe link works once, for a day.\n{NOT_YOU}\n"
    return Letter(email, "Confirm your new e-mail address", text, link)


def reset(email: str, link: str) -> Letter:
    """To somebody who cannot remember."""
    text = f"Set a new password for your CellHub account:\n\n{link}\n\nThe link works once, for an hour.\n{NOT_YOU}\n"
    return Letter(email, "Set a new CellHub password", text, link)


def account_opened(email: str, link: str) -> Letter:
    """To somebody whose account an admin opened."""
    return Letter(email, "Your CellHub account is open", f"An admin opened your CellHub account. Sign in:\n\n{link}\n", link)


def password_changed(email: str, link: str) -> Letter:
    """To the account's address, after the fact; the link is that of the page that sets a new password."""
    return _notice(email, "Your CellHub password was changed", "The password of your CellHub account was changed.", link)


def address_changed(email: str, link: str) -> Letter:
    """To the address that the account had before."""
    return _notice(email, "Your CellHub address was changed", "Your CellHub account has another e-mail address from now on.", link)


def _notice(email: str, subject: str, fact: str, link: str) -> Letter:
    text = f"{fact} If that was you, all is well.\n\nIf not, tell the admin of your server at once, or take it back here:\n\n{link}\n"
    return Letter(email, subject, text)
