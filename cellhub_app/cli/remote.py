"""`cellhub upload` and `cellhub share`: a folder of images to a server, and a project to others, through the SDK."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, NoReturn
from uuid import UUID

import typer

from cellhub_app.core.imaging.flaws import FLAWS
from cellhub_app.sdk.client import CellHub, Frames
from cellhub_app.sdk.errors import CellHubFailure, SignedOut
from cellhub_app.sdk.types import Batch, Project, Upload

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".zip"})

Token = Annotated[str, typer.Option(envvar="CELLHUB_TOKEN", help="personal token of the account, instead of address and password")]
Email = Annotated[str, typer.Option(envvar="CELLHUB_EMAIL", help="address of the account; asked for where it is needed")]
Code = Annotated[str, typer.Option(help="code of the authenticator app, or a recovery code; asked for where it is needed")]
Url = Annotated[str, typer.Option(envvar="CELLHUB_URL", help="address of the server")]
LOCAL = "http://localhost:8000"
_NAMED = f"{', '.join(FLAWS)}, or several with commas, as in empty,blurred"
_POOR = f"with --model: pictures to pass over, {_NAMED}; those still being read are taken"
_LIFE = re.compile(r"([1-9]\d{0,3})([dwm])")
_DAYS = {"d": 1, "w": 7, "m": 30}

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
sharing = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def upload(
    folder: Annotated[Path, typer.Argument(exists=True, help="folder whose images are sent, with its subfolders; or one file")],
    project: Annotated[str, typer.Option(help="id or name of the project; a name that is not there yet makes a new one")],
    token: Token = "",
    email: Email = "",
    password: Annotated[str, typer.Option(envvar="CELLHUB_PASSWORD", help="its password; asked for where it is needed")] = "",
    code: Code = "",
    url: Url = LOCAL,
    model: Annotated[str, typer.Option(help="segment all images of the project with this model and wait")] = "",
    keep: Annotated[bool, typer.Option("--keep-hand-made", help="with --model: objects that people drew or changed stay")] = False,
    frames: Annotated[str, typer.Option(help="with --model: planes of stacks, first, all, or numbers such as 0,5,10")] = "first",
    leave_out: Annotated[str, typer.Option(help=_POOR)] = "",
) -> None:
    """Send a folder of images to a CellHub server; each file arrives once, also over a bad line."""
    planes, flaws = planes_named(frames), flaws_named(leave_out)
    paths = image_files(folder)
    if not paths:
        fail(f"There is no image ({', '.join(sorted(SUFFIXES))}) in {folder}.")
    with signed_in(url, token, email, password, code) as hub:
        found = find_project(hub, project) or hub.create_project(project)
        done = hub.upload(found.id, paths, lambda sent, _: typer.echo(f"{sent} of {len(paths)} files done"))
        report(found, done)
        if model and (done.accepted or done.already_sent or done.duplicates):
            batch = hub.segment(found.id, model, keep_hand_made=keep, frames=planes, leave_out=flaws)
            hub.wait_for_batch(batch.id, on_change=_tell_batch)
    if done.refused:
        raise typer.Exit(1)


@sharing.command()
def share(
    project: Annotated[str, typer.Argument(help="id or name of the project")],
    expires: Annotated[str, typer.Option(help="how long the link is open: days, weeks or months, as in 7d, 2w, 1m")] = "7d",
    password: Annotated[bool, typer.Option("--password", help="ask for a password that the link is to have")] = False,
    token: Token = "",
    email: Email = "",
    code: Code = "",
    url: Url = LOCAL,
) -> None:
    """Make a link with which anybody may look at a project, and print its address; it is told this once."""
    life = _LIFE.fullmatch(expires)
    if life is None:
        fail(f"“{expires}” says no time: give a number with d, w or m, such as 7d.")
    lasts = timedelta(days=int(life[1]) * _DAYS[life[2]])
    locked_by = typer.prompt("Password of the link", hide_input=True, confirmation_prompt=True, err=True) if password else None
    with signed_in(url, token, email, os.environ.get("CELLHUB_PASSWORD", ""), code) as hub:
        found = find_project(hub, project)
        if found is None:
            fail(f"There is no project “{project}”.")
        made = hub.make_share_link(found.id, lasts, locked_by)
    typer.echo(f"{found.name} is open until {made.expires_at:%Y-%m-%d %H:%M} UTC to whoever has this link:", err=True)
    typer.echo(made.url)


@contextmanager
def signed_in(url: str, token: str, email: str, password: str, code: str) -> Iterator[CellHub]:
    """A server that knows who asks; whatever it refuses is one sentence and the end of the program."""
    try:
        with CellHub(url, token=token or None) as hub:
            if not token:
                address = email or typer.prompt("Email", err=True)
                sign_in(hub, address, password or typer.prompt("Password", hide_input=True, err=True), code)
            yield hub
            hub.sign_out()
    except CellHubFailure as failure:
        fail(str(failure))


def sign_in(hub: CellHub, email: str, password: str, code: str) -> None:
    """Sign in, and ask for a code where the account has a second factor. Raises CellHubFailure."""
    try:
        hub.sign_in(email, password, code)
    except SignedOut as refused:
        if refused.code != "secondFactorNeeded":
            raise
        hub.sign_in(email, password, typer.prompt("Code of your authenticator app"))


def image_files(folder: Path) -> list[Path]:
    """The images of a folder and its subfolders, or the one file that was named."""
    if folder.is_file():
        return [folder]
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())


def find_project(hub: CellHub, word: str) -> Project | None:
    """The project of that id or name; None for a name that is not there."""
    try:
        return hub.project(UUID(word))
    except ValueError:
        named = [project for project in hub.projects(word) if project.name == word]
        return named[0] if named else None


def report(project: Project, done: Upload) -> None:
    """Say what became of the files."""
    count = len(done.accepted)
    typer.echo(f"{count:,} {'image is' if count == 1 else 'images are'} new in {project.name} ({project.id}).")
    if done.already_sent:
        typer.echo(f"{done.already_sent} files had been sent before and were passed over.")
    for duplicate in done.duplicates:
        typer.echo(duplicate.detail if duplicate.name in duplicate.detail else f"{duplicate.name}: {duplicate.detail}")
    for refusal in done.refused:
        typer.echo(refusal.detail, err=True)


def _tell_batch(batch: Batch) -> None:
    counts = batch.counts
    failed = f", {counts.failed} failed" if counts.failed else ""
    typer.echo(f"{batch.status}: {counts.succeeded} done, {counts.queued + counts.running} to do{failed}")


def planes_named(frames: str) -> Frames:
    """`first`, `all`, or the numbers in a list with commas."""
    if frames in ("first", "all"):
        return frames
    if not re.fullmatch(r"\d{1,9}(,\d{1,9})*", frames):
        fail(f"--frames takes first, all, or numbers of planes counted from 0, as in 0,5,10, and not {frames[:40]!r}.")
    return [int(number) for number in frames.split(",")]


def flaws_named(words: str) -> list[str]:
    """The flaws in a list with commas; none for no word."""
    flaws = list(dict.fromkeys(words.split(","))) if words else []
    if not set(flaws) <= {*FLAWS}:
        fail(f"--leave-out takes {_NAMED}, and not {words[:40]!r}.")
    return flaws


def fail(sentence: str) -> NoReturn:
    """Say why and end with status 1."""
    typer.echo(f"cellhub: {sentence}", err=True)
    raise typer.Exit(1)
