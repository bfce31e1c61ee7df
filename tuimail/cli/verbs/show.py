"""`tuimail show KEY`: one message, as text, as JSON, or as the server sent it."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from tuimail.cli.handover import lock_or_answer
from tuimail.cli.output import say, say_json, write_out
from tuimail.cli.run import OneAccount, json_option, one_account
from tuimail.cli.setup import Options
from tuimail.errors import MessageGone
from tuimail.mime.reading import read_message
from tuimail.mime.render import Renderer
from tuimail.mime.smime_keys import SmimeKeys
from tuimail.mime.sources import without_torso
from tuimail.model.bodystructure import leaves
from tuimail.model.message import BodyState, Message, MessageKey
from tuimail.model.request import NewRequest, RequestKind
from tuimail.text.address import format_addresses


@click.command(short_help="Show one message, by its key from `list`.")
@click.argument("key", type=click.IntRange(1, 2**63 - 1))
@click.option("--raw", is_flag=True, help="The message as it is, for a pipe or a file.")
@click.option("--text", is_flag=True, help="Headers and readable text (the default).")
@json_option
@click.pass_obj
def show(options: Options, key: int, raw: bool, text: bool, as_json: bool) -> None:
    """Show the message with this KEY (from `list`); fetches it if it is not here."""
    if raw and text:
        raise click.UsageError("Choose one of --raw and --text.")
    if raw and sys.stdout.isatty():
        raise click.UsageError("A raw message can harm a terminal: send it to a file or a pipe.")
    with one_account(options) as world:
        message = _message(world, MessageKey(key))
        if raw:
            write_out(_whole(world, message))
            return
        message, body = _readable(world, message)
    if as_json or options.as_json:
        say_json(_describe(message, body))
        return
    for name, value in _headers(message).items():
        if value:
            say(f"{name}: {value}")
    say("")
    for line in body:
        say(line)


def _message(world: OneAccount, key: MessageKey) -> Message:
    message = world.store.read.message(key)
    if message is None or message.summary.account_id != world.account.id:
        raise MessageGone(f"There is no message {key}.", hint="`tuimail list FOLDER` shows keys.")
    return message


def _whole(world: OneAccount, message: Message) -> bytes:
    key = message.summary.key
    if "" not in world.store.read.sections(key):
        _fetch(world, key, "")
    kept = world.store.read.part(key, "")
    if kept is None:
        raise MessageGone(f"The message {key} was removed meanwhile.")
    return kept


def _fetch(world: OneAccount, key: MessageKey, section: str | None) -> None:
    new = NewRequest(RequestKind.BODY, message=key, section=section)
    with lock_or_answer(world.store, new) as is_ours:
        if is_ours:
            asyncio.run(_fetch_here(world, key, section))


async def _fetch_here(world: OneAccount, key: MessageKey, section: str | None) -> None:
    async with world.errand() as errand:
        if section is None:
            await errand.fetch_text(key)
        else:
            await errand.fetch_section(key, section)


def _readable(world: OneAccount, message: Message) -> tuple[Message, list[str]]:
    key = message.summary.key
    if message.summary.body is not BodyState.COMPLETE:
        _fetch(world, key, None)
        message = _message(world, key)
    lookup = without_torso(
        message, partial(world.store.read.part, key), world.store.read.sections(key)
    )
    folder = world.settings.compose.certificates
    keys = SmimeKeys(lambda: world.account.key_files, lambda: Path(folder) if folder else None)
    with Renderer() as renderer:
        shown = read_message(message, lookup, renderer, keys=keys)
    facts = [
        line
        for card in shown.cards
        for line in (card.title, *(f"  {label}: {text}" for label, text in card.facts), "")
    ]
    return message, [*facts, *("> " * line.quote + line.text for line in shown.lines)]


def _headers(message: Message) -> dict[str, str]:
    envelope = message.envelope
    date = envelope.date or message.summary.internaldate
    return {
        "From": format_addresses(envelope.from_),
        "To": format_addresses(envelope.to),
        "Cc": format_addresses(envelope.cc),
        "Reply-To": format_addresses(envelope.reply_to),
        "Date": date.isoformat(),
        "Subject": envelope.subject,
        "Message-ID": envelope.message_id or "",
        "In-Reply-To": envelope.in_reply_to or "",
        "References": " ".join(message.references),
    }


def _describe(message: Message, body: list[str]) -> dict[str, Any]:
    parts = list(leaves(message.structure)) if message.structure else []
    return {
        "key": message.summary.key,
        "headers": _headers(message),
        "text": "\n".join(body),
        "parts": [
            {
                "section": part.section,
                "type": part.content_type,
                "size": part.size,
                "disposition": part.disposition,
                "filename": part.filename,
            }
            for part in parts
        ],
    }
