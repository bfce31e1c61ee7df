"""Files of the disk on their way into a draft: which are meant, and which cannot be taken."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tuimail.ui.writing import draft_files
from tuimail.ui.writing.draft_files import (
    AttachFailed,
    completions,
    pasted_paths,
    paths_named,
    read_file,
    type_of,
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory with a few files."""
    for name in ("a.pdf", "b c.pdf", ".hidden.pdf", "[x].pdf"):
        (tmp_path / name).write_bytes(b"%PDF")
    (tmp_path / "sub").mkdir()
    return tmp_path


def names(text: str, place: Path) -> list[str]:
    return [path.name for path in paths_named(text, place)]


def test_what_is_typed_names_files(place: Path) -> None:
    assert names("a.pdf", place) == ["a.pdf"]
    assert names(" 'b c.pdf' ", place) == ["b c.pdf"]
    assert names("b\\ c.pdf", place) == ["b c.pdf"]
    assert names(f"file://{place}/b%20c.pdf", place) == ["b c.pdf"]
    assert names("*.pdf", place) == ["[x].pdf", "a.pdf", "b c.pdf"]
    assert names("*", place) == ["[x].pdf", "a.pdf", "b c.pdf"]
    assert names(".h*", place) == [".hidden.pdf"]
    assert names("[x].pdf", place) == ["[x].pdf"]
    assert names("", place) == []
    with pytest.raises(AttachFailed, match="No file is named"):
        paths_named("*.docx", place)


def test_only_paths_that_are_files_are_taken_from_a_paste(place: Path) -> None:
    assert pasted_paths(f"{place}/a.pdf\n'{place}/b c.pdf'\n") == [
        place / "a.pdf",
        place / "b c.pdf",
    ]
    for text in ("", "a.pdf", f"See {place}/a.pdf", f"{place}/a.pdf\nand more", str(place), "/\0"):
        assert pasted_paths(text) == []


def test_paths_are_completed(place: Path) -> None:
    assert completions(f"{place}/", place, 10) == [
        f"{place}/[x].pdf",
        f"{place}/a.pdf",
        f"{place}/b c.pdf",
        f"{place}/sub/",
    ]
    assert completions(".h", place, 10) == [".hidden.pdf"]
    assert completions("nowhere/", place, 10) == []


def test_what_cannot_be_attached_is_said(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe must not be waited for, a directory and a vanished file have words of their own."""
    os.mkfifo(place / "pipe")
    for name, words in (("sub", "is a directory"), ("pipe", "is not a file"), ("no", "no file")):
        with pytest.raises(AttachFailed, match=words):
            read_file(place / name)
    monkeypatch.setattr(draft_files, "LARGEST", 3)
    with pytest.raises(AttachFailed, match="larger than any mail server"):
        read_file(place / "a.pdf")


def test_a_file_that_changes_while_it_is_read_is_not_taken_half(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutation that turns it red: `_read_once` that returns what it read, whatever changed."""
    path, real, left = place / "a.pdf", os.fstat, [3]

    def growing(number: int) -> os.stat_result:
        found = real(number)
        if left[0]:
            left[0] -= 1
            with path.open("ab") as file:
                file.write(b"more")
        return found

    monkeypatch.setattr(os, "fstat", growing)
    assert read_file(path) == b"%PDF" + b"more" * 3
    left[0] = 100
    with pytest.raises(AttachFailed, match="changes while it is read"):
        read_file(path)


def test_types_are_told_by_names() -> None:
    assert type_of(Path("a.PDF")) == "application/pdf"
    assert type_of(Path("a.eml")) == "message/rfc822"
    assert type_of(Path("a.tar.gz")) == "application/octet-stream"
    assert type_of(Path("a")) == "application/octet-stream"
