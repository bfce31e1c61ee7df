"""Own keys."""

import pytest

from tuimail.config.keymap import KeyDefault, build_keymap

DEFAULTS = {
    "list.down": KeyDefault("j,down", "list"),
    "list.trash": KeyDefault("d", "list"),
    "list.top": KeyDefault("g g", "list"),
    "reader.down": KeyDefault("j", "reader"),
}


def test_without_choices_the_defaults_stand() -> None:
    keymap, problems = build_keymap(DEFAULTS, {})
    assert keymap.keys["list.down"] == ("j", "down")
    assert keymap.keys["list.top"] == ("g g",)
    assert not problems
    assert keymap.overrides(DEFAULTS) == {}


def test_a_chosen_key_replaces_the_default_ones() -> None:
    keymap, problems = build_keymap(DEFAULTS, {"list.trash": "delete, ctrl+d , #"})
    assert keymap.keys["list.trash"] == ("delete", "ctrl+d", "#")
    assert not problems
    assert keymap.overrides(DEFAULTS) == {"list.trash": "delete,ctrl+d,#"}


def test_a_chosen_key_is_taken_from_the_binding_that_had_it_in_this_scope() -> None:
    keymap, problems = build_keymap(DEFAULTS, {"list.trash": "j"})
    assert keymap.keys["list.down"] == ("down",)
    assert keymap.keys["reader.down"] == ("j",)
    assert not problems


def test_a_key_chosen_twice_is_a_conflict_and_the_first_keeps_it() -> None:
    keymap, problems = build_keymap(DEFAULTS, {"list.trash": "x", "list.top": "x,home"})
    assert keymap.keys["list.trash"] == ("x",)
    assert keymap.keys["list.top"] == ("home",)
    assert [problem.key for problem in problems] == ["keys.list.top"]


def test_no_keys_unbinds() -> None:
    assert build_keymap(DEFAULTS, {"list.trash": ""})[0].keys["list.trash"] == ()


def test_a_comma_and_a_letter_beyond_ascii_can_be_keys() -> None:
    assert build_keymap(DEFAULTS, {"list.trash": "comma,é"})[0].keys["list.trash"] == ("comma", "é")


def test_an_unknown_binding_comes_with_the_nearest() -> None:
    _, problems = build_keymap(DEFAULTS, {"list.trahs": "x"}, file="config.toml")
    assert problems[0].nearest == "keys.list.trash"
    assert problems[0].file == "config.toml"


@pytest.mark.parametrize("text", ["ctrl+", "hyperspace+x", "a b c d", "\x1b[A", "é\u200bx"])
def test_what_no_keyboard_sends_is_refused_and_the_default_stays(text: str) -> None:
    keymap, problems = build_keymap(DEFAULTS, {"list.trash": text})
    assert len(problems) == 1
    assert keymap.keys["list.trash"] == ("d",)
