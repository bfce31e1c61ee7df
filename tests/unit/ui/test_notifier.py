"""How somebody is told who looks elsewhere, and that hostile text stays text on every way."""

from __future__ import annotations

import re

import pytest

from tuimail.ui.terminal.notifier import Way, choose_way, command, sequence

HOSTILE = (
    "x\x1b]0;owned\x07\x1b\\ \x9d2;owned\x9c a;b;c \x1b[31m\r\n",
    "<b>bold</b> & <a href='https://evil.example'>here</a> \\n \\x41",
    "--help -u critical",
    "\u202eabc\u2066 " + "y" * 5000,
)


@pytest.mark.parametrize(
    ("setting", "environ", "programs", "way"),
    [
        ("auto", {"TERM": "xterm-256color"}, (), "bell"),
        ("auto", {"TERM": "xterm-256color", "DISPLAY": ":0"}, ("notify-send",), "desktop"),
        ("auto", {"TERM": "xterm-256color", "DISPLAY": ":0"}, (), "bell"),
        ("auto", {"TERM": "foot", "SSH_TTY": "pts/1", "DISPLAY": ":9"}, ("notify-send",), "osc777"),
        ("auto", {"TERM": "xterm-kitty"}, (), "osc9"),
        ("auto", {"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, (), "osc9"),
        ("auto", {"TERM": "tmux-256color", "TERM_PROGRAM": "iTerm.app"}, (), "bell"),
        ("auto", {"TERM": "xterm-256color", "TMUX": "1", "TERM_PROGRAM": "ghostty"}, (), "bell"),
        ("off", {"TERM": "foot"}, (), "off"),
        ("osc9", {"TERM": "xterm"}, (), "osc9"),
        ("desktop", {"TERM": "xterm"}, (), "desktop"),
    ],
)  # fmt: skip
def test_the_way_follows_the_setting_and_the_terminal(
    setting: str, environ: dict[str, str], programs: tuple[str, ...], way: str
) -> None:
    assert choose_way(setting, environ, lambda name: name if name in programs else None) == way


def test_the_terminal_is_sent_one_sequence() -> None:
    assert sequence("bell", "tuimail", "2 new") == "\x07"
    assert sequence("osc9", "tuimail", "2 new") == "\x1b]9;tuimail: 2 new\x1b\\"
    assert sequence("osc777", "tuimail", "2 new") == "\x1b]777;notify;tuimail;2 new\x1b\\"
    assert sequence("off", "tuimail", "2 new") == sequence("desktop", "tuimail", "2 new") == ""


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("way", ["osc9", "osc777"])
def test_nothing_in_a_text_ends_the_sequence_or_adds_to_it(way: Way, text: str) -> None:
    sent = sequence(way, "tuimail", text)
    assert sent.endswith("\x1b\\")
    inside = sent[1:-2]
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", inside)
    assert len(inside) < 300
    if way == "osc777":
        assert inside.count(";") == 3


@pytest.mark.parametrize("text", HOSTILE)
def test_the_desktop_is_given_plain_text(text: str) -> None:
    line = command("tuimail", text)
    title, body = line[line.index("--") + 1 :]
    assert title == "tuimail"
    assert "<" not in body
    assert "\\" not in body.replace("\\\\", "")
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", body)
