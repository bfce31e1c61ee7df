"""Writing: nothing typed is lost, one question before sending, and the way back."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.widgets import Input

from tests.ui.screen_text import assert_exact_rows, rows, style_of, text
from tests.ui.stage import SIZES, Stage, open_stage
from tests.waiting import until
from tuimail.config.schema import ComposeSettings, SendSettings, Settings
from tuimail.errors import StoreFull
from tuimail.model.draft import Draft
from tuimail.model.outbox import OutboxState
from tuimail.store.store import Store
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.widgets.message_view import MessageView
from tuimail.ui.widgets.text_editor import TextEditor

OUTSIDE = "Kim Chu <kim@fabrikam.example>"
INSIDE = "Ben Okafor <ben@contoso.com>"


def settings(editor: str = "", *, review: bool = True, undo: float = 10.0) -> Settings:
    return msgspec.structs.replace(
        Settings(),
        glyphs="unicode",
        compose=ComposeSettings(editor=editor),
        send=SendSettings(review=review, undo=undo),
    )


async def write(stage: Stage, **fields: object) -> ComposeScreen:
    """Open the composer on a new draft."""
    stage.app.open_composer(replace(Draft(stage.account), **fields))  # type: ignore[arg-type]
    return await stage.composer()


@pytest.mark.parametrize("size", SIZES)
async def test_every_row_is_exact_and_harmless_at_every_size(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with open_stage(tmp_path, size, settings=settings()) as stage:
        hostile = "見積書\x1b]0;owned\x07\u202e の件 " * 4
        await write(
            stage, to=f"{INSIDE}, {OUTSIDE}, nobody", subject=hostile, body=hostile + "\n> quoted"
        )
        assert_exact_rows(stage.app)
        assert "F1 help" in rows(stage.app)[-1]
        await stage.press("ctrl+b", "tab", "tab", "tab")
        assert_exact_rows(stage.app)


async def test_it_looks_like_the_design(tmp_path: Path) -> None:
    async with open_stage(tmp_path, settings=settings()) as stage:
        await write(stage, to=f"{INSIDE}, {OUTSIDE}", subject="Re: Contract", body="Kim,\n")
        assert text(stage.app).split("\n")[:6] == [
            " Reply to Ben Okafor                                                     online",
            " From     anna@contoso.com                                                 work",
            " To       [Ben Okafor] [Kim Chu ! fabrikam.example]",
            " Subject  Re: Contract",
            "─" * 80,
            " Kim,",
        ]
        assert rows(stage.app)[-2].rstrip() == " ! one recipient outside contoso.com"
        chip = style_of(stage.app, "Kim Chu ! fabrikam.example").style
        inside = style_of(stage.app, "Ben Okafor").style
        assert chip is not None and inside is not None and chip.bgcolor != inside.bgcolor


async def test_what_is_typed_is_in_the_store_soon_after(tmp_path: Path) -> None:
    async with open_stage(tmp_path, settings=settings()) as stage:
        await write(stage, to=INSIDE, subject="x")
        await stage.press("H", "i", "question_mark")
        await until(lambda: [draft.body for draft in stage.store.read.drafts()] == ["Hi?"])
        await stage.shows("draft saved 09:44")
        await stage.press("!", "enter", "x")
        await until(lambda: [draft.body for draft in stage.store.read.drafts()] == ["Hi?!\nx"])
        # Enter is text here: once it went into the text and was called unbound as well.
        assert "is not bound" not in "\n".join(rows(stage.app))


async def test_closing_keeps_the_draft_and_says_so(tmp_path: Path) -> None:
    async with open_stage(tmp_path, settings=settings()) as stage:
        await write(stage, to=INSIDE, subject="Offsite")
        await stage.press("H", "i", "escape")
        await stage.shows("Draft “Offsite” kept.")
        assert [draft.body for draft in stage.store.read.drafts()] == ["Hi"]


async def test_an_untouched_message_leaves_no_draft(tmp_path: Path) -> None:
    async with open_stage(tmp_path, settings=settings()) as stage:
        await write(stage, to=INSIDE, subject="Re: x", body="\n\n> quoted")
        await stage.press("escape")
        await until(lambda: not isinstance(stage.app.screen, ComposeScreen))
        assert stage.store.read.drafts() == []


async def test_ending_the_program_keeps_what_the_timer_had_not_written(tmp_path: Path) -> None:
    async with open_stage(tmp_path, settings=settings()) as stage:
        await write(stage, to=INSIDE, subject="Last words")
        await stage.press("B", "y", "e")
    store = Store.open(tmp_path)
    assert [draft.body for draft in store.read.drafts()] == ["Bye"]
    store.close()


async def test_a_draft_that_cannot_be_stored_is_told_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_stage(tmp_path, settings=settings()) as stage:
        await write(stage, to=INSIDE, subject="x")
        real, refuse = stage.store.write, [True]

        def full(change: object, *, urgent: bool = False) -> object:
            def fail(_: object) -> None:
                raise StoreFull("No space is left.")

            return real(fail if refuse[0] else change, urgent=urgent)  # type: ignore[arg-type]

        monkeypatch.setattr(stage.store, "write", full)
        await stage.press("H")
        await stage.shows("× The draft was not saved: No space is left.")
        await stage.shows("draft not saved")
        refuse[0] = False
        await stage.press("i")
        await until(lambda: [draft.body for draft in stage.store.read.drafts()] == ["Hi"])


async def test_sending_asks_once_and_goes_to_the_outbox(tmp_path: Path) -> None:
    async with open_stage(tmp_path, settings=settings()) as stage:
        await write(stage, to=f"{INSIDE}, {OUTSIDE}", subject="Numbers", body="Hello")
        await stage.press("ctrl+s")
        await stage.asks()
        row = rows(stage.app)[-1]
        assert row.startswith(" Send to 2, 1 outside contoso.com?")
        assert row.rstrip().endswith("y send   l later …   P draft   Esc back")
        await stage.press("x", "enter")
        assert stage.store.read.outbox() == []
        await stage.press("y")
        await until(stage.store.read.outbox)
        item = stage.store.read.outbox()[0]
        assert item.state is OutboxState.QUEUED
        assert item.rcpt_to == ("ben@contoso.com", "kim@fabrikam.example")
        await stage.shows("Sending in 10 s to Ben Okafor and 1 other")
        assert stage.engine.wakes == 1
        assert stage.store.read.drafts() == []


async def test_escape_goes_back_to_the_text_and_nothing_is_sent(tmp_path: Path) -> None:
    async with open_stage(tmp_path, settings=settings()) as stage:
        await write(stage, to=INSIDE, subject="Numbers", body="Hello")
        await stage.press("ctrl+s")
        await stage.asks()
        await stage.press("escape")
        await stage.shows("F1 help")
        await stage.press("A")
        assert isinstance(stage.app.screen, ComposeScreen)
        assert stage.app.screen.current().body == "AHello"
        assert stage.store.read.outbox() == []


async def test_undo_brings_the_composer_back_as_it_was(tmp_path: Path) -> None:
    async with open_stage(tmp_path, settings=settings()) as stage:
        fields = {"to": "Ben  Okafor<ben@contoso.com>", "bcc": "z@contoso.com", "body": "a  b\n\n"}
        await write(stage, subject="Numbers", **fields)
        await stage.press("ctrl+s")
        await stage.asks()
        await stage.press("y")
        await stage.shows("u undo")
        await stage.press("u")
        again = (await stage.composer()).current()
        assert {name: getattr(again, name) for name in fields} == fields
        assert [item.state for item in stage.store.read.outbox()] == [OutboxState.CANCELLED]
        assert len(stage.store.read.drafts()) == 1


async def test_an_unusable_address_is_said_before_sending(tmp_path: Path) -> None:
    async with open_stage(tmp_path, settings=settings()) as stage:
        await write(stage, to=f"{INSIDE}, kim", subject="Numbers", body="Hello")
        await stage.shows("[kim × no domain]")
        await stage.press("ctrl+s")
        await until(lambda: rows(stage.app)[-1].startswith(" × "))
        assert "kim" in rows(stage.app)[-1]
        assert stage.store.read.outbox() == []


async def test_without_recipients_nothing_is_sent_and_the_keys_go_to_the_field(
    tmp_path: Path,
) -> None:
    """Red when `focus` is taken out of `ComposeSending._send`."""
    async with open_stage(tmp_path, settings=settings(review=False)) as stage:
        composer = await write(stage, subject="Numbers", body="Hello")
        composer.query_one(TextEditor).focus()
        await until(lambda: isinstance(stage.app.focused, TextEditor), describe="the text")
        await stage.press("ctrl+s")
        await until(lambda: rows(stage.app)[-1].startswith(" × "))
        await until(lambda: stage.app.focused is composer.query_one("#to", Input))
        assert stage.store.read.outbox() == []


async def test_an_answer_names_what_it_answers(tmp_path: Path) -> None:
    async with open_stage(tmp_path, settings=settings(review=False)) as stage:
        view = stage.app.screen.query_one(MessageView)
        await stage.press("g", "g", "enter")
        await until(lambda: view.key)
        await stage.press("r")
        await stage.composer()
        await stage.shows("wrote:")
        await stage.press("O", "k", "ctrl+s")
        await until(stage.store.read.outbox)
        item = stage.store.read.outbox()[0]
        raw = stage.store.read.outbox_raw(item.id)
        assert item.in_reply_to == view.key
        assert b"In-Reply-To: <" in raw
        assert b"Ok" in raw


async def test_people_are_offered_below_the_field_and_taken_by_tab(tmp_path: Path) -> None:
    async with open_stage(tmp_path, settings=settings()) as stage:
        screen = await write(stage)
        await stage.press("x", "@", "y", "comma", "a", "n", "n")
        await stage.shows("Anna Lindqvist  ")
        assert_exact_rows(stage.app)
        await stage.press("tab")
        taken = screen.current().to
        assert taken.startswith("x@y, Anna Lindqvist <") and taken.endswith(">, ")
        assert stage.app.focused is screen.query_one("#to", Input)
        await stage.press("a", "n", "n")
        await stage.shows("Anna Lindqvist  ")
        await stage.press("escape")
        assert stage.app.screen is screen
        await stage.press("tab")
        assert screen.current().to == taken + "ann"
        assert stage.app.focused is screen.query_one("#subject", Input)


async def test_long_quoted_lines_keep_their_marks(tmp_path: Path) -> None:
    async with open_stage(tmp_path, settings=settings()) as stage:
        screen = await write(stage, to=INSIDE, subject="Re: x", body="\n> " + "word " * 40)
        lines = screen.current().body.split("\n")[1:]
        assert len(lines) > 2
        assert all(line.startswith("> ") and len(line) <= 76 for line in lines)


def script(tmp_path: Path, body: str) -> str:
    """Write an editor: Python that gets the file's path as `path`."""
    path = tmp_path / "editor.py"
    ran = str(tmp_path / "ran")
    path.write_text(
        "import sys, pathlib\n"
        f"pathlib.Path({ran!r}).touch()\npath = pathlib.Path(sys.argv[1])\n{body}\n"
    )
    return f"{sys.executable} {path}"


async def test_the_editor_gets_headers_and_text_and_gives_them_back(tmp_path: Path) -> None:
    editor = script(
        tmp_path,
        "assert path.stat().st_mode & 0o777 == 0o600\n"
        "text = path.read_text()\n"
        "path.write_text(text.replace('Subject: old', 'Subject: new') + 'more\\n')",
    )
    async with open_stage(tmp_path / "data", settings=settings(editor)) as stage:
        screen = await write(stage, to=INSIDE, cc="c@contoso.com", subject="old", body="Hello\n")
        await stage.press("ctrl+e")
        await until(lambda: screen.current().subject == "new")
        now = screen.current()
        assert (now.to, now.cc, now.body) == (INSIDE, "c@contoso.com", "Hello\nmore\n")
        await until(lambda: [draft.subject for draft in stage.store.read.drafts()] == ["new"])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("path.write_text(path.read_text() + 'saved\\n'); sys.exit(1)", "ended with 1."),
        ("path.write_text(path.read_text() + 'saved\\n'); path.unlink()", ""),
        ("path.write_text('')", ""),
    ],
)
async def test_a_failing_editor_loses_nothing(tmp_path: Path, body: str, said: str) -> None:
    editor = script(tmp_path, body)
    async with open_stage(tmp_path / "data", settings=settings(editor)) as stage:
        screen = await write(stage, to=INSIDE, subject="Kept", body="Precious\n")
        await stage.press("ctrl+e")
        await until((tmp_path / "ran").exists)
        await until(lambda: not screen._editing)
        assert screen.current().body.startswith("Precious\n")
        assert screen.current().to == INSIDE
        if said:
            await stage.shows(said)
            assert screen.current().body == "Precious\nsaved\n"


async def test_a_missing_editor_is_told(tmp_path: Path) -> None:
    async with open_stage(tmp_path, settings=settings("no-such-editor")) as stage:
        screen = await write(stage, to=INSIDE, subject="Kept", body="Precious")
        await stage.press("ctrl+e")
        await stage.shows("× no-such-editor: No such file or directory.")
        assert screen.current().body == "Precious"


async def test_what_the_editor_saved_is_a_draft_while_it_still_runs(tmp_path: Path) -> None:
    go_on = tmp_path / "go on"
    editor = script(
        tmp_path,
        "import time\npath.write_text(path.read_text() + 'so far\\n')\n"
        f"while not pathlib.Path({str(go_on)!r}).exists(): time.sleep(0.01)",
    )
    async with open_stage(tmp_path / "data", settings=settings(editor)) as stage:
        screen = await write(stage, to=INSIDE, subject="Long letter")
        await stage.press("ctrl+e")
        await until(
            lambda: ["so far" in draft.body for draft in stage.store.read.drafts()] == [True]
        )
        assert screen._editing
        go_on.touch()
        await until(lambda: not screen._editing)


async def test_a_paste_from_a_hostile_mail_is_cleaned(tmp_path: Path) -> None:
    async with open_stage(tmp_path, settings=settings()) as stage:
        from textual import events

        screen = await write(stage, to=INSIDE, subject="x")
        stage.app.post_message(events.Paste("one\x1b]52;c;eA==\x07\ntwo\u202e\n"))
        await until(lambda: "two" in screen.current().body)
        assert screen.current().body == "one]52;c;eA==\ntwo\n"
        screen.query_one("#subject", Input).focus()
        await stage.pilot.pause()
        stage.app.post_message(events.Paste("a\x9b31m\nb"))
        await until(lambda: len(screen.current().subject) > 1)
        assert screen.current().subject == "xa31m b"


async def test_five_thousand_lines_render_only_what_is_seen_per_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_stage(tmp_path, settings=settings()) as stage:
        body = "\n".join(f"line {number} of a long message" for number in range(5000))
        await write(stage, to=INSIDE, subject="Long", body=body)
        rendered: list[int] = []
        real = TextEditor.get_line

        def count(self: TextEditor, index: int) -> object:
            rendered.append(index)
            return real(self, index)

        monkeypatch.setattr(TextEditor, "get_line", count)
        await stage.press("x")
        assert 0 < len(rendered) <= 2 * 24


async def test_a_reply_is_styled_once_and_has_only_the_fields_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reply opens as fast as it does because nothing is mounted that it does not show.

    Red where `on_screen_resume` lets Textual style everything anew, and where `compose` yields all
    of the fields.
    """
    anew: list[int] = []
    update = Stylesheet.update_nodes

    def counted(sheet: Stylesheet, nodes: Iterable[DOMNode], animate: bool = False) -> None:
        these = list(nodes)
        anew.append(len(these))
        update(sheet, these, animate)

    async with open_stage(tmp_path, settings=settings()) as stage:
        monkeypatch.setattr(Stylesheet, "update_nodes", counted)
        screen = await write(stage, to=INSIDE, subject="Re: Contract", body="Yes.\n")
        assert max(anew) == 1
        assert [one.id for one in screen.query(Input)] == ["to", "subject"]
        await stage.press("ctrl+b")
        assert [one.id for one in screen.query(Input)] == ["to", "cc", "bcc", "subject"]
        assert stage.app.focused is screen.query_one("#cc", Input)
        assert rows(stage.app)[3].startswith("▌Cc ")
        await stage.press("ctrl+b")
        assert not any("Cc" in row for row in rows(stage.app)[:8])
