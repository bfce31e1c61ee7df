"""Themes: found, completed, checked, and readable."""

import tomllib
from pathlib import Path

import pytest

from tests.hygiene.source import ROOT
from tests.unit.config.contrast import colour, contrast
from tuimail.config import theme
from tuimail.config.paths import config_dir, own_themes_dir
from tuimail.config.theme import (
    ANSI,
    COLOURS,
    DARK,
    LIGHT,
    load_theme,
    load_theme_or_builtin,
    theme_names,
)
from tuimail.errors import ConfigError

BUILT_IN = (
    *("ansi", "catppuccin-latte", "catppuccin-mocha", "dracula", "gruvbox-dark", "gruvbox-light"),
    *("high-contrast", "nord", "solarized-dark", "solarized-light", "tokyo-night"),
    *("tuimail-dark", "tuimail-light"),
)
COLOURED = tuple(name for name in BUILT_IN if name != ANSI)

ROLES = (
    *("strong", "label", "key", "unread", "flagged", "pending", "marked", "external", "link"),
    *("quote-1", "quote-2", "quote-3", "count", "cursor-bar"),
)
STATES = ("warning", "error", "success")
SURFACES = (
    *("background", "bar-background", "cursor-background", "banner-background"),
    *("cursor-blur-background", "side-background", "sheet-background"),
)
STYLES = (
    *("strong-style", "key-style", "link-style", "match-style", "hit-style"),
    *("cursor-style", "banner-style"),
)
CHIPS = (
    *("match", "match-background", "chip", "chip-background"),
    *("chip-external", "chip-external-background"),
)


def demanded(theme_name: str) -> float:
    """The contrast of text and coloured roles that the design demands (section 8)."""
    return 7.0 if theme_name == "high-contrast" else 4.5


# The table of the design gives one digit after the point.
ROUNDED = 0.06


@pytest.fixture
def own() -> Path:
    directory = config_dir() / "themes"
    directory.mkdir(exist_ok=True)
    return directory


def test_thirteen_themes_are_built_in() -> None:
    assert theme_names() == BUILT_IN


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_theme_says_every_role_itself(name: str) -> None:
    """Nothing is taken from another theme, whose surfaces are not these."""
    table = tomllib.loads((ROOT / "themes" / f"{name}.toml").read_text("utf-8"))
    assert table["name"] == name
    assert set(COLOURS) <= table.keys()
    own = {"muted", "line", *ROLES, *SURFACES, *STYLES, *CHIPS} - {"background"}
    assert own <= table["variables"].keys()


@pytest.mark.parametrize("name", COLOURED)
def test_text_and_every_coloured_role_can_be_read_on_every_surface(name: str) -> None:
    spec = load_theme(name)
    for role in ("foreground", *ROLES, *STATES):
        for surface in SURFACES[:4]:
            measured = contrast(colour(spec, role), colour(spec, surface))
            assert measured >= demanded(name) - ROUNDED, (name, role, surface, measured)


@pytest.mark.parametrize("name", COLOURED)
def test_muted_text_can_be_read(name: str) -> None:
    spec = load_theme(name)
    muted = colour(spec, "muted")
    assert contrast(muted, colour(spec, "background")) >= demanded(name)
    assert contrast(muted, colour(spec, "bar-background")) >= demanded(name)
    on_cursor = 7.0 if name == "high-contrast" else 3.0
    assert contrast(muted, colour(spec, "cursor-background")) >= on_cursor


@pytest.mark.parametrize("name", COLOURED)
def test_matches_and_chips_can_be_read_on_their_own_surfaces(name: str) -> None:
    spec = load_theme(name)
    for role in ("match", "chip", "chip-external"):
        measured = contrast(colour(spec, role), colour(spec, f"{role}-background"))
        assert measured >= demanded(name) - ROUNDED, (name, role, measured)


@pytest.mark.parametrize(
    ("name", "text", "surface", "value"),
    [
        (DARK, "foreground", "background", 11.9),
        (DARK, "muted", "cursor-background", 4.1),
        (LIGHT, "foreground", "background", 11.4),
        (LIGHT, "pending", "banner-background", 4.5),
        (DARK, "match", "match-background", 8.7),
        (LIGHT, "chip-external", "chip-external-background", 5.1),
        ("nord", "foreground", "background", 9.2),
        ("gruvbox-dark", "muted", "cursor-background", 3.7),
        ("solarized-light", "foreground", "cursor-background", 5.0),
        ("high-contrast", "marked", "background", 13.0),
        ("dracula", "chip", "chip-background", 9.3),
        ("catppuccin-latte", "success", "banner-background", 4.9),
    ],
)
def test_the_contrast_is_what_the_design_says(
    name: str, text: str, surface: str, value: float
) -> None:
    loaded = load_theme(name)
    assert contrast(colour(loaded, text), colour(loaded, surface)) == pytest.approx(value, abs=0.06)


def test_a_home_that_cannot_be_written_does_not_stop_a_theme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nowhere"))
    assert load_theme(DARK).name == DARK
    assert own_themes_dir() == tmp_path / "nowhere" / "tuimail" / "themes"
    assert not (tmp_path / "nowhere").exists()


def test_all_themes_have_the_same_variables_as_the_dark_one() -> None:
    for name in COLOURED:
        spec = load_theme(name)
        assert spec.variables.keys() == load_theme(DARK).variables.keys(), name
    light = {name for name in COLOURED if not load_theme(name).dark}
    assert light == {LIGHT, "catppuccin-latte", "gruvbox-light", "solarized-light"}


def test_a_short_theme_of_sixteen_colours_is_completed_from_ansi(own: Path) -> None:
    """Guards against Textual 8: an ansi theme without `ansi-background` does not start."""
    (own / "plain.toml").write_text('ansi = true\n[variables]\nkey = "ansi_green"\n')
    plain = load_theme("plain")
    assert plain.ansi
    assert plain.variables["key"] == "ansi_green"
    assert plain.variables["ansi-background"] == "ansi_default"
    assert plain.colours["background"] == "ansi_default"
    assert {*ROLES, *STYLES, *CHIPS} <= plain.variables.keys()


def test_a_short_theme_is_completed_from_the_built_in_of_its_kind(own: Path) -> None:
    (own / "mine.toml").write_text(
        'dark = false\nprimary = "#123456"\n[variables]\nkey = "#654321"\n'
    )
    mine = load_theme("mine")
    assert mine.colours["primary"] == "#123456"
    assert mine.variables["key"] == "#654321"
    assert mine.variables["muted"] == load_theme(LIGHT).variables["muted"]
    assert "mine" in theme_names()


def test_everything_wrong_with_a_theme_is_in_one_message_with_its_file(own: Path) -> None:
    (own / "bad.toml").write_text(
        'dark = "yes"\nprimary = "blue"\ncolour = "#ffffff"\nbackgrnd = "#000000"\n'
        '[variables]\nkey = "red"\nkey-style = "italic"\n"x y" = "#ffffff"\nscrollbar = 3\n'
        'unraed = "#ffffff"\nborder = "ansi_purple"\n'
    )
    with pytest.raises(ConfigError) as caught:
        load_theme("bad")
    message = caught.value.message
    assert message.startswith("Theme bad.toml: ")
    assert caught.value.file == str(own / "bad.toml")
    for word in ("dark", "primary", "colour", "variables.key ", "key-style", "x y", "scrollbar"):
        assert word in message
    assert "backgrnd is unknown, nearest background." in message
    assert "variables.unraed is unknown, nearest unread." in message
    assert "variables.border is not a colour" in message


@pytest.mark.parametrize("text", ["[", "variables = 3", "dark = 1"])
def test_a_broken_theme_falls_back_to_a_built_in(own: Path, text: str) -> None:
    (own / "broken.toml").write_text(text)
    loaded, error = load_theme_or_builtin("broken", dark=False)
    assert loaded.name == LIGHT
    assert error is not None


def test_a_missing_theme_comes_with_the_nearest_name() -> None:
    with pytest.raises(ConfigError) as caught:
        load_theme("tuimail-drak")
    assert caught.value.nearest == DARK


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "", "a/b", "..", "A"])
def test_a_theme_is_named_and_never_a_path(name: str) -> None:
    with pytest.raises(ConfigError):
        load_theme(name)


def test_themes_shipped_in_the_package_come_before_those_of_a_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "tuimail"
    (package / "config").mkdir(parents=True)
    monkeypatch.setattr(theme, "__file__", str(package / "config" / "theme.py"))
    directory = theme._builtin_directory.__wrapped__  # what it remembers is the real one
    assert directory() == tmp_path / "site" / "themes"
    (package / "themes").mkdir()
    assert directory() == package / "themes"
