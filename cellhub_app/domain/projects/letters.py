"""The letters that projects send."""

from cellhub_app.core.mail import Letter, plain


def given_to_you(email: str, page: str, *, project: str, giver: str) -> Letter:
    """To somebody who owns a project from now on."""
    text = f"{plain(giver)} gave you the project “{plain(project)}” on CellHub. You own it from now on:\n\n{page}\n"
    return Letter(email, f"{plain(project)} is yours", text)


def given_away(email: str, page: str, *, project: str, receiver: str) -> Letter:
    """To somebody who owned a project until now."""
    text = (
        f"You gave the project “{plain(project)}” on CellHub to {plain(receiver)}. You can still edit it:\n\n{page}\n\n"
        "If that was not you, change your password and tell the admin of your server at once.\n"
    )
    return Letter(email, f"{plain(project)} has a new owner", text)
