"""Hostile mail, read in the real application on a terminal: what reaches it is on a white list."""

from __future__ import annotations

import re
import sys
import unicodedata
from datetime import timedelta
from pathlib import Path

import pytest

from tests.ui.hostile_mail import Hostile, hostile_mails
from tests.ui.sample_mail import NOW, fill
from tests.ui.terminal import Terminal
from tuimail.mime.parser import parse
from tuimail.model.bodystructure import leaves
from tuimail.model.flags import SEEN
from tuimail.model.folder import UID
from tuimail.model.message import BodyState, FetchedMessage
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.text.safe import clean

_ALLOWED = re.compile(
    rb"\x1b\[[0-9;]*[mHCKLMr]"  # colours, moves, erasing, scrolling
    rb"|\x1b\[\?(?:25|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2031|2048|7)[hl]"
    rb"|\x1b\[\?(?:2026|2048)\$p|\x1b\[>[0-9;]*[qu]|\x1b\[<u|\x1b\[=?[0-9;]*u|\x1b\[\?u"
    rb"|\x1b\[2[23];2t|\x1b\[6n|\x1b\[c|\x1b\]11;\?(?:\x07|\x1b\\)"
    rb"|\x1b\]22;[a-z-]+\x07"  # the shape of the pointer
    rb"|\x1b\]2;[^\x00-\x1f\x7f]*\x1b\\"  # the title
    rb"|\x1b\]8;(?:id=[0-9-]+)?;(?:https?://[!-~]*)?\x1b\\"  # hyperlinks
    rb"|\r|\n"
)
_END = b"\x1b[?2026l"
"""The end of a frame: what comes behind it may be cut anywhere."""
_SETTINGS = """
[reader]
mark_read_after = "off"
hyperlinks = "on"
images = "off"
[list]
conversations = false
"""
_INVISIBLE = {"Cc", "Cf", "Cs", "Co"}
_JOINER = "\u200d"


def assert_harmless(output: bytes, case: int) -> None:
    """See that nothing but painting was written since, and no text that hides something."""
    rest = _ALLOWED.sub(b"", output)
    at = rest.find(b"\x1b")
    assert at < 0, f"case {case}: {rest[max(0, at - 40) : at + 60]!r}"
    for title in re.findall(rb"\x1b\]2;([^\x1b]*)", output):
        assert b"owned" not in title, f"case {case}: {title!r}"
    text = rest.decode("utf-8")
    hidden = {char for char in text if unicodedata.category(char) in _INVISIBLE} - {_JOINER}
    assert not hidden, f"case {case}: {hidden!r}"


def check(terminal: Terminal, start: int, case: int) -> int:
    """Look at the frames that were written from an octet on; return where the next one begins."""
    end = terminal.output.rfind(_END) + len(_END)
    assert_harmless(bytes(terminal.output[start:end]), case)
    return end


def put(store: Store, account: int, number: int, mail: Hostile) -> None:
    """Store a mail as the engine does: by sections, or as a whole where it has none worth it."""
    inbox = store.read.folder_at_path(account, "INBOX")  # type: ignore[arg-type]
    assert inbox is not None
    folder = inbox.id
    parsed = parse(mail.raw)
    by_sections = number % 2 == 0
    message = FetchedMessage(
        uid=UID(9000 + number),
        flags=SEEN,
        internaldate=NOW + timedelta(minutes=number + 1),
        size=len(mail.raw),
        envelope=parsed.envelope,
        structure=parsed.structure if by_sections else None,
        references=parsed.references,
    )

    def record(tx: Writer) -> None:
        key = tx.record_messages(folder, [message])[0]
        tx.store_part(key, "", mail.raw)
        tx.store_part(key, "HEADER", mail.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
        if by_sections:
            for part in leaves(parsed.structure):
                for section in (part.section, f"{part.section}.MIME"):
                    found = parsed.section(section)
                    if found is not None:
                        tx.store_part(key, section, found)
        tx.set_body(key, BodyState.COMPLETE, clean(f"first words {number}"))

    store.write(record).result()


@pytest.mark.timeout(400)
def test_no_mail_writes_to_the_terminal(tmp_path: Path) -> None:
    """One run of the application: each mail in the list, reader, sheets, source, and its file.

    Turned red by `text.safe.clean` returning what it is given.
    """
    mails = hostile_mails()
    store = Store.open(tmp_path / "data")
    account = fill(store, total=30)
    for number, mail in enumerate(mails):
        put(store, account, number, mail)
    store.close()
    settings = tmp_path / "settings.toml"
    settings.write_text(_SETTINGS)
    command = [sys.executable, "-m", "tests.ui.run_sample", str(tmp_path / "data"), str(settings)]
    with Terminal(command, environ={"XDG_DOWNLOAD_DIR": str(tmp_path)}) as terminal:
        terminal.wait_for("online")
        terminal.wait_for("case-")
        checked = check(terminal, 0, -1)
        terminal.type(b"gg\r")
        for number in reversed(range(len(mails))):
            try:
                look_through(terminal, number, mails[number])
            except AssertionError as error:
                raise AssertionError(f"case {number}") from error
            checked = check(terminal, checked, number)
            terminal.type(b"J")


def look_through(terminal: Terminal, number: int, mail: Hostile) -> None:
    """Read one mail in every way there is; the last row, painted last, says where the keys are."""
    text = f"case-{number} "
    terminal.wait_for(text)
    if mail.has_text:
        terminal.wait_for(f"body-{number}")
    terminal.type(b"l")
    if mail.links:
        terminal.wait_for_bottom("in full")
        terminal.type(b"v")
        terminal.wait_for_bottom("o copy")
        terminal.type(b"q")
        terminal.wait_for_bottom("q back")
    else:
        terminal.wait_for("No links.")
    if mail.inside:
        terminal.wait_for("@ 1 ")
        terminal.type(b"v")
        terminal.wait_for_bottom("s save")
        terminal.type(b"\r")
        terminal.wait_for(mail.inside)
        terminal.wait_for_bottom("s save")
        terminal.type(b"q")
        terminal.wait_for(text)
    terminal.type(b"S")
    terminal.wait_for("This is the")
    terminal.wait_for_bottom("/ search")
    other = "header." if "This is the whole" in terminal.text else "whole message."
    terminal.type(b"\t")
    terminal.wait_for(f"This is the {other}")
    terminal.type(b"G")
    terminal.type(b"q")
    terminal.wait_for(text)
