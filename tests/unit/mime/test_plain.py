"""Plain text: quote marks, format=flowed, links that stay in place."""

from __future__ import annotations

from tuimail.mime.plain import plain


def shown(text: str, *, flowed: bool = False, delsp: bool = False) -> list[tuple[int, str]]:
    return [(line.quote, line.text) for line in plain(text, flowed=flowed, delsp=delsp).lines]


def test_quote_marks_are_counted_and_taken_off() -> None:
    assert shown("a\n> b\n>> c\n> > d\n>e\n") == [(0, "a"), (1, "b"), (2, "c"), (2, "d"), (1, "e")]


def test_lines_stay_lines_without_flowed() -> None:
    assert shown("one \ntwo\r\nthree\rfour") == [(0, "one"), (0, "two"), (0, "three"), (0, "four")]


def test_flowed_lines_are_joined_within_their_quote() -> None:
    """RFC 3676, 4.2: a trailing blank means that the paragraph goes on."""
    text = "one \ntwo\n> a \n> b\n>> deeper \n> c\n"
    assert shown(text, flowed=True) == [(0, "one two"), (1, "a b"), (2, "deeper"), (1, "c")]


def test_flowed_lines_lose_their_stuffing() -> None:
    assert shown(" From here\n  indented\n > no quote", flowed=True) == [
        (0, "From here"),
        (0, " indented"),
        (0, "> no quote"),
    ]


def test_a_signature_line_ends_a_flowed_paragraph() -> None:
    assert shown("text \n-- \nname", flowed=True) == [(0, "text"), (0, "-- "), (0, "name")]


def test_delsp_joins_without_the_blank() -> None:
    assert shown("山 \n田", flowed=True, delsp=True) == [(0, "山田")]


def test_tabs_become_blanks_and_controls_disappear() -> None:
    assert shown("a\tb\x1b[31m\x00\u202e") == [(0, "a       b[31m")]


def test_addresses_of_pages_are_listed_and_stay_in_the_text() -> None:
    rendered = plain("See https://x.example/a(b). Or <http://y.example>, https://x.example/a(b)")
    assert [link.target for link in rendered.links] == [
        "https://x.example/a(b)",
        "http://y.example",
    ]
    assert rendered.lines[0].text.startswith("See https://x.example/a(b). Or")


def test_safe_links_are_replaced_by_what_they_lead_to() -> None:
    url = "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fx.example%2Fa&data=1"
    rendered = plain(f"Join<{url}>.")
    assert rendered.lines[0].text == "Join<https://x.example/a>."
    assert rendered.links[0].host == "x.example"


def test_a_text_of_endless_lines_is_cut_and_said_so() -> None:
    rendered = plain("x\n" * 210_000)
    assert len(rendered.lines) == 200_000
    assert "end is not shown" in rendered.notices[0]


def test_quotes_are_never_deeper_than_the_screen_can_tell() -> None:
    assert shown(">" * 500 + " x") == [(20, "x")]
    assert shown(">" * 500 + " x", flowed=True) == [(20, "x")]


def test_of_blank_lines_in_a_row_one_is_kept_where_a_text_is_read() -> None:
    """A mail of single lines far apart fits the screen; what is forwarded stays as it came."""
    text = "one\n\n\n\n> two\n>\n>\n> three\n\n>\n"
    assert [line.text for line in plain(text).lines] == ["one", "", "two", "", "three"]
    kept = plain(text, thinned=False).lines
    assert [line.text for line in kept] == ["one", "", "", "", "two", "", "", "three"]
