"""Themes: found, completed, checked, and readable."""

from pathlib import Path

import pytest

from tuimail.config import theme
from tuimail.config.paths import config_dir, own_themes_dir
from tuimail.config.theme import (
    ANSI,
    DARK,
    LIGHT,
    ThemeSpec,
    load_theme,
    load_theme_or_builtin,
    theme_names,
)
from tuimail.errors import ConfigError

ROLES = (
    *("strong", "label", "key", "unread", "flagged", "pending", "marked", "external", "link"),
    *("quote-1", "quote-2", "quote-3"),
)
STATES = ("warning", "error", "success")


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colour(spec: ThemeSpec, name: str) -> str:
    return spec.variables.get(name) or spec.colours[name]


@pytest.fixture(params=[DARK, LIGHT])
def spec(request: pytest.FixtureRequest) -> ThemeSpec:
    return load_theme(str(request.param))


@pytest.fixture
def own() -> Path:
    directory = config_dir() / "themes"
    directory.mkdir(exist_ok=True)
    return directory


def test_text_and_every_coloured_role_can_be_read_on_every_surface(spec: ThemeSpec) -> None:
    surfaces = ("background", "bar-background", "cursor-background", "banner-background")
    for role in ("foreground", *ROLES, *STATES):
        for surface in surfaces:
            measured = contrast(colour(spec, role), colour(spec, surface))
            assert measured >= 4.45, (spec.name, role, surface, measured)


def test_muted_text_can_be_read(spec: ThemeSpec) -> None:
    muted = colour(spec, "muted")
    assert contrast(muted, colour(spec, "background")) >= 4.5
    assert contrast(muted, colour(spec, "bar-background")) >= 4.5
    assert contrast(muted, colour(spec, "cursor-background")) >= 3


@pytest.mark.parametrize(
    ("name", "text", "surface", "value"),
    [
        (DARK, "foreground", "background", 11.9),
        (DARK, "muted", "cursor-background", 4.1),
        (LIGHT, "foreground", "background", 11.4),
        (LIGHT, "pending", "banner-background", 4.5),
        (DARK, "match", "match-background", 8.7),
        (LIGHT, "chip-external", "chip-external-background", 5.1),
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


def test_both_built_in_themes_have_the_same_variables() -> None:
    assert load_theme(DARK).variables.keys() == load_theme(LIGHT).variables.keys()
    assert load_theme(DARK).dark
    assert not load_theme(LIGHT).dark
    assert {DARK, LIGHT} <= set(theme_names())


def test_a_short_theme_of_sixteen_colours_is_completed_from_ansi(own: Path) -> None:
    """Guards against Textual 8: an ansi theme without `ansi-background` does not start."""
    (own / "plain.toml").write_text('ansi = true\n[variables]\nkey = "ansi_green"\n')
    plain = load_theme("plain")
    assert plain.ansi
    assert plain.variables["key"] == "ansi_green"
    assert plain.variables["ansi-background"] == "ansi_default"
    assert plain.colours["background"] == "ansi_default"
    own_roles = {name for name in load_theme(DARK).variables if not theme._is_textuals(name)}
    assert own_roles <= load_theme(ANSI).variables.keys()


def test_a_short_theme_is_completed_from_the_built_in_of_its_kind(own: Path) -> None:
    (own / "mine.toml").write_text(
        'dark = false\nprimary = "#123456"\n[variables]\nkey = "#654321"\n'
    )
    mine = load_theme("mine")
    assert mine.colours["primary"] == "#123456"
    assert mine.variables["key"] == "#654321"
    assert mine.variables["muted"] == load_theme(LIGHT).variables["muted"]
    assert "mine" in theme_names()


def test_everything_wrong_with_a_theme_is_in_one_message(own: Path) -> None:
    (own / "bad.toml").write_text(
        'dark = "yes"\nprimary = "blue"\ncolour = "#ffffff"\n'
        '[variables]\nkey = "red"\nkey-style = "italic"\n"x y" = "#ffffff"\nscrollbar = 3\n'
    )
    with pytest.raises(ConfigError) as caught:
        load_theme("bad")
    for word in ("dark", "primary", "colour", "variables.key ", "key-style", "x y", "scrollbar"):
        assert word in caught.value.message


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
    assert theme._builtin_directory() == tmp_path / "site" / "themes"
    (package / "themes").mkdir()
    assert theme._builtin_directory() == package / "themes"
