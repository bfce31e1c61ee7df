"""What a person may paste for the address of a sign-in's last page."""

import pytest

from tuimail.auth.answers import Refused, answer_for, answer_in

GOOD = "http://localhost:40001/?code=0.AXk&state=abc&session_state=1"


@pytest.mark.parametrize(
    "pasted",
    [
        GOOD,
        f"  {GOOD}\n",
        f"<{GOOD}>",
        f'"{GOOD}"',
        GOOD[:30] + "\r\n" + GOOD[30:],
        GOOD.replace("localhost", "127.0.0.1"),
        GOOD.replace("http:", "https:"),
        GOOD.replace(":40001", ""),
        GOOD.replace("localhost", "LOCALHOST"),
    ],
)
def test_the_address_is_read_however_it_was_copied(pasted: str) -> None:
    assert answer_for(pasted, "abc") == {"code": "0.AXk", "state": "abc", "session_state": "1"}


def test_an_error_is_an_answer_too() -> None:
    pasted = "http://localhost/?error=access_denied&error_description=AADSTS65004%3A+x&state=abc"
    assert answer_for(pasted, "abc") == {
        "error": "access_denied",
        "error_description": "AADSTS65004: x",
        "state": "abc",
    }


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("", "That is not an address."),
        ("F7KQ2M9XR", "That is not an address."),
        ("http://[::1", "That is not an address."),
        ("http://localhost:40001/?code=1&state=abc\udcff", "That is not an address."),
        ("ftp://localhost/?code=1&state=abc", "That is not an address."),
        ("x" * 40_000, "That is not an address."),
        ("http://localhost/?" + "a=1&" * 100, "That is not an address."),
        ("https://login.microsoftonline.com/common/authorize?state=abc", "not the last page"),
        ("https://localhost.evil.example/?code=1&state=abc", "not the last page"),
        ("http://localhost:40001/", "has no answer in it"),
        ("http://localhost:40001/?code=1", "has no answer in it"),
        ("http://localhost:40001/?state=abc", "has no answer in it"),
        ("http://localhost:40001/?code=1&state=other", "is of another attempt"),
        (
            "http://localhost:40001/?code=1&state=\N{LATIN SMALL LETTER A WITH RING ABOVE}",
            "another",
        ),
    ],
)
def test_what_will_not_do_is_said_in_one_sentence(pasted: str, words: str) -> None:
    refused = answer_for(pasted, "abc")
    assert isinstance(refused, Refused)
    assert words in refused.words
    assert "\n" not in refused.words


def test_blank_values_are_no_answer() -> None:
    assert isinstance(answer_in("http://localhost/?code=&state="), Refused)
