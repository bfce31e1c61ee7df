"""A message as a file: the mbox entry that other programs read, and the name of the file."""

from __future__ import annotations

import mailbox
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.mime.export import export_name, mbox_entry
from tuimail.mime.filename import safe_filename
from tuimail.text.safe import clean

WHEN = datetime(2026, 11, 3, 8, 5, 9, tzinfo=UTC)


def test_an_entry_is_read_by_others(tmp_path: Path) -> None:
    text = b"From me\r\n>From you\r\nfrom\r\n"
    message = b"Subject: one\r\n\r\n" + text
    file = tmp_path / "mail.mbox"
    file.write_bytes(mbox_entry(message, "kim@fabrikam.example", WHEN) * 2)
    with closing(mailbox.mbox(file)) as entries:
        found = list(entries)
    assert [one["subject"] for one in found] == ["one", "one"]
    assert [one.get_from() for one in found] == [
        "kim@fabrikam.example Tue Nov  3 08:05:09 2026"
    ] * 2
    assert b"\n>From me\n>>From you\nfrom\n\n" in file.read_bytes()


@pytest.mark.parametrize("sender", ["", "a b@c", "a@b\nFrom x@y", "ä@b"])
def test_what_is_no_address_does_not_stand_in_the_first_line(sender: str) -> None:
    assert mbox_entry(b"\r\n", sender, WHEN).startswith(b"From MAILER-DAEMON Tue ")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([b"From a", b">From b", b"x", b"", b">>From "]), max_size=8))
def test_whatever_the_text_there_is_one_entry_and_the_text_comes_back(lines: list[bytes]) -> None:
    """Mutation seen red: `^(From )` in place of `^(>*From )`, which loses a `>` on the way back."""
    entry = mbox_entry(b"\r\n".join((b"Subject: s", b"", *lines)), "a@b.example", WHEN)
    first, *rest = entry.split(b"\n")
    assert first.startswith(b"From a@b.example ")
    assert not any(line.startswith(b"From ") for line in rest)
    back = [line[1:] if line.lstrip(b">").startswith(b"From ") else line for line in rest]
    assert b"\n".join(back).rstrip(b"\n") == b"\n".join((b"Subject: s", b"", *lines)).rstrip(b"\n")


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("Quarterly numbers: final", "2026-11-03 Quarterly numbers final.eml"),
        ("../../etc/passwd", "2026-11-03 etc passwd.eml"),
        ("", "2026-11-03 message.eml"),
        ("\x1b]0;x\x07 a|b", "2026-11-03 ]0;x a b.eml"),
    ],
)
def test_a_name_says_when_and_what(subject: str, name: str) -> None:
    found = export_name(clean(subject), WHEN, "eml")
    assert found == name
    assert safe_filename(found) == found


def test_a_long_subject_keeps_the_ending() -> None:
    assert len(export_name(clean("word " * 99), WHEN, "mbox")) < 80
    assert export_name(clean("word " * 99), WHEN, "mbox").endswith("word.mbox")
