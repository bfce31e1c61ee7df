"""Several messages written to files: one mbox, or a folder of eml files.

A message is written as the server delivered it, from the store, one after the other, so that ten
thousand of them need no more memory than the largest. All of this is called off the screen's
thread, and reads by a connection of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tuimail.errors import StoreError
from tuimail.mime.export import export_name, mbox_entry
from tuimail.mime.filename import new_folder, write_new, write_new_from
from tuimail.model.message import MessageSummary
from tuimail.model.notice import Notice, Severity
from tuimail.text.safe import clean
from tuimail.ui.drawing.formatting import number

if TYPE_CHECKING:
    from tuimail.store.store import Store

WHOLE = ""
"""The section that is a whole message."""
_MOST_NAMED = 10


class Exported(NamedTuple):
    """What was written.

    Attributes:
        path: The file, or the folder; None where nothing was.
        written: Messages in it.
        missing: Those that were not here.
        failed: Why not all of the others were written; empty when they were.
    """

    path: Path | None
    written: int
    missing: tuple[MessageSummary, ...] = ()
    failed: str = ""


def missing_of(store: Store, rows: Sequence[MessageSummary]) -> list[MessageSummary]:
    """Return those of which not the whole message is here.

    Raises:
        StoreError: The store cannot be read.
    """
    read = store.read
    return [row for row in rows if WHOLE not in read.sections(row.key)]


def write_mbox(
    store: Store, rows: Sequence[MessageSummary], directory: Path, now: datetime
) -> Exported:
    """Write messages into one new mbox; nothing stays of it when the disk is full."""
    missing: list[MessageSummary] = []

    def entries() -> Iterator[bytes]:
        read = store.read
        for row in rows:
            data, message = read.part(row.key, WHOLE), read.message(row.key)
            if data is None or message is None:
                missing.append(row)
                continue
            authors = message.envelope.from_ or message.envelope.sender
            yield mbox_entry(data, authors[0].address if authors else "", row.internaldate)

    name = f"{_title(now, len(rows))}.mbox"
    try:
        path = write_new_from(directory, name, entries())
    except OSError as error:
        return Exported(None, 0, failed=_reason(error))
    except StoreError as error:
        return Exported(None, 0, failed=error.message)
    return Exported(path, len(rows) - len(missing), tuple(missing))


def write_folder(
    store: Store, rows: Sequence[MessageSummary], directory: Path, now: datetime
) -> Exported:
    """Write messages into a new folder, each into a file; what is written when it fails stays."""
    missing: list[MessageSummary] = []
    path, count = None, 0
    try:
        read = store.read
        path = new_folder(directory, _title(now, len(rows)))
        for row in rows:
            data = read.part(row.key, WHOLE)
            if data is None:
                missing.append(row)
                continue
            received = row.internaldate.astimezone(now.tzinfo)
            write_new(path, export_name(row.subject, received, "eml"), data)
            count += 1
    except OSError as error:
        return Exported(path, count, tuple(missing), _reason(error))
    except StoreError as error:
        return Exported(path, count, tuple(missing), error.message)
    return Exported(path, count, tuple(missing))


def export_words(done: Exported, total: int) -> str | Notice:
    """Return what to say of an export; a notice where something is not in it."""
    place = f"{clean(done.path.name)} in {clean(str(done.path.parent))}" if done.path else ""
    if not done.missing and not done.failed:
        return f"Written: {place}"
    written = f"{number(done.written)} of {number(total)} messages"
    if done.failed:
        short = f"{written} were written: {done.failed}."
        happened = f"Writing failed: {done.failed}."
        you_can = "Free some space or set XDG_DOWNLOAD_DIR, and export again."
    else:
        short = f"{written} were written; the others are not here."
        named = [clean(row.subject) or "(no subject)" for row in done.missing[:_MOST_NAMED]]
        more = len(done.missing) - len(named)
        rest = f", and {number(more)} more" if more else ""
        happened = f"Not here as a whole, and not written: {'; '.join(named)}{rest}."
        you_can = "Export the others again when there is a connection."
    now = f"What was written is {place}." if place else "Nothing was written."
    severity = Severity.ERROR if done.failed else Severity.WARNING
    return Notice(severity, clean(short), happened=clean(happened), now=clean(now), you_can=you_can)


def _title(now: datetime, count: int) -> str:
    return f"{now:%Y-%m-%d} {count} {'message' if count == 1 else 'messages'}"


def _reason(error: OSError) -> str:
    return clean(error.strerror or "the disk refused it")
