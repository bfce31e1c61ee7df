"""Markdown as the receiver sees it: shaped, harmless, and history as Outlook writes it."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.mime.markdown import History, html_of, image_names

HISTORY = History(
    (
        ("From", "Kim Chu <kim.chu@fabrikam.example>"),
        ("Sent", "Monday, 23 November 2026 09:32"),
        ("To", "Anna Lindqvist"),
        ("Subject", "Contract & draft"),
    )
)


class Shape(HTMLParser):
    """Tags, links and whether every element that is opened is closed."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.unstyled: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag in ("p", "table", "td", "blockquote", "a") and not given.get("style"):
            self.unstyled.append(tag)
        if tag not in ("br", "hr", "img", "meta"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("br", "hr", "img", "meta"):
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_what_was_typed_keeps_its_shape() -> None:
    shape = Shape(
        html_of(
            "# Numbers\n\nHello **Kim**,\nsecond line\n\n- one\n- two\n\n"
            "| a | b |\n|---|--:|\n| 1 | 2 |\n\n`code` and https://contoso.com/x\n"
        )
    )
    for tag in ("h1", "strong", "br", "ul", "li", "table", "th", "td", "code", "a"):
        assert tag in shape.tags
    assert shape.links == ["https://contoso.com/x"]
    assert shape.unstyled == []
    assert shape.open == []


def test_html_that_is_typed_is_shown_and_not_obeyed() -> None:
    shape = Shape(
        html_of(
            "<script>alert(1)</script>\n\n[a](javascript:alert(1)) ![b](data:text/html;x)"
            " [c](file:///etc/passwd) <img src=x onerror=y>"
        )
    )
    assert "script" not in shape.tags
    assert shape.links == []
    assert "<script>alert(1)</script>" in shape.text


def test_a_signature_is_no_heading_and_not_markdown() -> None:
    source = html_of("Thanks\n\n-- \nAnna *Lindqvist*\nContoso\n")
    shape = Shape(source)
    assert "h2" not in shape.tags and "em" not in shape.tags
    assert "Anna *Lindqvist*<br>" in source


def test_a_signature_above_the_quote_ends_where_that_begins() -> None:
    body = "Yes.\n\n-- \nAnna\n\nOn Mon Kim Chu wrote:\n> Ready?\n"
    for history in (None, HISTORY):
        shape = Shape(html_of(body, history=history))
        assert "h2" not in shape.tags
        assert shape.text.index("Anna") < shape.text.index("Ready?")
        assert ("wrote:" in shape.text) is (history is None)


def test_a_quote_at_the_end_becomes_history_as_outlook_writes_it() -> None:
    source = html_of(
        "Yes.\n\nOn Mon 23 Nov 2026 at 09:32 Kim Chu wrote:\n> Is it ready?\n>> Soon.\n",
        history=HISTORY,
    )
    shape = Shape(source)
    assert "border-top:solid #e1e1e1 1pt" in source
    assert "<b>Subject:</b> Contract &amp; draft" in source
    assert "wrote:" not in shape.text
    assert shape.tags.count("blockquote") == 1  # the older level; the newest stands plain
    assert shape.text.index("Yes.") < shape.text.index("From:") < shape.text.index("Is it ready?")


def test_answers_between_the_lines_stay_where_they_are() -> None:
    source = html_of("On Mon Kim wrote:\n> One?\n\nYes.\n\n> Two?\n\nNo.\n", history=HISTORY)
    shape = Shape(source)
    assert "From:" not in shape.text
    assert shape.tags.count("blockquote") == 2
    assert shape.text.index("One?") < shape.text.index("Yes.") < shape.text.index("Two?")


def test_images_by_the_names_of_attached_files_stand_in_the_text() -> None:
    body = "![plan](plan.png) and ![other](https://x.example/y.png)"
    assert image_names(body) == ("plan.png", "https://x.example/y.png")
    shape = Shape(html_of(body, images={"plan.png": "1@contoso.com"}))
    assert shape.links == ["cid:1@contoso.com", "https://x.example/y.png"]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from("abc *_`#>-|[]()!<&:/\n\t1.~\"'ü件"), max_size=120))
def test_nothing_that_is_typed_breaks_the_document(body: str) -> None:
    shape = Shape(html_of(body, history=HISTORY))
    assert shape.open == []
    assert not {"script", "style", "iframe"} & set(shape.tags)


@pytest.mark.parametrize("name", ["plan.png", "a b.png", "größe.png"])
def test_an_image_is_found_by_its_name(name: str) -> None:
    assert image_names(f"![x](<{name}>)") == (name,)
