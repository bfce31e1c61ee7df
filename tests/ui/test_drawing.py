"""Glyphs, dates, widths and layouts as plain data: no terminal needed."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from rich.cells import cell_len

from tuimail.config.theme import load_theme
from tuimail.model.account import AccountId
from tuimail.model.flags import ANSWERED, FLAGGED, SEEN, Flags
from tuimail.model.folder import FolderId
from tuimail.model.message import BodyState, MessageKey, MessageSummary
from tuimail.text.safe import clean
from tuimail.ui.arrangement import Layout, measure_room
from tuimail.ui.bindings import BINDINGS, Keys
from tuimail.ui.drawing.formatting import (
    countdown,
    cut,
    fit,
    list_date,
    long_date,
    number,
    size_text,
)
from tuimail.ui.drawing.glyphs import ASCII, UNICODE, choose_glyphs
from tuimail.ui.drawing.roles import Roles
from tuimail.ui.drawing.rows import Run, plain_text, row_cells
from tuimail.ui.listing.columns import DEFAULT, Column, Columns, one_line_columns, two_line_columns
from tuimail.ui.listing.layout import RowState, one_line, two_lines
from tuimail.ui.widgets.bottom_bar import hint_row, said_row
from tuimail.ui.widgets.top_bar import top_row

NOW = datetime(2026, 11, 23, 9, 44, tzinfo=UTC)


def summary(sender: str, subject: str, *, flags: Flags = SEEN, words: str = "") -> MessageSummary:
    return MessageSummary(
        key=MessageKey(1),
        account_id=AccountId(1),
        folder_id=FolderId(1),
        internaldate=NOW,
        from_text=clean(sender),
        subject=clean(subject),
        snippet=clean(words),
        flags=flags,
        size=1,
        has_attachment=True,
        thread_id=None,
        body=BodyState.COMPLETE,
        pending=True,
    )


def columns_at(width: int) -> Columns:
    return one_line_columns(DEFAULT, width, places=False)


def test_both_glyph_sets_are_one_cell_wide_throughout() -> None:
    for name in (field.name for field in fields(UNICODE) if field.name != "ascii"):
        assert cell_len(getattr(UNICODE, name)) == 1, name
        assert cell_len(getattr(ASCII, name)) == 1, name
        assert getattr(ASCII, name).isascii(), name


@pytest.mark.parametrize(
    ("setting", "environ", "expected"),
    [
        ("auto", {"TERM": "xterm-256color", "LANG": "de_AT.UTF-8"}, UNICODE),
        ("auto", {"TERM": "xterm-256color", "LANG": "C"}, ASCII),
        ("auto", {"TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": "C"}, ASCII),
        ("auto", {"TERM": "linux", "LANG": "C.UTF-8"}, ASCII),
        ("auto", {"TERM": "vt220", "LANG": "C.UTF-8"}, ASCII),
        ("unicode", {"TERM": "linux"}, UNICODE),
        ("ascii", {"TERM": "xterm", "LANG": "C.UTF-8"}, ASCII),
    ],
)
def test_the_glyph_set_follows_setting_locale_and_terminal(
    setting: str, environ: dict[str, str], expected: object
) -> None:
    assert choose_glyphs(setting, environ) is expected


def test_own_sentences_become_ascii_and_keep_their_width() -> None:
    said = "Draft “Offsite” … ↑ ► √ — naïve"
    assert ASCII.own(said).isascii()
    assert cell_len(ASCII.own(said)) == cell_len(said)
    assert UNICODE.own(said) == said


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (datetime(2026, 11, 23, 0, 0, tzinfo=UTC), "00:00"),
        (datetime(2026, 11, 22, 23, 59, tzinfo=UTC), "Sun"),
        (datetime(2026, 11, 17, 9, 0, tzinfo=UTC), "Tue"),
        (datetime(2026, 11, 16, 9, 0, tzinfo=UTC), "16 Nov"),
        (datetime(2025, 12, 31, 9, 0, tzinfo=UTC), "2025"),
        (datetime(2026, 12, 1, 9, 0, tzinfo=UTC), "1 Dec"),
        (datetime(2031, 1, 1, 9, 0, tzinfo=UTC), "2031"),
        (datetime(1601, 1, 1, tzinfo=UTC), "1601"),
        (datetime(4501, 1, 1, tzinfo=UTC), "4501"),
    ],
)
def test_list_dates_are_short_and_in_local_time(when: datetime, expected: str) -> None:
    assert list_date(when, NOW) == expected


def test_other_forms_of_dates_sizes_and_numbers() -> None:
    assert long_date(NOW, NOW) == "Mon 23 Nov 2026 09:44"
    assert long_date(NOW, NOW, year=False) == "Mon 23 Nov 09:44"
    assert countdown(timedelta(seconds=252)) == "4:12"
    assert countdown(timedelta(seconds=-3)) == "0:00"
    assert [size_text(size) for size in (0, 1023, 86_016, 2_200_000, 1_600_000_000)] == [
        "0 B", "1023 B", "84 KB", "2.1 MB", "1.5 GB",
    ]  # fmt: skip
    assert number(1204) == "1,204"


@pytest.mark.parametrize("text", ["", "abc", "山田太郎", "a山b田c", "e\u0301" * 9, "x" * 300])
@pytest.mark.parametrize("cells", [1, 2, 3, 5, 10, 43])
def test_fit_is_exact_in_cells(text: str, cells: int) -> None:
    assert cell_len(fit(text, cells)) == cells
    assert cell_len(cut(text, cells)) <= cells


HOSTILE = [
    "山田 太郎 " * 40,
    "x" * 300,
    "\x1b[31mred\x1b]0;title\x07 \x9b2J bell\x07\r\n tab\t",
    "\u202eשלום עולם\u202c مرحبا بالعالم",
    "👩‍👩‍👧‍👦 family and 🇦🇹 flag and e\u0301\u0301\u0301",
    "e\u0301" * 5000,
    "",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("width", [40, 53, 64, 80, 135, 200])
def test_hostile_senders_and_subjects_keep_the_columns(text: str, width: int) -> None:
    message = summary(text, text, words=text, flags=FLAGGED | ANSWERED)
    state = RowState(cursor=True, marked=True)
    columns = one_line_columns(DEFAULT, width, places=False)
    row = one_line(message, state, columns=columns, now=NOW, glyphs=UNICODE)
    assert row_cells(row) == width
    assert "".join(run.text for run in row).endswith("@↑  09:44 ")
    columns = two_line_columns(DEFAULT, width)
    first, second = two_lines(message, state, columns=columns, now=NOW, glyphs=UNICODE)
    assert row_cells(first) == width
    assert row_cells(second) <= width
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for run in row for char in run.text)


LISTED = (
    RowState(senders="Ben, Carla, me", count=12, marked=True),
    RowState(senders="山田, 鈴木, me", count=100_000, unfolded=True),
    RowState(branch="├ ", place="Projects"),
    RowState(place="שלום עולם 山田 太郎", matches=("x", "e", "山")),
)


@pytest.mark.parametrize("text", [*HOSTILE, "x" * 10_000])
@pytest.mark.parametrize("state", LISTED, ids=range(len(LISTED)))
def test_conversations_places_and_matches_keep_the_columns(text: str, state: RowState) -> None:
    message = summary(text, text, words=text, flags=Flags())
    for width in (40, 64, 72, 80, 135, 200):
        for names in (DEFAULT, tuple(Column)):
            columns = one_line_columns(names, width, places=bool(state.place))
            row = one_line(message, state, columns=columns, now=NOW, glyphs=UNICODE)
            assert row_cells(row) == width
            columns = two_line_columns(names, width)
            rows = two_lines(message, state, columns=columns, now=NOW, glyphs=UNICODE)
            assert row_cells(rows[0]) == width
            assert row_cells(rows[1]) <= width


def test_what_was_found_is_shown_without_regard_to_case_and_accents() -> None:
    message = summary("Ångström Lab", "BUDGET for ångström")
    state = RowState(matches=("budget", "angstrom"))
    row = one_line(message, state, columns=columns_at(80), now=NOW, glyphs=UNICODE)
    assert [run.text for run in row if run.role == "match"] == ["Ångström", "BUDGET", "ångström"]


def test_first_words_follow_a_subject_that_leaves_room() -> None:
    message = summary("Kim", "Short", words="We accept 3.1", flags=Flags())
    wide = one_line(message, RowState(), columns=columns_at(135), now=NOW, glyphs=UNICODE)
    assert any(run.text.startswith("  We accept") and run.role == "muted" for run in wide)
    narrow = one_line(message, RowState(), columns=columns_at(80), now=NOW, glyphs=UNICODE)
    assert not any("We accept" in run.text for run in narrow)


def test_a_read_row_is_three_runs_and_an_unread_one_at_most_five() -> None:
    spec = load_theme("tuimail-dark")
    palette = Roles({**spec.colours, **spec.variables})
    plain = summary("Kim", "Short")
    for flags, most in ((SEEN, 3), (Flags(), 5)):
        message = summary("Kim", "Short", flags=flags)
        message = MessageSummary(
            **{
                field.name: getattr(message, field.name)
                for field in fields(plain)
                if field.name not in ("pending", "has_attachment")
            },
            pending=False,
            has_attachment=False,
        )
        row = one_line(message, RowState(), columns=columns_at(80), now=NOW, glyphs=UNICODE)
        assert len(list(palette.strip(row, 80))) <= most


def test_the_top_row_gives_up_counts_before_the_context() -> None:
    said = {"counts": "12 unread of 1,204", "pending": "↑1", "state": "online"}
    wide = top_row("Inbox", "work", **said, state_role="muted", width=80)
    assert row_cells(wide) == 80
    narrow = "".join(
        run.text for run in top_row("Inbox", "work", **said, state_role="muted", width=40)
    )
    assert narrow == " Inbox  work                ↑1   online "


def test_hints_are_left_out_whole_and_help_stays() -> None:
    hints = Keys().hints("list")
    for width in range(12, 160):
        row = hint_row(hints, width)
        assert row_cells(row) == width
        text = "".join(run.text for run in row).rstrip()
        assert text.startswith(" ? help")
        assert text.endswith(tuple(word for _, word in hints))


def test_a_resize_does_not_switch_back_and_forth_between_breakpoints() -> None:
    wide = measure_room(120, 36, None)
    assert wide.default is Layout.COLUMNS
    assert measure_room(117, 36, wide).default is Layout.COLUMNS
    fallen = measure_room(115, 36, wide)
    assert fallen.default is Layout.STACK
    assert measure_room(119, 36, fallen).default is Layout.STACK
    narrow = measure_room(60, 20, measure_room(80, 24, None))
    assert narrow == measure_room(60, 20, None)


def test_binding_ids_are_unique_and_every_key_of_a_place_does_one_thing() -> None:
    ids = [spec.id for spec in BINDINGS]
    assert len(ids) == len(set(ids))
    for scope in {spec.scope for spec in BINDINGS}:
        keys = [key for spec in BINDINGS if spec.scope == scope for key in spec.keys]
        assert len(keys) == len(set(keys)), scope


def test_blank_cells_take_the_style_before_them_and_neighbours_are_joined() -> None:
    spec = load_theme("tuimail-light")
    palette = Roles({**spec.colours, **spec.variables})
    strip = palette.strip((Run("a", "muted"), Run("  "), Run("b", "muted"), Run("c")), 10)
    assert [segment.text for segment in strip] == ["a  b", "c     "]


def test_without_colours_no_style_has_one_and_the_cursor_is_reversed() -> None:
    spec = load_theme("tuimail-dark")
    palette = Roles({**spec.colours, **spec.variables}, colourless=True)
    for role in ("text", "strong", "muted", "unread", "error", "key"):
        for surface in ("background", "bar", "cursor", "banner"):
            style = palette.style(role, surface)
            assert style.color is None
            assert style.bgcolor is None
    assert palette.style("text", "cursor").reverse
    assert palette.style("strong").bold


def test_a_position_stands_apart_from_the_hints() -> None:
    """`3/3` right behind a hint reads as one: with one cell between them this is red."""
    hints = [("?", "help"), ("q", "back"), ("A", "on all")]
    assert plain_text(hint_row(hints, 32, "3/3")) == " ? help  q back  A on all   3/3 "
    assert plain_text(hint_row(hints, 31, "3/3")) == f"{' ? help  q back':<27}3/3 "


def test_a_question_gives_way_whole_before_it_is_cut() -> None:
    """Cells between keys first, then a shorter wording; a cut one ends in the sign."""
    keys = [("y", "send"), ("l", "later …"), ("P", "draft"), ("Esc", "back")]
    asked = (Run("Send encrypted to 2, 1 outside contoso.com?", "strong"),)
    shorter = ("Send encrypted to 2, 1 outside?", "Send to 2, 1 outside?")

    def shown(width: int) -> str:
        row = plain_text(said_row(asked, keys, width, "…", shorter))
        assert cell_len(row) == width
        return row.strip()

    assert shown(100).endswith("y send   l later …   P draft   Esc back")
    assert shown(83) == f"{asked[0].text}  y send  l later …  P draft  Esc back"
    assert shown(80).startswith("Send encrypted to 2, 1 outside?  ")
    assert shown(61).startswith("Send to 2, 1 outside?  y send  ")
    assert shown(36) == "Send to 2, 1 ou…  y send  Esc back"
