"""The list of settings is made from the structs, and says of each what can be."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tuimail.config.described import Kind, Setting, described, value_of
from tuimail.config.schema import AccountSettings, Settings
from tuimail.config.settings_file import SettingsFile
from tuimail.errors import ConfigError
from tuimail.ui.drawing.glyphs import UNICODE
from tuimail.ui.settings.words import (
    edited_as,
    explained_rows,
    explanation_rows,
    parse,
    range_words,
    value_words,
)

ACCOUNT = AccountSettings(address="anna@contoso.com", client_id="thunderbird")
SETTINGS = Settings(accounts={"my.work": ACCOUNT})


def setting(key: str) -> Setting:
    return next(one for one in described(SETTINGS) if one.key == key)


def test_every_field_but_the_keys_is_there_with_its_docstring() -> None:
    every = described(SETTINGS)
    assert len({one.key for one in every}) == len(every)
    assert all(one.words for one in every)
    tops = {one.key.partition(".")[0] for one in every}
    assert tops == set(Settings.__struct_fields__) - {"keys"}
    assert [one.group for one in every if one.key.startswith("accounts.")] == [
        "mailbox my.work"
    ] * (len(AccountSettings.__struct_fields__) - 1)  # a table of its own is for the editor


def test_kinds_choices_and_bounds_follow_the_types() -> None:
    assert setting("theme").kind is Kind.THEME
    assert setting("title").kind is Kind.SWITCH
    assert setting("glyphs").choices == ("auto", "unicode", "ascii")
    assert setting("accounts.my.work.shared").kind is Kind.TEXTS
    width = setting("reader.width")
    assert (width.kind, width.low, width.high, width.whole) == (Kind.NUMBER, 20, 500, True)
    after = setting("reader.mark_read_after")
    assert (after.kind, after.choices, after.whole) == (Kind.NUMBER, ("off",), False)
    assert setting("tokens.store").at_next_start
    assert not setting("reader.width").at_next_start


def test_values_are_found_below_tables_and_mailboxes() -> None:
    assert value_of(SETTINGS, "theme") == "auto"
    assert value_of(SETTINGS, "reader.width") == 80
    assert value_of(SETTINGS, "accounts.my.work.address") == "anna@contoso.com"


@pytest.mark.parametrize(
    ("key", "typed", "value"),
    [
        ("reader.width", "72", 72),
        ("download.cache", "1,500", 1500),
        ("download.days", "all", "all"),
        ("reader.mark_read_after", "0.5", 0.5),
        ("reader.mark_read_after", "3", 3),
        ("accounts.my.work.shared", "a@x.example, b@x.example,", ["a@x.example", "b@x.example"]),
        ("compose.editor", "vim -f", "vim -f"),
    ],
)
def test_what_is_typed_becomes_a_value(key: str, typed: str, value: object) -> None:
    assert parse(setting(key), typed) == value


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("reader.width", "19"),
        ("reader.width", "7.5"),
        ("reader.width", "wide"),
        ("download.days", "none"),
        ("send.undo", "-1"),
        ("send.undo", "nan"),
        ("send.undo", "inf"),
        ("download.cache", "1e9"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(key: str, typed: str) -> None:
    with pytest.raises(ValueError, match="It is ") as caught:
        parse(setting(key), typed)
    assert range_words(setting(key)) in str(caught.value)


def test_a_value_can_be_typed_as_it_stands_in_the_line() -> None:
    for one in described(SETTINGS):
        value = value_of(SETTINGS, one.key)
        if one.kind is Kind.NUMBER:
            assert parse(one, edited_as(value)) == value, one.key
        assert isinstance(value_words(value), str)


def test_without_a_file_a_change_is_checked_all_the_same() -> None:
    file = SettingsFile(None, SETTINGS)
    changed = file.change(SETTINGS, {"reader.width": 60, "title": False})
    assert (changed.reader.width, changed.title) == (60, False)
    assert changed.accounts == SETTINGS.accounts
    assert file.change(changed, {"reader.width": None}).reader.width == 80
    with pytest.raises(ConfigError):
        file.change(SETTINGS, {"reader.width": 3})


def test_a_file_that_is_written_replaced_or_removed_was_changed(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    file = SettingsFile(path, SETTINGS)
    assert not file.was_changed(SETTINGS)
    path.write_text("title = false\n")
    assert file.was_changed(SETTINGS)
    assert not file.was_changed(SETTINGS)
    other = tmp_path / "other"
    other.write_text("title = true \n")
    other.replace(path)
    assert file.was_changed(SETTINGS)
    path.unlink()
    assert file.was_changed(SETTINGS)
    assert not file.is_there
    assert not SettingsFile(tmp_path / ("x" * 300) / "config.toml", SETTINGS).is_there


def test_what_tuimail_writes_itself_is_no_change_from_outside(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    file = SettingsFile(path, SETTINGS)
    settings = file.change(SETTINGS, {"title": False})
    file.take_note(settings)
    assert not file.was_changed(settings)
    assert msgspec.structs.replace(Settings(), title=False) == settings


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 20), (40, 14), (160, 48)])
def test_every_explanation_is_read_whole(width: int, height: int) -> None:
    rows = explained_rows(width, height)
    for one in described(SETTINGS):
        assert len(explanation_rows(one, width, 99, UNICODE)) <= rows, (one.key, width)
