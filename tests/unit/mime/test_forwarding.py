"""Messages passed on and written anew: what stands in the draft, and which files go along."""

from __future__ import annotations

from tests.unit.mime.odd_mail import stored
from tuimail.mime.forwarding import (
    bounce,
    files_of,
    forward,
    forward_attached,
    forward_subject,
    message_file,
    written_anew,
)
from tuimail.mime.plain import plain
from tuimail.mime.quoting import read_paths, reply_to
from tuimail.mime.rendered import Link, TextLine
from tuimail.model.account import AccountId
from tuimail.model.draft import TextFormat, Writing
from tuimail.model.message import MessageKey
from tuimail.text.safe import SafeText

ACCOUNT = AccountId(1)
MIXED = b"""From: Kim Chu <kim@fabrikam.example>
To: Anna <anna@contoso.example>, team@contoso.example
Cc: "Boss, The" <boss@contoso.example>
Bcc: quiet@contoso.example
Subject: Contract
Message-ID: <2@fabrikam.example>
In-Reply-To: <1@contoso.example>
References: <0@contoso.example> <1@contoso.example>
Disposition-Notification-To: kim@fabrikam.example
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; format=flowed

A long line that goes
 on here.

> What was said.
-- 
Kim
--b
Content-Type: application/pdf; name="plan.pdf"
Content-Disposition: attachment; filename="plan.pdf"
Content-Transfer-Encoding: base64

JVBERg==
--b--
"""  # noqa: W291 - a signature's mark
MIXED = MIXED.replace(b"that goes\n", b"that goes \n").replace(b"\n--\nKim", b"\n-- \nKim")
MESSAGE, _ = stored(MIXED)
LINES = (TextLine(SafeText("See [1]."), 0), TextLine(SafeText("Really?"), 1))
LINKS = (Link(1, SafeText("https://x.example/"), SafeText("it"), suspicious=False),)


def test_subjects_have_one_mark() -> None:
    subjects = ["Contract", "Fwd: WG:  Contract", "FW: fwd[2]: Contract", "转发：Contract"]
    assert {forward_subject(one) for one in subjects} == {"Fwd: Contract"}
    assert forward_subject("Re: Contract") == "Fwd: Re: Contract"
    assert forward_subject("") == "Fwd:"


def test_a_forward_has_head_text_and_links_below() -> None:
    draft = forward(MESSAGE, LINES, account=ACCOUNT, links=LINKS)
    assert draft.to == ""
    assert draft.writing is Writing.FORWARD
    assert draft.forward_of == MESSAGE.summary.key
    assert draft.in_reply_to_key is None and draft.in_reply_to is None
    assert draft.references[-1] == "<2@fabrikam.example>"
    lines = draft.body.split("\n")
    assert lines[:2] == ["", ""]
    assert "From: Kim Chu <kim@fabrikam.example>" in lines
    assert 'Cc: "Boss, The" <boss@contoso.example>' in lines
    assert lines[lines.index("See [1].") :] == [
        "See [1].",
        "> Really?",
        "",
        "[1] https://x.example/",
        "",
    ]


def test_the_files_go_along_as_they_are() -> None:
    (pdf,) = files_of(MIXED)
    assert (pdf.name, pdf.content_type, pdf.data) == ("plan.pdf", "application/pdf", b"%PDF")
    whole = message_file(MIXED, "a/b: c")
    assert whole.content_type == "message/rfc822"
    assert whole.data == MIXED
    assert "/" not in whole.name and whole.name.endswith(".eml")
    assert forward_attached(MESSAGE, account=ACCOUNT).body == ""
    assert bounce(MESSAGE, LINES, account=ACCOUNT).writing is Writing.BOUNCE


def test_a_message_is_written_anew_as_it_was_typed() -> None:
    draft = written_anew(MIXED, (), account=ACCOUNT)
    assert draft.to == "Anna <anna@contoso.example>, team@contoso.example"
    assert draft.cc == '"Boss, The" <boss@contoso.example>'
    assert draft.bcc == "quiet@contoso.example"
    assert draft.sender == "Kim Chu <kim@fabrikam.example>"
    assert draft.body.startswith("A long line that goes on here.\n\n> What was said.\n--")
    assert draft.in_reply_to == "<1@contoso.example>"
    assert draft.references == ("<0@contoso.example>", "<1@contoso.example>")
    assert draft.asks_receipt
    assert draft.format is TextFormat.TEXT


def test_html_alone_is_taken_over_as_the_reader_shows_it() -> None:
    raw = b"From: a@x.example\nContent-Type: text/html\n\n<p>See <a href=x>it</a></p>"
    assert written_anew(raw, LINES, account=ACCOUNT, links=LINKS).body == (
        "See [1].\n> Really?\n\n[1] https://x.example/\n"
    )
    ours = b"User-Agent: tuimail/1\nContent-Type: multipart/alternative; boundary=b\n\n" + (
        b"--b\nContent-Type: text/plain\n\n**Hi**\n"
        b"--b\nContent-Type: text/html\n\n<b>Hi</b>\n--b--\n"
    )
    draft = written_anew(ours, (), account=ACCOUNT)
    assert draft.body == "**Hi**"
    assert draft.format is TextFormat.MARKDOWN


def test_answers_go_where_the_header_says() -> None:
    """Mail-Followup-To counts for an answer to all, List-Post for one to the list."""
    header = (
        b"List-Post: <mailto:team%2Blist@lists.example?subject=x>\r\n"
        b"Mail-Followup-To: team@lists.example, Anna <anna@contoso.example>\r\n\r\n"
    )
    paths = read_paths(header)

    def answer(writing: Writing) -> tuple[str, str]:
        draft = reply_to(
            MESSAGE,
            plain("Hi").lines,
            own=["anna@contoso.example"],
            writing=writing,
            account=ACCOUNT,
            paths=paths,
        )
        assert draft.writing is writing
        return draft.to, draft.cc

    assert answer(Writing.LIST) == ("team+list@lists.example", "")
    assert answer(Writing.REPLY_ALL) == ("team@lists.example", "")
    assert answer(Writing.REPLY) == ("Kim Chu <kim@fabrikam.example>", "")
    for odd in (b"List-Post: NO\r\n\r\n", b"List-Post: <https://x.example>\r\n\r\n", b"\r\n"):
        assert read_paths(odd).list_post is None
    assert MESSAGE.summary.key == MessageKey(7)
