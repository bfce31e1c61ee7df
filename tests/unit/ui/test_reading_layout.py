"""The head and the text of a message as rows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.cells import cell_len

from tuimail.mime.rendered import LineKind, Link, TextLine
from tuimail.model.bodystructure import BodyPart
from tuimail.model.draft import DraftProtection
from tuimail.model.envelope import Envelope
from tuimail.text.address import Address, make_address
from tuimail.text.safe import SafeText
from tuimail.ui.drawing.glyphs import ASCII, UNICODE
from tuimail.ui.drawing.rows import plain_text
from tuimail.ui.reading.body_layout import body_runs, lay_out_links, lay_out_text, position_text
from tuimail.ui.reading.head_layout import HeadFacts, full_head, recipients_text, short_head
from tuimail.ui.terminal.saving import downloads_dir
from tuimail.ui.writing.chips import chips_row
from tuimail.ui.writing.compose_words import question, wrap_quotes

NOW = datetime(2026, 11, 23, 9, 44, tzinfo=UTC)
PEOPLE = tuple(make_address(name, f"{name}@x.y".lower()) for name in ("Ben", "Olu", "Lena", "Kim"))
ME = make_address("Anna", "anna@contoso.com")


def facts(*, to: tuple[Address, ...] = (ME,), files: tuple[BodyPart, ...] = ()) -> HeadFacts:
    envelope = Envelope(
        date=NOW.replace(minute=41),
        subject=SafeText("Quarterly numbers: final before the board"),
        from_=(make_address("Anna Lindqvist", "anna.lindqvist@contoso.com"),),
        to=to,
    )
    return HeadFacts(envelope, NOW, NOW, {"anna@contoso.com"}, files, {"2"}, UNICODE)


def file(section: str, name: str) -> BodyPart:
    return BodyPart(section, "application", "pdf", size=50 * 1024, filename=SafeText(name))


def test_the_date_ends_where_the_text_ends() -> None:
    rows = [plain_text(row) for row in full_head(facts(), 100, 80)]
    assert rows[1].endswith("Mon 23 Nov 2026 09:41")
    assert cell_len(rows[1]) == 81
    assert rows[-1] == "─" * 100


def test_the_address_and_then_the_year_give_way() -> None:
    assert "anna.lindqvist@" not in plain_text(full_head(facts(), 56, 54)[1])
    assert plain_text(full_head(facts(), 36, 34)[1]).endswith("Mon 23 Nov 09:41")


@pytest.mark.parametrize("width", range(20, 120))
def test_no_head_is_wider_than_its_pane(width: int) -> None:
    files = (file("2", "a-long-name-of-a-file.pdf"), file("3", "b.pdf"), file("4", "c.pdf"))
    known = facts(to=(*PEOPLE, ME, *PEOPLE), files=files)
    for row in (*full_head(known, width, width - 2), *short_head(known, width)):
        assert cell_len(plain_text(row)) <= width


def test_the_reader_comes_first_and_four_names_are_said() -> None:
    envelope = Envelope(to=(*PEOPLE[:2], ME), cc=PEOPLE[2:])
    own = {"anna@contoso.com"}
    assert recipients_text(envelope, own, 80, UNICODE) == "to you, Ben, Olu  cc Lena +1"
    assert recipients_text(envelope, own, 16, UNICODE) == "to you, Ben +3"
    assert recipients_text(Envelope(), own, 80, UNICODE) == ""


def test_files_have_numbers_and_say_what_is_not_here() -> None:
    row = plain_text(full_head(facts(files=(file("2", "a.pdf"), file("3", "b.pdf"))), 80, 78)[3])
    assert row == " @ 1 a.pdf 50 KB   2 b.pdf 50 KB ↓"


def test_the_line_above_a_quote_has_its_colour() -> None:
    lines = [TextLine(SafeText(text), quote) for text, quote in (("K wrote:", 0), ("Hi", 1))]
    assert [row.kind for row in lay_out_text(lines, 80)] == ["quote-1", "quote-1"]
    assert lay_out_text([TextLine(SafeText("Hi"), 9)], 80)[0].kind == "quote-3"


def test_link_marks_in_the_text_are_muted() -> None:
    runs = body_runs(lay_out_text([TextLine(SafeText("the lease [1] and"))], 80)[0])
    assert [(run.text, run.role) for run in runs[1:]] == [
        ("the lease ", "text"),
        ("[1]", "muted"),
        (" and", "text"),
    ]


def test_a_doubtful_link_says_what_its_text_says_and_never_hides_its_host() -> None:
    host = SafeText("a-very-long-name-of-a-host.fabrlkam.example")
    target = SafeText(f"https://{host}/pay")
    link = Link(2, target, host, True, SafeText("fabrikam.example"), SafeText("fabrikam.example"))
    wide = [row.text for row in lay_out_links([link], 100)]
    assert wide == [f"[2] {host}  ! the text says fabrikam.example"]
    narrow = "".join(row.text for row in lay_out_links([link], 30))
    assert host in narrow
    assert "! the text says" in narrow


def test_the_position_is_a_share_or_all() -> None:
    assert position_text(0, 20, 10) == "All"
    assert position_text(0, 10, 100) == "10%"
    assert position_text(90, 10, 100) == "100%"


def test_chips_that_do_not_fit_are_counted() -> None:
    row = chips_row((*PEOPLE, make_address("", "nobody")), "x.y", 18, UNICODE)
    assert plain_text(row) == "[Ben] [Olu] +3"
    assert cell_len(plain_text(chips_row(PEOPLE, "x.y", 4, UNICODE))) <= 8


def test_the_question_names_those_outside() -> None:
    assert question(PEOPLE, "x.y") == ("Send to 4?",)
    assert question((*PEOPLE, ME), "x.y", DraftProtection.PGP_ENCRYPT) == (
        "Send encrypted to 5, 1 outside x.y?",
        "Send encrypted to 5, 1 outside?",
        "Send to 5, 1 outside?",
    )


def test_long_quotes_are_broken_with_their_marks_and_own_words_are_not() -> None:
    body = "word " * 40 + "\n>> " + "deep " * 40
    own, *quoted = wrap_quotes(body).split("\n")
    assert own == "word " * 40
    assert all(line.startswith(">> ") and len(line) <= 76 for line in quoted)


def test_files_are_saved_where_the_desktop_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    monkeypatch.delenv("XDG_DOWNLOAD_DIR", raising=False)
    monkeypatch.chdir(tmp_path)
    assert downloads_dir() == Path.cwd()
    (tmp_path / "Downloads").mkdir()
    assert downloads_dir() == tmp_path / "Downloads"
    (tmp_path / ".config").mkdir()
    (tmp_path / "Geladen").mkdir()
    settings = tmp_path / ".config" / "user-dirs.dirs"
    settings.write_text('XDG_DOWNLOAD_DIR="$HOME/Geladen"\n')
    assert downloads_dir() == tmp_path / "Geladen"
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(tmp_path / "no such place"))
    assert downloads_dir() == tmp_path / "Geladen"


def test_a_rule_is_as_wide_as_the_text_and_stays_what_it_is() -> None:
    """It is drawn: what is found, copied and quoted is what stands in the mail."""
    lines = [TextLine(SafeText(text), quote, LineKind.RULE) for text, quote in
             (("---", 0), ("  ---", 0), ("---", 2))]  # fmt: skip
    rows = lay_out_text(lines, 20, UNICODE.rule)
    assert [row.text for row in rows] == ["---", "  ---", ">> ---"]
    drawn = [plain_text(body_runs(row)) for row in rows]
    assert drawn == [f" {'─' * 20}", f"   {'─' * 18}", f" >> {'─' * 17}"]
    assert [run.role for run in body_runs(rows[2])[1:]] == ["quote-2", "rule"]
    assert plain_text(body_runs(lay_out_text(lines[:1], 8, ASCII.rule)[0])) == f" {'-' * 8}"


def test_lines_are_laid_out_as_what_they_are() -> None:
    long = SafeText("word " * 6 + "end")
    rows = lay_out_text(
        [
            TextLine(long, kind=LineKind.HEADING),
            TextLine(long, kind=LineKind.TABLE),
            TextLine(SafeText(f"* {long}"), indent=2),
            TextLine(SafeText(f"* {long}"), quote=1, indent=2),
        ],
        20,
    )
    assert [(row.text, row.kind, row.wide) for row in rows] == [
        ("word word word word", "strong", False),
        ("word word end", "strong", False),
        (long, "text", True),
        ("* word word word", "text", False),
        ("  word word word end", "text", False),
        ("> * word word word", "quote-1", False),
        (">   word word word", "quote-1", False),
        (">   end", "quote-1", False),
    ]
