"""A report shows nothing of who somebody is, wherever it stood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.cli.checkup_words import report
from tuimail.cli.redaction import Redaction
from tuimail.model.checkup import Checked, Found, Private
from tuimail.model.finding import Verdict
from tuimail.model.notice import Notice, Severity

JWT = "eyJ0eXAiOiJKV1QifQ.eyJ1cG4iOiJhbm5hIn0.c2lnbmF0dXJl_-0"
REFRESH = "0.AXoAabcdefghijklmnopqrstuvwxyz0123456789-_abcdef"
SECRETS = (
    "Anna.Lindqvist@contoso.example",
    "anna.lindqvist%40contoso.example",
    "anna.lindqvist",
    "contoso.example",
    "stranger@elsewhere.example",
    "fabrikam.onmicrosoft.com",
    "Contoso Nordic AB",
    "6f1b2f0c-1111-2222-3333-9a8b7c6d5e4f",
    "AM6PR0102MB1234.eurprd01.prod.exchangelabs.com",
    "4EA61A8A43D847C9",
    "203.0.113.77",
    "2001:db8::77",
    "/home/annal/.local/share/tuimail",
    "annal",
    "annas-laptop",
    JWT,
    REFRESH,
    f"Bearer {JWT}",
)
KNOWN = (
    Private("user", "anna.lindqvist@contoso.example"),
    Private("organisation", "Contoso Nordic AB"),
    Private("folder", "/home/annal"),
    Private("user", "annal"),
    Private("computer", "annas-laptop"),
)


@given(
    secret=st.sampled_from(SECRETS),
    before=st.sampled_from(["", " ", "<", "(", '"', "user=", "for ", "[", "x: ", "https://h/?a="]),
    after=st.sampled_from(["", " ", ">", ")", '"', ", ", "]", ";", ": "]),
    place=st.integers(0, 4),
)
def test_no_secret_comes_out_of_any_place(secret: str, before: str, after: str, place: int) -> None:
    """Red when one of the patterns is left out of `Redaction.text`, or a place out of it."""
    texts = ["plain"] * 5
    texts[place] = f"{before}{secret}{after}"
    notice = Notice(Severity.ERROR, "short", command=texts[1], detail=texts[2])
    checked = Checked(texts[3], "x", "About", Found(Verdict.FAIL, texts[0], notice, texts[4]))
    said = "\n".join(report([checked], KNOWN)).lower()
    for hidden in (secret, *secret.removeprefix("Bearer ").split("@")):
        assert hidden.lower() not in said


def test_the_same_thing_has_the_same_word() -> None:
    redaction = Redaction(KNOWN)
    assert redaction.text("ANNA.lindqvist@contoso.example") == "user-1@domain-1"
    assert (
        redaction.text("imap.contoso.example, b@contoso.example")
        == "imap.domain-1, user-3@domain-1"
    )
    assert redaction.text("as anna.lindqvist") == "as user-1"


@pytest.mark.parametrize(
    "text",
    [
        "TLSv1.3, certificate by DigiCert Inc",
        "outlook.office365.com has 4 IPv4 and 4 IPv6",
        "good until 19:08",
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled",
        "tuimail 0.1.0, Python 3.11.7, SQLite 3.40.1, Linux x86_64",
        "https://aka.ms/smtp_auth_disabled",
        "Sign-in login.microsoftonline.com:443",
    ],
)
def test_what_support_needs_stays(text: str) -> None:
    assert Redaction(KNOWN).text(text) == text
