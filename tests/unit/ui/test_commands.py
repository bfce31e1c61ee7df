"""Reading a command line, finding by letters, what was run before: without a screen."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widget import Widget

from tuimail.config.schema import Settings
from tuimail.errors import ConfigError
from tuimail.ui.bindings import BINDINGS, BY_ID, TITLES, Keys
from tuimail.ui.commands import COMMANDS, read_line
from tuimail.ui.commands.candidates import KINDS
from tuimail.ui.commands.fuzzy import match
from tuimail.ui.commands.history import after, before, read_history, with_line
from tuimail.ui.commands.settable import changed, settable, values_of
from tuimail.ui.commands.table import ALIASES
from tuimail.ui.drawing.glyphs import ASCII, UNICODE
from tuimail.ui.drawing.rows import plain_text, row_cells
from tuimail.ui.keys.help_layout import help_page, sections
from tuimail.ui.keys.scopes import Place

HERE = [Place(scope, Widget()) for scope in ("list", "mailbox", "app")]


def test_every_command_and_alias_leads_somewhere_and_no_name_is_taken_twice() -> None:
    names = [command.name for command in COMMANDS]
    assert len(names) == len(set(names))
    for command in COMMANDS:
        assert command.scope in TITLES
        assert not command.candidates or command.candidates in KINDS
        assert not command.binding or command.binding in BY_ID
    known = {*names, *(line.command for line in BINDINGS)}
    assert set(ALIASES.values()) <= known
    assert not set(ALIASES) & set(names)


def test_a_binding_is_found_by_its_name_its_id_an_alias_or_a_beginning() -> None:
    for text in ("archive", ":archive", " archive ", "mailbox.archive"):
        assert read_line(text, HERE).line is BY_ID["mailbox.archive"], text
    assert read_line("q", HERE).line is BY_ID["mailbox.back"]
    assert read_line("half-d", HERE).line is BY_ID["list.half_down"]
    assert read_line("down", HERE).line is BY_ID["list.down"]
    tree = [Place("tree", Widget()), *HERE[1:]]
    assert read_line("down", tree).line is BY_ID["tree.down"]
    assert read_line("stop", HERE).line is BY_ID["outbox.stop"]


def test_numbers_are_places_and_counts() -> None:
    place = read_line("12", HERE)
    assert place.times == 12
    assert place.line in (BY_ID["list.first"], BY_ID["list.last"])
    counted = read_line("3trash", HERE)
    assert (counted.line, counted.times) == (BY_ID["mailbox.trash"], 3)
    assert "in the list" in read_line("12", HERE[2:]).wrong


def test_what_stands_behind_a_name_goes_with_it_and_nothing_asks() -> None:
    reading = read_line("move  Projects/Big  Thing ", HERE)
    assert reading.command is not None
    assert (reading.command.name, reading.words) == ("move", "Projects/Big  Thing")
    assert read_line("move", HERE).line is BY_ID["mailbox.move"]
    assert read_line("write-to", HERE).wrong == ":write-to needs ADDRESS."
    assert read_line("archive now", HERE).wrong == ":archive takes nothing behind it."


@pytest.mark.parametrize(
    ("text", "nearest"),
    [("muve", ":move"), ("archixe", ":archive"), ("trahs", ":trash"), ("colourscheme", ":color")],
)
def test_an_unknown_name_comes_with_the_nearest(text: str, nearest: str) -> None:
    wrong = read_line(text, HERE).wrong
    assert wrong.startswith(f":{text} is unknown. Nearest: {nearest}")


def test_a_beginning_of_several_names_lists_them() -> None:
    assert read_line("go-", HERE).wrong.startswith(":go- is unknown. Nearest: :go-archive, ")


@given(st.text(max_size=60))
def test_any_line_is_read(text: str) -> None:
    reading = read_line(text, HERE)
    assert [reading.line, reading.command, reading.wrong].count(None) >= 1


def test_the_beginning_of_a_word_counts_more_than_its_middle() -> None:
    texts = ["Search in Archive", "Archive", "Mark all", "Hierarchy", "Send it away"]
    found = {text: how for text in texts if (how := match("ar", text)) is not None}
    ranked = sorted(found, key=lambda text: found[text].score)
    assert ranked[:2] == ["Archive", "Search in Archive"]
    assert "Send it away" not in found or found["Send it away"].is_scattered
    assert match("gia", "Go to Inbox") is None
    assert match("inbox go", "Go to Inbox") is not None
    assert match("", "anything") is not None


@given(st.text(max_size=12), st.text(max_size=40))
def test_what_matches_are_places_of_the_text(letters: str, text: str) -> None:
    how = match(letters, text)
    if how is not None:
        assert all(0 <= place < len(text.casefold()) for place in how.places)
    assert match(text, text) is not None or not text.split()


def test_history_keeps_the_newest_once_and_survives_rubbish() -> None:
    kept = with_line(["a", "b", "c"], "a")
    assert read_history(kept) == ["b", "c", "a"]
    for rubbish in (None, "", "{", '{"a": 1}', "[1, null]"):
        assert read_history(rubbish) == []
    long = with_line([str(number) for number in range(500)], "new")
    assert len(json.loads(long)) == 200
    lines = ["move A", "sort date", "move B"]
    assert before(lines, "move", 3) == 2
    assert before(lines, "move", 2) == 0
    assert before(lines, "x", 3) == 3
    assert after(lines, "move", 0) == 2
    assert after(lines, "move", 2) == 3


def test_settings_are_changed_by_what_was_typed() -> None:
    settings = Settings()
    names = {each.name for each in settable(settings)}
    assert {"theme", "reader.width"} <= names
    assert not any(name.startswith(("accounts", "keys")) for name in names)
    assert changed(settings, "reader.width 100") == {"reader.width": 100}
    assert changed(settings, "reader.width=100") == {"reader.width": 100}
    assert changed(settings, "send.review no") == {"send.review": False}
    assert changed(settings, "theme") == {"theme": None}
    assert "ascii" in values_of(settings, "glyphs")
    for text, nearest in (("reader.widht 3", "reader.width"), ("zzz 1", "")):
        with pytest.raises(ConfigError) as caught:
            changed(settings, text)
        assert caught.value.nearest == nearest
    for text in ("reader.width wide", "reader.width 3", "send.review perhaps"):
        with pytest.raises(ConfigError):
            changed(settings, text)


@pytest.mark.parametrize("width", [40, 64, 80, 100, 160])
def test_the_help_filters_by_key_and_by_word_and_fits_every_width(width: int) -> None:
    parts = sections(HERE, Keys())
    assert [title for title, _ in parts] == [
        "Here: message list", "Mail and folders", "Everywhere",
    ]  # fmt: skip
    for typed in ("", "archive", "gg", "no such thing"):
        page = help_page(parts, typed, width, UNICODE)
        assert all(row_cells(row) <= width for row in page.rows)
        assert len(page.rows) == len(page.entries)
    ids = [entry.line.id for row in page.entries for entry in row]
    assert ids == []
    only = help_page(parts, "gg", width, ASCII)
    assert next(each.line.id for row in only.entries for each in row) == "list.first"


def test_the_help_says_each_key_where_it_means_something_and_nowhere_else() -> None:
    """A conversation has the keys of the reader beside its own, and its own come first."""
    scopes = ("conversation", "reader", "mailbox", "app")
    parts = sections([Place(scope, Widget()) for scope in scopes], Keys())
    ids = {entry.line.id for _, entries in parts for entry in entries}
    assert {"conversation.down", "reader.links", "mailbox.trash"} <= ids
    assert not ids & {"reader.down", "reader.fold", "mailbox.archive_conversation"}
    said = [key for _, entries in parts for entry in entries for key in entry.key.split()]
    assert sorted(said) == sorted(set(said))


@pytest.mark.parametrize("width", [80, 100, 160])
def test_the_help_cuts_no_words(width: int) -> None:
    """An entry that a column would cut has a row of its own: `is_long` False is red."""
    places = [Place(scope, Widget()) for scope in TITLES]
    page = help_page(sections(places, Keys()), "", width, UNICODE)
    for row, entries in zip(page.rows, page.entries, strict=True):
        for entry in entries:
            assert entry.words in plain_text(row), entry
