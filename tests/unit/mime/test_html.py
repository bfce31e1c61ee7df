"""HTML mail as lines: what is read, what is left out, and how much work hostile input makes."""

from __future__ import annotations

import pytest

from tests.unit.mime.odd_mail import is_clean
from tuimail.mime.html import render_html
from tuimail.mime.markup import Kind, Tokenizer, strip_tags
from tuimail.mime.rendered import FoldKind, LineKind, RenderedText


def shown(source: str) -> list[str]:
    """Return the lines as the reader shows them."""
    return _marked(render_html(source))


def _marked(rendered: RenderedText) -> list[str]:
    return [f"{'>' * line.quote} {line.text}".strip() for line in rendered.lines]


def test_paragraphs_have_a_blank_line_between_and_divs_do_not() -> None:
    assert shown("<p>one<p>two</p>") == ["one", "", "two"]
    assert shown("<div>a</div><div>b<br></div>c") == ["a", "b", "c"]
    assert shown("<div><p>a</p></div><div>b</div>") == ["a", "", "b"]


def test_a_div_with_only_a_break_is_a_blank_line() -> None:
    assert shown("<div>a</div><div><br></div><div>b</div>") == ["a", "", "b"]


def test_word_paragraphs_are_lines_and_their_empty_ones_blank() -> None:
    source = (
        "<p class=MsoNormal>Hello<o:p></o:p></p><p class=MsoNormal>there</p>"
        "<p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>Kim</p>"
    )
    assert shown(source) == ["Hello", "there", "", "Kim"]


def test_quotes_keep_their_depth() -> None:
    source = "me<blockquote>a<br>b<blockquote>c</blockquote>d</blockquote>end"
    assert [line for line in shown(source) if line.strip("> ")] == [
        "me",
        "> a",
        "> b",
        ">> c",
        "> d",
        "end",
    ]


def test_escaped_quote_marks_count_as_quotes() -> None:
    assert shown("<div>&gt; a</div><div>&gt;&gt; b</div>") == ["> a", ">> b"]


def test_preformatted_text_keeps_its_lines() -> None:
    assert [line.text for line in render_html("<pre>\na\n  b\n\nc</pre>d").lines] == [
        "a",
        "  b",
        "",
        "c",
        "",
        "d",
    ]


def test_lists_are_marked_and_numbered() -> None:
    source = "<ul><li>a<li>b</ul><ol start=3><li>c</li><li>d</li></ol>"
    assert [line for line in shown(source) if line] == ["* a", "* b", "3. c", "4. d"]


@pytest.mark.parametrize(
    "hidden",
    [
        "<div style='display: none'>X</div>",
        "<span hidden>X</span>",
        "<div style='max-height:0px;overflow:hidden'>X</div>",
        "<div style='opacity:0'>X</div>",
        "<div style='visibility:hidden'><p>X</p></div>",
        "<div style='font-size:0'>X</div>",
        "<style>X</style><script>X</script><title>X</title>",
        "<div style='font-size:1px;line-height:1px'>X</div>",
        "<div style='height:0;overflow:hidden'>X</div>",
        "<div style='text-indent:-9999px'>X</div>",
        "<div style='color:#fff'>X</div>",
        "<font color=white>X</font>",
        "<div style='color:#FEFEFE;background:#ffffff'>X</div>",
        "<div bgcolor=#000080><span style='color:rgb(0, 0, 128)'>X</span></div>",
        "<div style='color:transparent'>X</div>",
        "<style>.p{display:none}</style><div class=p>X</div>",
        "<!-- X --><![if mso]><!--[if mso]>X<![endif]-->",
        "<img src=x width=1 height=1 alt=X>",
        "<svg><text>X</text></svg><select><option>X</select>",
        "<head><b>X</b></head><body>",
        "<head><b>X</b><body>",
    ],
)
def test_what_is_hidden_is_not_shown(hidden: str) -> None:
    assert "".join(shown(f"a{hidden}b")) in ("ab", "a b")


@pytest.mark.parametrize(
    "visible",
    [
        "<td style='font-size:0px'><div style='font-size:13px'>X</div></td>",
        "<a style='mso-hide:all' href=https://x.example>X</a>",
        "<div style='max-height:0.5em'>X</div>",
        "<div style='opacity:0.9'>X</div>",
        "<p hidden>y<p>X",
        "<table bgcolor='#000080'><tr><td style='color:#fff'>X</table>",
        "<div style='background:url(a.png)'><b style='color:#fff'>X</b></div>",
        "<div style='background-image:linear-gradient(#000,#111)'><b style='color:#fff'>X</b>",
        "<style>.h{background:#000}</style><div class=h><b style='color:#fff'>X</b></div>",
        "<div style='color:#fff'><a href=https://x.example>X</a></div>",
        "<div style='color:#fff'><b style='color:#000'>X</b></div>",
        "<style>@media print{.p{display:none}}</style><div class=p>X</div>",
        "<div style='font-size:1em'>X</div>",
        "<div style='background-color:transparent;color:#333'>X</div>",
        "<div><span hidden>y</div>X",
    ],
)
def test_what_only_looks_hidden_is_shown(visible: str) -> None:
    """Guards the bulletproof buttons and MJML columns that a coarse rule loses."""
    assert "X" in "".join(shown(visible))


def test_what_is_hidden_is_told_with_its_reasons() -> None:
    source = (
        "<div style='display:none'>preheader <b>x</b></div>a<font color=#ffffff>b</font>"
        "<img src=https://x.example/t.gif width=1 height=1><p style='display:none'> &nbsp;</p>"
    )
    rendered = render_html(source)
    (fold,) = rendered.folds
    assert (fold.first, fold.end, fold.kind) == (1, 1, FoldKind.HIDDEN)
    assert fold.words == "3 hidden blocks (not displayed, white text, 1 pixel): only in the source"
    assert render_html("<style>x</style><title>t</title>a").folds == ()


def test_headings_code_and_tables_are_known_as_such() -> None:
    lines = render_html(
        "<h2>Head<br>line</h2><p>a<pre>x\n  y</pre>b"
        "<table border=1><tr><th>i<th>j<tr><td>1<td>2</table>c"
    ).lines
    kinds = [(line.text, line.kind) for line in lines if line.text]
    assert kinds == [
        ("Head", LineKind.HEADING),
        ("line", LineKind.HEADING),
        ("a", LineKind.TEXT),
        ("x", LineKind.VERBATIM),
        ("  y", LineKind.VERBATIM),
        ("b", LineKind.TEXT),
        ("i  j", LineKind.TABLE),
        ("1  2", LineKind.TABLE),
        ("c", LineKind.TEXT),
    ]


def test_a_rule_is_known_as_such_and_nothing_else_is() -> None:
    lines = render_html(
        "a<hr>b<blockquote>c<hr noshade>d</blockquote><ul><li>e<hr>f</ul><p>---</p>"
    ).lines
    known = [(line.text, line.quote, line.kind) for line in lines if "---" in line.text]
    assert known == [
        ("---", 0, LineKind.RULE),
        ("---", 1, LineKind.RULE),
        ("    ---", 0, LineKind.RULE),
        ("---", 0, LineKind.TEXT),
    ]


def test_all_of_an_item_hangs_behind_its_mark() -> None:
    source = (
        "<ul><li>one<br>two<li><p>three</p><p>four</p><ol><li>deep<br>more</ol></ul>five"
        "<blockquote><ul><li>six<br>seven</ul></blockquote>"
    )
    lines = render_html(source).lines
    assert [(line.text, line.indent) for line in lines if line.text] == [
        ("  * one", 4),
        ("    two", 4),
        ("  * three", 4),
        ("    four", 4),
        ("    1. deep", 7),
        ("       more", 7),
        ("five", 0),
        ("  * six", 4),
        ("    seven", 4),
    ]


def test_a_linked_image_without_words_keeps_its_link() -> None:
    rendered = render_html("<a href=https://x.example><img src=a.png></a> <img src=b.png>")
    assert _marked(rendered) == ["[image] [1]"]
    twice = (
        "<div><a href=https://x.example><img src=a.png></a></div><a href=https://x.example>A</a>"
    )
    assert shown(twice) == ["A [1]"]
    pixel = render_html("<a href=https://x.example><img src=a.png width=1 height=1></a>b")
    assert pixel.links == ()


def test_what_the_markup_calls_a_signature_is_folded() -> None:
    rows = "".join(f"<div>line {number}</div>" for number in range(5))
    (fold,) = render_html(f"<p>Hi</p><div class=gmail_signature>{rows}</div>").folds
    assert (fold.first, fold.end, fold.kind) == (2, 7, FoldKind.SIGNATURE)
    assert (
        render_html(f"<p>Hi</p><div id=Signature>{rows}</div>").folds[0].words.endswith("5 lines")
    )
    assert render_html(f"<p>Hi</p><div>{rows}</div>").folds == ()


def test_an_outlook_chain_is_folded_from_its_block_on() -> None:
    chain = (
        "<div class=WordSection1><p class=MsoNormal>Thanks!<o:p></o:p></p><div><div style='border:"
        "none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal><b>From:</b> Ben Okafor &lt;ben@x."
        "example&gt; <br><b>Sent:</b> Friday, November 20, 2026 4:12 PM<br><b>To:</b> Anna<br><b>"
        "Subject:</b> RE: Numbers</p></div></div><p class=MsoNormal>Hello</p></div>"
    )
    (fold,) = render_html(chain).folds
    assert fold.words == "5 earlier lines: Ben Okafor, 20 Nov"


def test_layout_tables_become_blocks_and_data_tables_columns() -> None:
    source = (
        "<table><tr><td>menu</td><td><table border=1><tr><th>Item<th>Sum</tr>"
        "<tr><td>山田<td>1,200</tr><tr><td>Bo<td>30</tr></table></td></tr></table>"
    )
    assert shown(source) == ["menu", "", "Item    Sum", "山田  1,200", "Bo       30"]


def test_links_are_numbered_once_for_each_target() -> None:
    rendered = render_html(
        "<a href='https://x.example/a'>one</a> <a href=https://y.example>two </a>."
        "<a href='https://x.example/a'><div>again</div></a>"
    )
    assert _marked(rendered) == ["one [1] two [2] .", "again [1]"]
    assert [(link.number, link.host) for link in rendered.links] == [
        (1, "x.example"),
        (2, "y.example"),
    ]


@pytest.mark.parametrize("href", ["javascript:alert(1)", "data:text/html,x", "file:///etc", "#a"])
def test_links_that_lead_nowhere_safe_are_plain_text(href: str) -> None:
    rendered = render_html(f"<a href='{href}'>text</a>")
    assert _marked(rendered) == ["text"]
    assert rendered.links == ()


def test_images_say_what_they_show() -> None:
    assert shown("<img src=https://x.example/a.png alt='Our logo'>") == ["[image: Our logo]"]
    assert shown("<img src=https://x.example/a.png>") == []


def test_entities_and_marks_cannot_forge_structure() -> None:
    """Guards the control characters that stand for quotes and tables inside the renderer."""
    rendered = render_html(
        "&#1;quoted&#2;&#3;<b>a</b>&#31;b&#4; &#21; &#27;[31m &#x202e;x &#99999999999;"
    )
    assert all(is_clean(line.text) and line.quote == 0 for line in rendered.lines)
    assert {line.kind for line in rendered.lines} == {LineKind.TEXT}


def test_markup_in_attributes_stays_there() -> None:
    assert shown("<a title='a > b' href=https://x.example>x</a>") == ["x [1]"]
    assert shown("<img alt='<script>x</script>'>") == ["[image: <script>x</script>]"]


HOSTILE = {
    "open-tags": "<a " * 25_000,
    "lists": "<ul><li>x" * 7_000,
    "open-quotes": "<a href='" * 25_000,
    "closed-open-quotes": "<a href='>" * 25_000,
    "comments": "<!--" * 25_000,
    "declarations": "<!x" * 25_000 + ">",
    "angles": "<" * 25_000 + ">",
    "divs": "<div>" * 25_000,
    "ends": "</div>" * 25_000,
    "wrong-ends": "<p>" + "</b><i>" * 25_000,
    "tables": "<table><tr><td>" * 12_000,
    "cells": "<table border=1><tr>" + "<td>x" * 12_000 + "<tr><td>y<td>z",
    "quotes": "<blockquote>" * 20_000 + "x",
    "attributes": "<b " + "x=y " * 50_000 + ">",
    "equals": "<b " + "=" * 50_000 + ">",
    "references": "&" * 50_000,
    "digits": "&#" + "9" * 50_000 + ";",
    "styles": "<style>" * 25_000,
    "blank-style": "<b style='" + "font-size " * 22_000 + "'>x",
    "links": "<a href=https://x.example/>y</a>" * 5_000,
    "many-links": "".join(f"<a href=https://x.example/{n}>y</a>" for n in range(5_000)),
    "grounds": "<b style='" + "background:" * 20_000 + "'>x",
    "colours": "<b style='color:" + "rgb(" * 50_000 + "'>x",
    "sheets": "<style>" + "a{" * 100_000 + "</style>",
    "selectors": "<style>" + ".a,b " * 40_000 + "{background:0}</style>",
    "braces": "<style>" + "{}" * 100_000 + "</style>",
    "items": "<ul>" + "<li>x" * 40_000,
    "rows": "<table border=1>" + "<tr>" + "<td>x" * 20_000 + "<tr><td>y" * 20_000 + "</table>",
    "blocks": "<p>From: x<p>Sent: 1<p>" * 8_000,
    "spaces": "<b" + " " * 125_000 + "=" + " " * 100_000 + ">",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_work_on_hostile_html_grows_with_its_length_only(name: str) -> None:
    source = HOSTILE[name]
    tokenizer = Tokenizer(source)
    assert tokenizer.steps <= len(source)
    assert sum(len(token.value) for token in tokenizer.tokens) <= len(source) + 10
    strip_tags(source)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_html_is_rendered_to_clean_lines(name: str) -> None:
    rendered = render_html(HOSTILE[name])
    assert all(is_clean(line.text) for line in rendered.lines)
    assert max((line.quote for line in rendered.lines), default=0) <= 20
    assert len(rendered.links) <= 500


def test_an_unclosed_comment_hides_the_rest_as_in_a_browser() -> None:
    assert shown("a<!-- b <i>c</i>") == ["a"]
    assert shown("a<!-->b") == ["ab"]


def test_less_than_signs_in_text_are_text() -> None:
    assert shown("a < b <3 c</p>") == ["a < b <3 c"]
    assert [token.kind for token in Tokenizer("x < y").tokens] == [Kind.TEXT]


def test_stripping_keeps_blocks_apart() -> None:
    source = "<head><title>t</title></head><body><p>one</p><div>two<script>x</script></div>"
    assert strip_tags(source) == "one\ntwo"
