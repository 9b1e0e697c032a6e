"""The letters that projects send."""

import re

from cellhub_app.core.mail import Letter
from cellhub_app.domain.access import Principal

SHOWN_CHARACTERS = 80


def invitation(email: str, link: str, *, project: str, inviter: Principal) -> Letter:
    """To somebody who is asked into a project."""
    name = plain(project)
    text = (
        f"{plain(inviter.name)} ({inviter.email}) asks you into the project “{name}” on CellHub.\n\n"
        f"{link}\n\nThe link works once, for two weeks. If you do not know the sender, you need not do anything.\n"
    )
    return Letter(email, f"{name}: you are invited", text, link)


def plain(words: str) -> str:
    """Words that somebody typed, on one line, short, and without what mail programs would turn into a link."""
    calm = re.sub(r"(?<=\w)[.:/@\\]+(?=\w)|[:/@\\]{2,}", " ", " ".join(words.split()))
    return calm[:SHOWN_CHARACTERS]
