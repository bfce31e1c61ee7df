"""Hostile mail, read in the real application on a terminal: what reaches it is on a white list."""

from __future__ import annotations

import re
import sys
import unicodedata
from datetime import timedelta
from pathlib import Path

import pytest

from tests.ui.hostile_mail import TRICKS, Hostile, hostile_mails
from tests.ui.sample_mail import NOW, fill
from tests.ui.terminal import Terminal
from tuimail.mime.parser import parse
from tuimail.model.bodystructure import leaves
from tuimail.model.flags import SEEN
from tuimail.model.folder import UID
from tuimail.model.message import BodyState, FetchedMessage
from tuimail.model.notice import Notice, Severity
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
    """One run of the application: each mail in every place that shows it.

    Those are the list, the reader with its levels of the header, the sheets of links and of files,
    its file, the source, the conversation and the quote in the composer; besides the sheet of keys
    that may follow, and what is told.

    Turned red by `text.safe.clean` returning what it is given.
    """
    mails = hostile_mails()
    store = Store.open(tmp_path / "data")
    account = fill(store, total=30)
    for number, mail in enumerate(mails):
        put(store, account, number, mail)
    told = Notice(
        Severity.ERROR, clean(f"told-first {TRICKS}"), detail=clean(f"told-more {TRICKS}")
    )
    store.write(lambda tx: tx.add_notice(told, account)).result()
    store.close()
    settings = tmp_path / "settings.toml"
    settings.write_text(_SETTINGS)
    command = [sys.executable, "-m", "tests.ui.run_sample", str(tmp_path / "data"), str(settings)]
    with Terminal(command, environ={"XDG_DOWNLOAD_DIR": str(tmp_path)}) as terminal:
        terminal.wait_for("online")
        terminal.wait_for("case-")
        checked = look_around(terminal, len(mails))
        terminal.type(b"gg\r")
        for number in reversed(range(len(mails))):
            try:
                look_through(terminal, number, mails[number])
            except AssertionError as error:
                raise AssertionError(f"case {number}") from error
            checked = check(terminal, checked, number)
            terminal.type(b"J" if number else b"gv")
        read_conversation(terminal, mails, checked)


def look_around(terminal: Terminal, mails: int) -> int:
    """See all rows of the list, what may follow a key, and what is told of the mails."""
    for number in range(mails):
        if f"case-{number} " not in terminal.text:
            terminal.type(b"\x06")
            terminal.wait_for(f"case-{number} ")
    terminal.type(b"g")
    terminal.wait_for("notifications")
    terminal.type(b"n")
    terminal.wait_for("told-first")
    terminal.wait_for("told-more")
    terminal.type(b"q")
    terminal.wait_for_bottom("r reply")
    return check(terminal, 0, -1)


def look_through(terminal: Terminal, number: int, mail: Hostile) -> None:
    """Read one mail in every way there is; the last row, painted last, says where the keys are."""
    subject = f"case-{number} "
    terminal.wait_for(subject)
    terminal.wait_for(mail.text or f"body-{number}")
    look_at_links(terminal, mail)
    look_at_files(terminal, mail)
    terminal.type(b"H")
    terminal.wait_for(" From  ")
    terminal.type(b"H")
    terminal.wait_for("=?utf-8")
    terminal.type(b"H")
    terminal.wait_for(mail.text or f"body-{number}")
    terminal.type(b"S")
    terminal.wait_for("This is the")
    terminal.wait_for_bottom("/ search")
    other = "header." if "This is the whole" in terminal.text else "whole message."
    terminal.type(b"\t")
    terminal.wait_for(f"This is the {other}")
    terminal.type(b"G")
    terminal.type(b"q")
    terminal.wait_for_bottom("q back")
    terminal.type(b"r")
    terminal.wait_for_bottom("^s send")
    if mail.is_quoted:
        terminal.wait_for("wrote:")
    terminal.type(b"\x1b")
    terminal.wait_for(" Inbox  ")


def look_at_links(terminal: Terminal, mail: Hostile) -> None:
    """Open the sheet of links, and show one in full."""
    terminal.type(b"l")
    if mail.links:
        terminal.wait_for_bottom("in full")
        terminal.type(b"v")
        terminal.wait_for_bottom("y copy")
        terminal.type(b"q")
        terminal.wait_for_bottom("q back")
    else:
        terminal.wait_for("No links.")


def look_at_files(terminal: Terminal, mail: Hostile) -> None:
    """Open the sheet of files, and look at one."""
    terminal.type(b"v")
    if not mail.files:
        terminal.wait_for("No attachments.")
        return
    terminal.wait_for_bottom("s save")
    if mail.inside:
        terminal.type(b"%d" % mail.files)
        terminal.wait_for_bottom("q back  s save")
        terminal.wait_for(mail.inside)
    terminal.type(b"q")
    terminal.wait_for_bottom("q back")


def read_conversation(terminal: Terminal, mails: list[Hostile], checked: int) -> None:
    """Unfold all of them in one scroll, and go through it."""
    terminal.wait_for_bottom("unfold")
    terminal.type(b"zgg")
    for number, mail in enumerate(mails):
        terminal.wait_for_bottom(f" {number + 1}/{len(mails)}")
        if mail.is_quoted:
            terminal.wait_for(f"body-{number}")
        checked = check(terminal, checked, number)
        terminal.type(b"j")
