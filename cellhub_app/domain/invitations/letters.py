"""The letters that ask people in."""

from cellhub_app.core.mail import Letter, plain
from cellhub_app.domain.access import Principal


def invitation(email: str, link: str, *, kind: str, name: str, inviter: Principal) -> Letter:
    """To somebody who is asked into a project or a team."""
    called = plain(name)
    text = (
        f"{plain(inviter.name)} ({inviter.email}) asks you into the {kind} “{called}” on CellHub.\n\n"
        f"{link}\n\nThe link works once, for two weeks. If you do not know the sender, you need not do anything.\n"
    )
    return Letter(email, f"{called}: you are invited", text, link)
