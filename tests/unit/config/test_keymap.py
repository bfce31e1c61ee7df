"""Own keys, and the sets of keys they are laid over."""

from pathlib import Path

import pytest
from textual.keys import _character_to_key

from tuimail.config.key_names import key_character, key_name
from tuimail.config.key_presets import PRESETS, load_preset, preset_names
from tuimail.config.keymap import KeyDefault, build_keymap
from tuimail.ui.bindings import BINDINGS, BY_ID, Keys
from tuimail.ui.bindings.table import OUTER

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


def test_a_chosen_key_replaces_the_default_ones() -> None:
    keymap, problems = build_keymap(DEFAULTS, {"list.trash": "delete, ctrl+d , #"})
    assert keymap.keys["list.trash"] == ("delete", "ctrl+d", "number_sign")
    assert not problems


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


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("#", "number_sign"),
        ("+", "plus"),
        ("-", "minus"),
        ("^s", "ctrl+s"),
        ("^", "circumflex_accent"),
        ("Ctrl+Del", "ctrl+delete"),
        ("ctrl++", "ctrl+plus"),
        ("alt+shift+x", "alt+shift+x"),
        ("Shift+r", "R"),
        ("R", "R"),
        ("Esc", "escape"),
        ("PgDn", "pagedown"),
        ("F12", "f12"),
        ("question_mark", "question_mark"),
        ("gg", ""),
        ("f25", ""),
        ("nul", ""),
        ("", ""),
    ],
)
def test_keys_are_written_as_people_write_them(written: str, name: str) -> None:
    assert key_name(written) == name


def test_every_sign_is_named_as_the_terminal_library_names_it() -> None:
    for sign in map(chr, range(33, 127)):
        assert key_name(sign) == _character_to_key(sign), sign
        if not sign.isalnum():
            assert key_character(key_name(sign)) == sign


def test_a_sequence_written_without_blanks_is_told_how_to_write_it() -> None:
    _, problems = build_keymap(DEFAULTS, {"list.trash": "dd"})
    assert "'d d'" in problems[0].message


NESTED = {
    "list.down": KeyDefault("j", "list", ("box",)),
    "box.go": KeyDefault("g i", "box"),
    "box.other": KeyDefault("g j", "box"),
    "box.all": KeyDefault("r", "box"),
    "away.down": KeyDefault("j", "away"),
}


def test_a_key_that_begins_a_sequence_of_a_place_around_takes_its_keys_and_says_so() -> None:
    """Guards against a key that waits for a second one for ever: remove `outer` to see it red."""
    keymap, problems = build_keymap(NESTED, {"list.down": "g"})
    assert keymap.keys["box.go"] == ()
    assert keymap.keys["list.down"] == ("g",)
    assert [problem.message for problem in problems] == [
        "keys.list.down leaves keys.box.go and 1 more without a key."
    ]
    assert build_keymap(NESTED, {"away.down": "g"})[1] == []


def test_two_chosen_keys_that_begin_alike_are_a_conflict() -> None:
    keymap, problems = build_keymap(NESTED, {"box.all": "d", "list.down": "d d"})
    assert [problem.key for problem in problems] == ["keys.list.down"]
    assert keymap.keys["list.down"] == ()


def test_all_that_is_wrong_is_told_and_the_rest_counts() -> None:
    chosen = {"preset": "mut", "list.trahs": "x", "trash": "y", "list.down": "n", "list.top": "ab"}
    keymap, problems = build_keymap(DEFAULTS, chosen, file="config.toml")
    assert [(problem.key, problem.nearest) for problem in problems] == [
        ("keys.preset", "mutt"),
        ("keys.list.trahs", "keys.list.trash"),
        ("keys.trash", "keys.list.trash"),
        ("keys.list.top", ""),
    ]
    assert keymap.keys["list.down"] == ("n",)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_has_no_conflict_and_leaves_nothing_without_a_key(name: str) -> None:
    """Turn `c` of gmail into `g` to see it red."""
    keys = Keys({"preset": name})
    assert [str(problem) for problem in keys.problems] == []
    preset, problems = load_preset(name)
    assert problems == []
    assert preset.about
    unbound = {id_ for id_, text in preset.keys.items() if not text}
    bare = {line.id for line in BINDINGS if not keys.keys(line)}
    assert bare == unbound
    for id_, text in preset.keys.items():
        wanted = [" ".join(map(key_name, part.split())) for part in text.split(",") if part]
        assert list(keys.keys(BY_ID[id_])) == wanted, id_


@pytest.mark.parametrize("name", PRESETS)
def test_no_key_of_a_preset_hides_the_beginning_of_a_sequence(name: str) -> None:
    keys = Keys({"preset": name})
    for line in BINDINGS:
        around = {line.scope, *OUTER[line.scope]}
        around |= {scope for scope, outer in OUTER.items() if line.scope in outer}
        for key in keys.keys(line):
            assert not any(keys.begins(scope, key) for scope in around), (line.id, key)


@pytest.mark.parametrize("name", PRESETS)
def test_the_list_leaves_every_action_of_the_screen_a_key(name: str) -> None:
    """Set gmail's `fold` back to `z` to see it red: the list would take undo's only key."""
    keys = Keys({"preset": name})
    for line in BINDINGS:
        if line.scope in ("mailbox", "app") and keys.keys(line):
            inner = ("list",) if line.scope == "mailbox" else ("list", "mailbox")
            free = [k for k in keys.keys(line) if not any(keys.find(each, k) for each in inner)]
            assert free, line.id


@pytest.mark.parametrize("name", PRESETS)
def test_no_key_that_goes_through_mail_answers_an_invitation(name: str) -> None:
    """Take `decline` out of gmail to see it red: its `n` goes to the next message."""
    keys = Keys({"preset": name})
    moving = {
        key
        for line in BINDINGS
        if line.scope in ("reader", "conversation")
        and ("scroll" in line.action or "message(" in line.action or "move(" in line.action)
        for key in keys.keys(line)
    }
    assert {"down", "pagedown"} <= moving
    for answer in ("accept", "tentative", "decline"):
        assert not moving & set(keys.keys(BY_ID[f"invitation.{answer}"])), answer


def test_own_sets_of_keys_are_files_and_what_is_wrong_in_one_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = tmp_path / "tuimail" / "keys"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text(
        'about = "mine"\n[prefix]\ng = "comma"\nx = 3\n'
        '[keys.list]\ntrash = "#"\ndwon = "n"\ntop = 4\n'
    )
    (folder / "broken.toml").write_text("[keys\n")
    assert preset_names() == (*PRESETS, "broken", "mine")
    keymap, problems = build_keymap(DEFAULTS, {"preset": "mine"}, file="config.toml")
    assert keymap.keys["list.trash"] == ("number_sign",)
    assert keymap.keys["list.top"] == ("comma g",)
    assert [(problem.key, problem.nearest) for problem in problems] == [
        ("keys.list.top", ""),
        ("prefix.x", ""),
        ("keys.list.dwon", "keys.list.down"),
    ]
    assert {Path(problem.file).name for problem in problems} == {"mine.toml"}
    keymap, problems = build_keymap(DEFAULTS, {"preset": "broken"}, file="config.toml")
    assert keymap.keys["list.trash"] == ("d",)
    assert "broken.toml" in problems[0].message


def test_the_keys_of_mutt_for_lists_and_bouncing_work_in_list_and_reader() -> None:
    """Red where `reader.load_all` keeps `L`, which it has elsewhere."""
    keys = Keys({"preset": "mutt"})
    for id_, key in (("mailbox.reply_list", "L"), ("mailbox.bounce", "b")):
        assert keys.keys(BY_ID[id_])[0] == key
        hidden = [
            one.id
            for one in BINDINGS
            if one.scope in ("list", "reader", "conversation", "tree") and key in keys.keys(one)
        ]
        assert hidden == []
