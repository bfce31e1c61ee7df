"""Names of saved files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tuimail.mime.filename import attachment_name, safe_filename, write_new
from tuimail.model.bodystructure import BodyPart
from tuimail.model.envelope import Envelope
from tuimail.text.safe import SafeText


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\system32\\x.dll", "x.dll"),
        ("/", "attachment"),
        ("..", "attachment"),
        (".bashrc", "bashrc"),
        ("-rf", "_-rf"),
        ("~", "_~"),
        ("con.txt", "_con.txt"),
        ("NUL", "_NUL"),
        ("a\x00b\nc.txt", "ab c.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ('a<b>:"|?*.txt', "a_b______.txt"),
        ("  spaced   out .txt. ", "spaced out.txt"),
        ("", "attachment"),
        ("\u200b", "attachment"),
        ("tar.gz/", "tar.gz"),
    ],
)
def test_a_name_means_one_visible_file(name: str, expected: str) -> None:
    assert safe_filename(name) == expected


def test_a_long_name_keeps_its_extension_and_whole_characters() -> None:
    name = safe_filename("山" * 300 + ".docx")
    assert len(name.encode()) <= 200
    assert name.endswith("山.docx")
    assert len(safe_filename("x." + "y" * 300).encode()) <= 200


def test_a_name_is_never_taken_twice(tmp_path: Path) -> None:
    assert write_new(tmp_path, "a.pdf", b"1") == tmp_path / "a.pdf"
    (tmp_path / "a (2).pdf").symlink_to("nowhere")
    assert write_new(tmp_path, "a.pdf", b"3") == tmp_path / "a (3).pdf"
    (tmp_path / "plain").touch()
    assert write_new(tmp_path, "plain", b"2") == tmp_path / "plain (2)"
    assert (tmp_path / "a.pdf").read_bytes() == b"1"


def test_writing_never_overwrites_nor_follows_a_link(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    (tmp_path / "a.txt").symlink_to(target)
    first = write_new(tmp_path, "../a.txt", b"one")
    second = write_new(tmp_path, "a.txt", b"two")
    assert (first.name, second.name) == ("a (2).txt", "a (3).txt")
    assert first.read_bytes() == b"one"
    assert not target.exists()


def test_a_file_has_its_name_only_when_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards: who watched the downloads once found a saved file that was still empty."""
    given: list[tuple[bytes, bool]] = []
    link = os.link

    def observed(source: Path, path: Path) -> None:
        given.append((source.read_bytes(), path.exists()))
        link(source, path)

    monkeypatch.setattr(os, "link", observed)
    path = write_new(tmp_path, "a.txt", b"whole")
    assert given == [(b"whole", False)]
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_file_system_without_hard_links_takes_files_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(_source: Path, path: Path) -> None:
        raise FileExistsError(path) if path.exists() else PermissionError(path)

    monkeypatch.setattr(os, "link", no_links)
    names = [write_new(tmp_path, "a.txt", text).name for text in (b"one", b"two")]
    assert names == ["a.txt", "a (2).txt"]
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {
        "a.txt": b"one",
        "a (2).txt": b"two",
    }


def test_no_part_of_a_file_stays_where_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_names: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", full)
    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(OSError, match="No space"):
        write_new(tmp_path, "a.txt", b"text")
    assert not list(tmp_path.iterdir())


def test_a_file_without_a_name_is_called_by_what_it_is() -> None:
    forwarded = Envelope(subject=SafeText("Re: Budget/2027"))
    assert attachment_name(BodyPart("2", "message", "rfc822", message=forwarded)) == (
        "Re_ Budget-2027.eml"
    )
    assert attachment_name(BodyPart("2", "message", "rfc822")) == "message-2.eml"
    assert attachment_name(BodyPart("3", "text", "calendar")) == "text-3.ics"
    assert attachment_name(BodyPart("1", "application", "x-odd")) == "attachment-1"
