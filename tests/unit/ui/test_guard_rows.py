"""The page before something unusual is sent is the one that was designed."""

from __future__ import annotations

from tuimail.mime.guard import Reason, Unusual
from tuimail.model.account import AccountId
from tuimail.text.address import make_address
from tuimail.text.safe import SafeText
from tuimail.ui.drawing.glyphs import ASCII, UNICODE
from tuimail.ui.drawing.rows import plain_text
from tuimail.ui.writing.guard_rows import MessageInShort, check_rows

REASONS = [
    Unusual(
        Reason.DOMAIN,
        SafeText("New domain in this conversation"),
        SafeText(
            "Lee Park at northwind.example was not on the earlier mails. The 48 quoted lines"
            " below your text were not written for them."
        ),
        SafeText("northwind.example"),
    ),
    Unusual(
        Reason.ATTACHMENT,
        SafeText("You mention an attachment, there is none"),
        SafeText("“I have written that into the attached draft.”"),
    ),
]
MESSAGE = MessageInShort(
    account=AccountId(1),
    sender="Anna Lindqvist  anna@contoso.com",
    people=(
        make_address("Kim Chu", "kim.chu@fabrikam.example"),
        make_address("Lee Park", "lee.park@northwind.example"),
    ),
    subject="Re: Contract draft v4",
    own_domain="contoso.com",
    size=4096,
    files=0,
)
WAYS = [
    ("e", "back to the text"),
    ("t", "attach a file"),
    ("x", "drop the quote"),
    ("y", "send anyway"),
]
PAGE = """\

 Before this goes out: two things look unusual

 1 New domain in this conversation
   Lee Park at northwind.example was not on the earlier mails. The 48 quoted
   lines below your text were not written for them.

 2 You mention an attachment, there is none
   “I have written that into the attached draft.”

── Message ─────────────────────────────────────────────────────────────────────
 From     Anna Lindqvist  anna@contoso.com
 To       [Kim Chu ! fabrikam.example] [Lee Park ! northwind.example]
 Subject  Re: Contract draft v4
 Size     4 KB, no attachments

────────────────────────────────────────────────────────────────────────────────
 e back to the text     t attach a file     x drop the quote     y send anyway"""


def test_the_page_is_as_designed() -> None:
    rows = check_rows(REASONS, MESSAGE, WAYS, 80, UNICODE)
    assert "\n".join(plain_text(row).rstrip() for row in rows) == PAGE


def test_a_narrow_terminal_breaks_the_ways_and_cuts_nothing() -> None:
    rows = [plain_text(row).rstrip() for row in check_rows(REASONS, MESSAGE, WAYS, 40, ASCII)]
    assert max(map(len, rows)) <= 40
    assert rows[-2:] == [
        " e back to the text     t attach a file",
        " x drop the quote       y send anyway",
    ]
    five = [*WAYS[:3], ("l", "send later …"), WAYS[3]]
    assert "send later ~" in plain_text(check_rows(REASONS, MESSAGE, five, 80, ASCII)[-2])
    rows = [plain_text(row).rstrip() for row in check_rows(REASONS, MESSAGE, five, 80, UNICODE)]
    assert rows[-2:] == [
        " e back to the text     t attach a file     x drop the quote     l send later …",
        " y send anyway",
    ], "what sends at once comes last"
