"""The settings screen: every kind is edited, written with the user's comments, and used at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.ui.desk import Desk, assert_exact_rows, screen_rows, screen_text
from tests.waiting import until
from tuimail.config.described import described
from tuimail.config.paths import own_themes_dir
from tuimail.config.settings import load_or_default
from tuimail.ui.running.live_settings import LiveSettings
from tuimail.ui.screens.settings import SettingsScreen
from tuimail.ui.widgets.choice_sheet import ChoiceSheet
from tuimail.ui.widgets.entry_sheet import EntrySheet
from tuimail.ui.widgets.theme_sheet import ThemeSheet

WRITTEN = """\
# Mine, since 2024.
theme = "tuimail-dark"   # at night

[reader]
width = 72  # not wider
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(WRITTEN, "utf-8")
    return path


@pytest.fixture
def desk(open_desk: Callable[..., Desk], filled_directory: Path, file: Path) -> Desk:
    """The mocks' mailbox with the settings of a file."""
    settings, mistake = load_or_default(file)
    assert mistake is None
    desk = open_desk(filled_directory)
    desk.app.settings = settings
    desk.app.live_settings = LiveSettings(desk.app, file, None)
    return desk


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Themes of one test are not those of another."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def write(file: Path, text: str) -> None:
    """As an editor does."""
    file.write_text(text, "utf-8")


def written(file: Path) -> str:
    return file.read_text("utf-8")


async def open_settings(desk: Desk, pilot: Pilot[None]) -> SettingsScreen:
    await desk.start(pilot)
    await pilot.press("comma")
    await until(lambda: isinstance(desk.app.screen, SettingsScreen), describe="the settings")
    await desk.see(pilot, "appearance")
    screen = desk.app.screen
    assert isinstance(screen, SettingsScreen)
    return screen


async def go_to(screen: SettingsScreen, pilot: Pilot[None], key: str) -> None:
    """Walk down from the first to a setting."""
    await pilot.press("home")
    for _ in range(80):
        if screen.list.current == key:
            return
        await pilot.press("j")
    raise AssertionError(f"{key} was not passed")


async def test_every_setting_is_listed_and_explained_by_its_docstring(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        screen = await open_settings(desk, pilot)
        assert_exact_rows(desk.app)
        assert screen_rows(desk.app)[-1].startswith(" ? help  q back  Enter change  r default")
        for one in described(desk.app.settings):
            assert screen.list.current == one.key
            text = screen_text(desk.app)
            assert f"── {one.key} " in text
            first_words = " ".join(one.words.replace("`", "").split()[:3])
            assert first_words in text
            await pilot.press("j")
            await pilot.pause()
        await pilot.press("q")
        await until(lambda: desk.app.screen is desk.mailbox, describe="the mail")


async def test_each_kind_is_edited_as_what_it_is_and_comments_stay(desk: Desk, file: Path) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        screen = await open_settings(desk, pilot)
        # A switch turns.
        await go_to(screen, pilot, "title")
        await pilot.press("enter")
        await until(lambda: not desk.app.settings.title, describe="no title")
        # A choice opens a sheet, with the cursor on what holds.
        await go_to(screen, pilot, "glyphs")
        await pilot.press("enter")
        await until(lambda: isinstance(desk.app.screen, ChoiceSheet), describe="the sheet")
        await pilot.press("j", "j", "enter")
        await until(lambda: desk.app.settings.glyphs == "ascii", describe="ASCII")
        await desk.see(pilot, "-- appearance --")
        assert all(row.isascii() for row in screen_rows(desk.app))
        # A number is typed; what cannot be is said and not written.
        await go_to(screen, pilot, "reader.width")
        await pilot.press("enter")
        await until(lambda: isinstance(desk.app.screen, EntrySheet), describe="the line")
        await pilot.press("9", "9", "enter")
        await desk.see(pilot, "It is 20 to 500.")
        await pilot.press("backspace", "backspace", "backspace", "0", "enter")
        await until(lambda: desk.app.settings.reader.width == 70, describe="70")
        # Text is typed too; a number that may be a word takes it.
        await go_to(screen, pilot, "reader.mark_read_after")
        await pilot.press("enter")
        await until(lambda: isinstance(desk.app.screen, EntrySheet), describe="the line")
        await pilot.press("backspace", "o", "f", "f", "enter")
        await until(lambda: desk.app.settings.reader.mark_read_after == "off", describe="off")
        await desk.see(pilot, "5 changed by you")
        await desk.see(pilot, "saved 09:44")
        # Back to the default.
        await go_to(screen, pilot, "reader.width")
        await pilot.press("r")
        await until(lambda: desk.app.settings.reader.width == 80, describe="the default")
    text = written(file)
    assert text.startswith('# Mine, since 2024.\ntheme = "tuimail-dark"   # at night\n')
    assert 'glyphs = "ascii"' in text
    assert "title = false" in text
    assert 'mark_read_after = "off"' in text
    assert "width" not in text


async def test_what_is_looked_for_and_what_was_changed_can_be_shown_alone(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        screen = await open_settings(desk, pilot)
        await pilot.press("c")
        await pilot.pause()
        text = screen_text(desk.app)
        assert "theme " in text
        assert "reader.width" in text
        assert "glyphs" not in text
        await pilot.press("c", "slash", *"undo")
        await pilot.pause()
        assert "send.undo" in screen_text(desk.app)
        assert "glyphs" not in screen_text(desk.app)
        await pilot.press("enter")
        assert screen.list.current == "send.undo"
        await pilot.press("enter")
        await until(lambda: isinstance(desk.app.screen, EntrySheet), describe="the line")
        await pilot.press("escape")
        await until(lambda: desk.app.screen is screen, describe="the settings")
        await pilot.press("escape")
        await desk.see(pilot, "compose.editor")
        assert desk.app.screen is screen
        await pilot.press("slash", *"xyzzy")
        await desk.see(pilot, "No setting is like that.")
        assert_exact_rows(desk.app)


async def test_a_theme_is_shown_as_the_cursor_passes_and_goes_back(desk: Desk, file: Path) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await open_settings(desk, pilot)
        before = desk.app.theme
        assert before == "tuimail-dark"
        await pilot.press("enter")
        await until(lambda: isinstance(desk.app.screen, ThemeSheet), describe="the themes")
        shown = []
        for _ in range(3):
            await pilot.press("k")
            await pilot.pause()
            shown.append(desk.app.theme)
        assert shown == ["tokyo-night", "solarized-light", "solarized-dark"]
        assert_exact_rows(desk.app)
        await pilot.press("escape")
        await until(lambda: desk.app.theme == before, describe="the theme from before")
        assert written(file) == WRITTEN
        await pilot.press("enter")
        await until(lambda: isinstance(desk.app.screen, ThemeSheet), describe="the themes")
        await pilot.press("j", "enter")
        await until(lambda: desk.app.settings.theme == "tuimail-light", describe="it is kept")
        assert desk.app.theme == "tuimail-light"
    assert 'theme = "tuimail-light"   # at night' in written(file)


async def test_a_theme_with_a_mistake_is_said_and_not_taken(desk: Desk) -> None:
    own_themes_dir().mkdir(parents=True)
    (own_themes_dir() / "aaa.toml").write_text('primary = "nope"\n')
    (own_themes_dir() / "bbb.toml").write_text('primary = "#123456"\n')
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await pilot.press("g", "c")
        await until(lambda: isinstance(desk.app.screen, ThemeSheet), describe="the themes")
        await pilot.press("j", "j")
        await desk.see(pilot, "Theme aaa.toml: primary is not a colour")
        await pilot.press("enter")
        assert isinstance(desk.app.screen, ThemeSheet)
        await pilot.press("j", "enter")
        await until(lambda: desk.app.settings.theme == "bbb", describe="the other")
        assert desk.app.current_theme.primary == "#123456"


async def test_what_others_write_is_used_at_once_and_a_mistake_is_in_the_banner(
    desk: Desk, file: Path
) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        write(file, 'theme = "tuimail-light"\ndensity = "two"\n')
        await until(lambda: desk.app.theme == "tuimail-light", describe="the other theme")
        assert desk.mailbox.message_list.row_height == 2
        write(file, 'theme = "nord"\n[lists]\ncolour = "red"\n')
        await desk.see(pilot, "config.toml: lists is unknown.")
        assert desk.app.theme == "tuimail-light"
        assert screen_rows(desk.app)[1].rstrip().endswith(", settings")
        assert_exact_rows(desk.app)
        write(file, 'theme = "nord"\n[send]\nundoo = 3\n')
        await desk.see(pilot, "config.toml: send.undoo is unknown. Nearest: send.undo.")
        write(file, 'theme = "nord"\n')
        await until(lambda: desk.app.theme == "nord", describe="the third theme")
        await until(lambda: not desk.mailbox.banner.display, describe="no banner")


async def test_an_own_theme_that_is_edited_is_painted_anew(desk: Desk, file: Path) -> None:
    own_themes_dir().mkdir(parents=True)
    theme = own_themes_dir() / "mine.toml"
    theme.write_text('[variables]\nunread = "#112233"\n')
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        write(file, 'theme = "mine"\n')
        await until(lambda: desk.app.theme == "mine", describe="the own theme")
        await until(lambda: desk.app.theme_variables["unread"] == "#112233", describe="its colour")
        write(theme, '[variables]\nunread = "#445566"\n')
        await until(
            lambda: desk.app.theme_variables["unread"] == "#445566", describe="the other colour"
        )


async def test_what_holds_at_the_next_start_says_so(desk: Desk) -> None:
    async with desk.app.run_test(size=(100, 30)) as pilot:
        screen = await open_settings(desk, pilot)
        await go_to(screen, pilot, "download.policy")
        rows = [row for row in screen_rows(desk.app) if "download.policy" in row]
        assert "at the next start" in rows[0]


async def test_without_a_file_changes_last_until_the_end(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    desk = open_desk(filled_directory)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        screen = await open_settings(desk, pilot)
        assert "Settings  until the end" in screen_text(desk.app)
        await go_to(screen, pilot, "send.review")
        await pilot.press("enter")
        await until(lambda: not desk.app.settings.send.review, describe="no review")
        await pilot.press("e")
        await desk.see(pilot, "There is no settings file here.")
