"""Signatures, disclaimers, warnings and meetings: what is folded, with which words, what is not."""

from __future__ import annotations

import pytest

from tests.unit.mime.noise.written import BANNERS, DISCLAIMERS
from tuimail.mime.plain import plain
from tuimail.mime.rendered import FoldKind

ADDRESS = "Contoso AB\nBox 1\nTel +46 8 123 45 67\nMobile +46 70 123 45 67\nwww.contoso.com\n"
TEAMS = """\
________________________________________________________________________________
Microsoft Teams meeting
Join on your computer, mobile app or room device
Click here to join the meeting<https://teams.microsoft.com/l/meetup-join/19%3ameeting>
Meeting ID: 123 456 789
Passcode: abc
Download Teams<https://www.microsoft.com/x> | Join on the web<https://www.microsoft.com/y>
Or call in (audio only)
+46 8 000 000,,123# Sweden, Stockholm
Phone Conference ID: 123 456 789#
Find a local number<https://dialin.teams.microsoft.com/1> | Reset PIN<https://x.example>
Learn More<https://aka.ms/JoinTeamsMeeting> | Meeting options<https://teams.microsoft.com/o/>
________________________________________________________________________________
"""
ZOOM = """\
Anna is inviting you to a scheduled Zoom meeting.

Topic: Numbers
Time: Nov 23, 2026 10:00 AM

Join Zoom Meeting
https://us02web.zoom.us/j/81234567890?pwd=abc

Meeting ID: 812 3456 7890
Passcode: 123456

One tap mobile
+13017158592,,81234567890# US (Washington DC)

Dial by your location
        +1 301 715 8592 US (Washington DC)
Find your local number: https://us02web.zoom.us/u/kdABC
"""
MEET = """\
Join with Google Meet
https://meet.google.com/abc-defg-hij
Or dial: (SE) +46 8 123 45 67 PIN: 123 456 789#
More phone numbers: https://tel.meet/abc-defg-hij?pin=1
"""
WEBEX = """\
-- Do not delete or change any of the following text. --

When it's time, join your Webex meeting here.
https://contoso.webex.com/contoso/j.php?MTID=m123

More ways to join:
Join from the meeting link
Join by meeting number
Meeting number (access code): 123 456 7890
Meeting password: abc
Need help? Go to https://help.webex.com
"""


def told(text: str) -> list[tuple[FoldKind, str]]:
    return [(fold.kind, fold.words) for fold in plain(text).folds]


@pytest.mark.parametrize("language", DISCLAIMERS)
def test_a_disclaimer_at_the_end_is_folded(language: str) -> None:
    assert told(f"Hello,\n\nhere it is.\n\nAnna\n\n{DISCLAIMERS[language]}\n") == [
        (FoldKind.DISCLAIMER, "disclaimer, 1 line")
    ]


def test_a_signature_of_more_than_four_lines_is_folded() -> None:
    assert told(f"Hello\n\n-- \nAnna\n{ADDRESS}") == [(FoldKind.SIGNATURE, "signature, 7 lines")]
    assert told("Hello\n\n-- \nAnna\nContoso\nTel 1\nwww.x.example\n") == []


def test_a_signature_without_its_mark_is_known_by_what_is_in_it() -> None:
    text = f"Hello,\n\nhere it is.\n\nBest regards,\nAnna Lindqvist\n{ADDRESS}"
    (fold,) = plain(text).folds
    assert (fold.first, fold.kind) == (6, FoldKind.SIGNATURE)
    assert fold.words == "signature, 5 lines"


def test_a_signature_and_a_disclaimer_are_one_fold() -> None:
    text = f"Hello\n\n-- \nAnna\n{ADDRESS}\n{DISCLAIMERS['en']}\n\nThink before printing.\n"
    assert told(text) == [(FoldKind.SIGNATURE, "signature and disclaimer, 9 lines")]


def test_it_is_found_above_the_history_too() -> None:
    text = (
        f"Hello\n\n-- \nAnna\n{ADDRESS}\nFrom: Ben <b@x.example>\nSent: 20 Nov 2026 16:12\n"
        "To: Anna\nSubject: x\n\nHi\n"
    )
    assert [kind for kind, _ in told(text)] == [FoldKind.SIGNATURE, FoldKind.HISTORY]


@pytest.mark.parametrize(
    "text",
    [
        "Hello,\n\nis the disclaimer about confidential mail needed?\n",
        "Hello,\n\nthe draft is confidential, so please delete it after reading; what Olu says of"
        " the prices is not meant for anybody else, and neither is the second page.\n",
        f"Hello\n\n{DISCLAIMERS['en']}\n\nWhat do you think of this wording? I find it long.\n",
        "Hello\n\n--\n\nAnna\n",
        "Best regards\nAnna\n\nOne more thing: the list\nof it\nis long\nand\nsome\nmore\n",
        f"{DISCLAIMERS['en']}\n",
        "a\n--\n" + "a long table of a text follows here and goes on and on\n" * 60,
    ],
)
def test_what_only_looks_like_a_closing_is_shown(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize("language", BANNERS)
def test_a_warning_above_the_text_is_folded(language: str) -> None:
    (fold,) = plain(f"{BANNERS[language]}\n\nHello Anna,\n\nhere it is.\n").folds
    assert fold.kind is FoldKind.BANNER
    assert fold.first == 0
    assert fold.end == BANNERS[language].count("\n") + 1


def test_a_warning_says_its_first_words() -> None:
    assert told("EXTERNAL SENDER\n\nHello\n") == [
        (FoldKind.BANNER, "“EXTERNAL SENDER” banner, 1 line")
    ]


def test_two_warnings_are_one_fold_and_the_text_right_below_is_shown() -> None:
    text = f"[EXTERNAL]\n\n{BANNERS['en, long']}\nHello Anna,\nhere it is.\n"
    (fold,) = plain(text).folds
    assert (fold.first, fold.end) == (0, 4)


@pytest.mark.parametrize(
    "text",
    [
        "External audit starts on Monday.\n\nAnna\n",
        "The external email gateway is down again.\n\nAnna\n",
        "External\n\nWhat we show outside.\n",
        "Hello,\n\nthat issue originated from outside our team. Do not worry.\n",
        "[EXTERNAL] Hello Anna, here it is.\n",
        "Hello\n\nWhy do I see this banner?\n\nAnna asks.\n\nSee below.\n\n[EXTERNAL]\n",
        "Externe Prüfung am Montag\n\nHallo\n",
    ],
)
def test_what_only_looks_like_a_warning_is_shown(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TEAMS, "Teams boilerplate, 13 lines  (join link kept as [1], dial-in as [4])"),
        (ZOOM, "Zoom boilerplate, 12 lines  (join link kept as [1], dial-in as [2])"),
        (MEET, "Meet boilerplate, 4 lines  (join link kept as [1], dial-in as [2])"),
        (WEBEX, "Webex boilerplate, 8 lines  (join link kept as [1])"),
    ],
    ids=["teams", "zoom", "meet", "webex"],
)
def test_how_to_join_a_meeting_becomes_one_line_that_keeps_its_links(text: str, words: str) -> None:
    (fold,) = plain(f"Agenda: the numbers.\n\n{text}").folds
    assert (fold.kind, fold.words) == (FoldKind.MEETING, words)
    (alone,) = plain(text).folds
    assert alone.kind is FoldKind.MEETING


@pytest.mark.parametrize(
    "text",
    [
        "Shall we have a Microsoft Teams meeting on Monday?\n\nAnna\n",
        "Join Zoom Meeting\nis what the button says.\nNobody finds it.\n",
        "The link https://meet.google.com/abc-defg-hij is wrong.\n\nAnna\n",
        "join zoom meeting\n" * 300,
        # The service's address in another's name, path or query.
        TEAMS.replace("https://teams.mic", "https://evil.example/?https://teams.mic"),
        TEAMS.replace("https://teams.mic", "https://evilteams.mic"),
        ZOOM.replace("us02web.zoom", "us02webzoom"),
        MEET.replace("https://meet.", "https://evil.example/meet."),
        WEBEX.replace("https://contoso.webex.com", "https://evil.example/x.webex.com"),
    ],
)
def test_what_only_talks_about_a_meeting_is_shown(text: str) -> None:
    """Mutations seen red: `search` for both `match`; in `_link` a dot that may lack, or `[./]`."""
    assert told(text) == []
