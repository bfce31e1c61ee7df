"""A draft as a file for the editor, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.errors import TuimailError
from tuimail.model.account import AccountId
from tuimail.model.draft import Draft
from tuimail.text.safe import clean
from tuimail.ui.terminal.editor import editor_command
from tuimail.ui.writing.editor_file import from_file_text, to_file_text

DRAFT = Draft(
    AccountId(1), to="a@b.c", cc="d@e.f", bcc="g@h.i", subject="Hello", body="One\n\nTwo", id=7
)
FIELD = st.text(max_size=60).map(lambda text: " ".join(clean(text).split()))
BODY = st.text(max_size=200).map(lambda text: clean(text, multiline=True))


def test_a_file_that_was_not_changed_changes_nothing() -> None:
    assert from_file_text(to_file_text(DRAFT), DRAFT) == DRAFT


@given(to=FIELD, subject=FIELD, body=BODY)
def test_whatever_was_written_comes_back(to: str, subject: str, body: str) -> None:
    draft = Draft(AccountId(1), to=to, subject=subject, body=body)
    assert from_file_text(to_file_text(draft), draft) == draft


def test_fields_may_be_missing_folded_repeated_and_in_any_order() -> None:
    text = "SUBJECT: New\nto: a@b.c,\n  x@y.z\nTo: third@y.z\n\nText\n"
    read = from_file_text(text, DRAFT)
    assert (read.to, read.cc, read.subject) == ("a@b.c, x@y.z, third@y.z", "", "New")
    assert read.body == "Text"


def test_a_file_without_fields_is_all_text() -> None:
    read = from_file_text("Dear Ben,\n\nTo: be or not to be\n", DRAFT)
    assert read.body == "Dear Ben,\n\nTo: be or not to be"
    assert (read.to, read.subject) == (DRAFT.to, DRAFT.subject)


def test_text_right_below_the_fields_is_kept() -> None:
    assert from_file_text("To: a@b.c\nDear Ben", DRAFT).body == "Dear Ben"


def test_what_acts_on_a_terminal_does_not_come_back_from_the_editor() -> None:
    read = from_file_text("Subject: a\x1b[31m\r\n\r\nb\x9b\u202e\r\n", DRAFT)
    assert read.subject == "a[31m"
    assert read.body == "b"


def test_the_editor_is_the_setting_then_visual_then_editor() -> None:
    environ = {"VISUAL": "code -w", "EDITOR": "ed"}
    assert editor_command("emacs -nw", environ) == ["emacs", "-nw"]
    assert editor_command("", environ) == ["code", "-w"]
    assert editor_command("", {"EDITOR": "ed"}) == ["ed"]


def test_an_unreadable_command_and_a_missing_editor_are_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(TuimailError, match="cannot be read"):
        editor_command('vim "', {})
    monkeypatch.setenv("PATH", "")
    with pytest.raises(TuimailError, match="There is no editor"):
        editor_command("", {})
