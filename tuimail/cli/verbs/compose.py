"""`tuimail compose`: the screen with a message begun in it; text on stdin, files by name."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from tuimail.cli.run import OneAccount, one_account
from tuimail.cli.setup import Options
from tuimail.errors import MimeError, TuimailError
from tuimail.mime.mailto import read_mailto
from tuimail.model.draft import Draft, DraftFile
from tuimail.text.safe import clean
from tuimail.ui.writing.draft_files import AttachFailed, paths_named, read_file, type_of
from tuimail.ui.writing.identities import identity_of
from tuimail.ui.writing.signature import begun

_MOST_TEXT: Final = 10_000_000
"""Octets: what is piped in must end some time."""


@click.command()
@click.argument("recipients", nargs=-1)
@click.option("--to", "more_to", multiple=True, help="Who gets it; may be repeated.")
@click.option("--cc", multiple=True, help="More who get it; may be repeated.")
@click.option("--bcc", multiple=True, help="Who gets it unseen; may be repeated.")
@click.option("--subject", default="", help="Its subject.")
@click.option("--attach", multiple=True, help="A file or a pattern; may be repeated.")
@click.pass_obj
def compose(
    options: Options,
    recipients: Sequence[str],
    more_to: Sequence[str],
    cc: Sequence[str],
    bcc: Sequence[str],
    subject: str,
    attach: Sequence[str],
) -> int:
    """Open the screen and write a message there. What comes on stdin is its text.

    RECIPIENTS are addresses, or mailto: links with all that they ask for.
    """
    contents = _read(attach)
    links = [read_mailto(one) for one in recipients if _is_link(one)]
    to = [*(one for one in recipients if not _is_link(one)), *more_to]
    body = _text_on_stdin() or "\n".join(one.body for one in links if one.body)
    with one_account(options) as world:
        draft = Draft(
            world.account.id,
            to=_listed([*to, *(one.to for one in links)]),
            cc=_listed([*cc, *(one.cc for one in links)]),
            bcc=_listed(bcc),
            subject=clean(subject or " ".join(one.subject for one in links if one.subject)),
            body=body,
            sender=identity_of({world.account.id: world.account}, world.account.id).sender,
            files=_keep(world, contents),
        )
        draft = _stored(world, begun(draft, world.settings, world.account))
    from tuimail.cli.screen import open_screen  # noqa: PLC0415 - Textual only for the screen

    return open_screen(options, begin_with=draft)


def _is_link(recipient: str) -> bool:
    return recipient.lower().startswith("mailto:")


def _listed(people: Sequence[str]) -> str:
    return ", ".join(clean(one) for one in people if one.strip())


def _read(names: Sequence[str]) -> list[tuple[Path, bytes]]:
    """Read the files, before anything is opened.

    Raises:
        MimeError: One of them cannot be read; the message says which.
    """
    try:
        paths = [path for name in names for path in paths_named(name, Path.cwd())]
        return [(path, read_file(path)) for path in paths]
    except AttachFailed as failure:
        raise MimeError(str(failure)) from None


def _keep(world: OneAccount, contents: Sequence[tuple[Path, bytes]]) -> tuple[DraftFile, ...]:
    return world.store.write(
        lambda tx: tuple(
            tx.draft_files.add(clean(path.name), type_of(path), data) for path, data in contents
        )
    ).result()


def _stored(world: OneAccount, draft: Draft) -> Draft:
    """Store what was handed over: closing the composer at once must not lose it."""
    if draft.is_blank:
        return draft
    return replace(draft, id=world.store.write(lambda tx: tx.save_draft(draft)).result())


def _text_on_stdin() -> str:
    """Return what is piped in, and let the keys come from the terminal after it.

    Raises:
        TuimailError: It is too long, or there is no terminal to write in.
    """
    if sys.stdin.isatty():
        return ""
    octets = sys.stdin.buffer.read(_MOST_TEXT + 1)
    if len(octets) > _MOST_TEXT:
        raise TuimailError("The text is longer than 10 MB.", hint="Send it as a file: --attach.")
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        raise TuimailError("There is no terminal: `tuimail send` sends without one.") from None
    os.dup2(terminal, sys.stdin.fileno())
    os.close(terminal)
    return clean(octets.decode("utf-8", "replace"), multiline=True)
