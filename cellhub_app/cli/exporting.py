"""`cellhub export`: the ZIP of a project's images, objects and measures, made by a server and brought here."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import typer

from cellhub_app.cli.remote import LOCAL, Code, Email, Token, Url, fail, find_project, signed_in
from cellhub_app.sdk.client import CellHub
from cellhub_app.sdk.client import Selection as Images
from cellhub_app.sdk.errors import CellHubFailure
from cellhub_app.sdk.types import Export, Project

WAIT_S = 24 * 3600.0
TOLD_EVERY_SHARE = 0.1
_UNSAFE = re.compile(r"[^\w .()+-]")

exporting = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@exporting.command()
def export(
    project: Annotated[str, typer.Argument(help="id or name of the project")],
    formats: Annotated[list[str] | None, typer.Option("--format", help="coco, yolo, csv ...: several with commas; csv if left out")] = None,
    out: Annotated[Path | None, typer.Option(help="file to write, or a folder for it; else named after project and day")] = None,
    image: Annotated[list[str] | None, typer.Option(help="only this image, by id or name; may be given again")] = None,
    tag: Annotated[str, typer.Option(help="only images with this tag")] = "",
    q: Annotated[str, typer.Option("--name", help="only images whose name holds this")] = "",
    classes: Annotated[str, typer.Option(help="only objects of these classes, as 0,2")] = "",
    class_names: Annotated[str, typer.Option(help='other names of classes, as "0=HeLa, 1=debris"')] = "",
    revision: Annotated[Literal["current", "model"], typer.Option(help="objects as they are, or as the model found them")] = "current",
    as_of: Annotated[str, typer.Option(help="objects as they were at the end of a day (2026-05-31), or at a moment with its zone")] = "",
    units: Annotated[Literal["both", "px", "um"], typer.Option(help="units of the tables")] = "both",
    split: Annotated[str, typer.Option(help="train/val/test in percent, as 80/10/10")] = "",
    seed: Annotated[int, typer.Option(help="seed of the split")] = 0,
    coco: Annotated[Literal["polygons", "rle"], typer.Option(help="how COCO has the objects")] = "polygons",
    go_on: Annotated[UUID | None, typer.Option("--go-on", help="bring this export, which was begun before; no other is made")] = None,
    token: Token = "",
    email: Email = "",
    password: Annotated[str, typer.Option(envvar="CELLHUB_PASSWORD", help="its password; asked for where it is needed")] = "",
    code: Code = "",
    url: Url = LOCAL,
) -> None:
    """Export a project: ask the server for a ZIP, wait for it, and download it; a download that breaks off goes on later."""
    options = {
        "classes": _whole(classes),
        "classNames": _names(class_names),
        "asOf": _moment(as_of),
        "split": _split(split, seed),
        **_unless_default(revision=revision, units=units, coco=coco),
    }
    chosen = {name: value for name, value in options.items() if value}
    with signed_in(url, token, email, password, code) as hub:
        found = find_project(hub, project)
        if found is None:
            fail(f"There is no project “{project}”.")
        wanted = [name.strip() for words in formats or ["csv"] for name in words.split(",") if name.strip()]
        asked = go_on or hub.export(found.id, wanted, _images(hub, found, image or []), tag=tag, q=q, **chosen).id
        typer.echo(f"Export {asked} of {found.name} is being made.", err=True)
        made = hub.wait_for_export(asked, timeout_s=WAIT_S, on_change=_tell())
        if made.status != "succeeded":
            fail(made.error.detail if made.error else f"The export was {made.status}.")
        typer.echo(_bring(hub, made, _target(out, found)))


def _bring(hub: CellHub, made: Export, target: Path) -> Path:
    """The downloaded ZIP; what came of a download that broke off stays for the next time."""
    try:
        return hub.download(made.id, target, keep_part=True)
    except CellHubFailure as failure:
        fail(f"{failure} Run this again with --go-on {made.id} to go on where it stopped.")


def _target(out: Path | None, project: Project) -> Path:
    name = f"{_UNSAFE.sub('_', project.name).strip('. ') or 'export'}-{datetime.now(UTC):%Y-%m-%d}.zip"
    if out is None:
        return Path(name)
    return out / name if out.is_dir() else out


def _images(hub: CellHub, project: Project, words: Sequence[str]) -> Images:
    """The images of those ids or names; "all" where none is named."""
    chosen: list[UUID] = []
    for word in words:
        try:
            chosen.append(UUID(word))
        except ValueError:
            named = [image.id for image in hub.images(project.id, q=word) if image.name == word]
            if not named:
                fail(f"There is no image “{word}” in {project.name}.")
            chosen += named
    return chosen or "all"


def _tell() -> Callable[[Export], None]:
    """Says how far the export is, a tenth at a time."""
    told: list[tuple[str, int]] = []

    def tell(export: Export) -> None:
        here = (export.status, int(export.progress / TOLD_EVERY_SHARE))
        if here not in told:
            told.append(here)
            typer.echo(f"{export.status}: {export.progress:.0%}", err=True)

    return tell


def _unless_default(**words: str) -> dict[str, str]:
    return {name: word for name, word in words.items() if word not in {"current", "both", "polygons"}}


def _whole(words: str) -> list[int]:
    try:
        return [int(word) for word in words.split(",") if word.strip()]
    except ValueError:
        fail(f"“{words}” says no classes: give their numbers with commas between them, as 0,2.")


def _names(words: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in words.split(",") if pair.strip()]
    if not all(number.strip().isdecimal() and name.strip() for number, _, name in pairs):
        fail(f"“{words}” names no classes: give numbers and names, as 0=HeLa, 1=debris.")
    return {number.strip(): name.strip() for number, _, name in pairs}


def _moment(word: str) -> str:
    if not word:
        return ""
    try:
        if len(word) == len("2026-05-31"):
            return datetime.combine(date.fromisoformat(word), time.max, UTC).isoformat()
        moment = datetime.fromisoformat(word)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        fail(f"“{word}” says no moment: give a day, as 2026-05-31, or a moment with its zone, as 2026-05-31T12:00+02:00.")
    return moment.isoformat()


def _split(word: str, seed: int) -> dict[str, Any]:
    if not word:
        return {}
    shares = re.fullmatch(r"(\d+)/(\d+)/(\d+)", word)
    if shares is None:
        fail(f"“{word}” says no split: give train, val and test in percent, as 80/10/10.")
    return {name: int(share) / 100 for name, share in zip(("train", "val", "test"), shares.groups(), strict=True)} | {"seed": seed}
