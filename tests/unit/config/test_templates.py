"""Templates are files; whatever lies in their folder is said in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuimail.config.templates import FOLDER, fill_in, read_template, template_names
from tuimail.errors import ConfigError


def test_names_and_texts(tmp_path: Path) -> None:
    assert template_names(tmp_path) == []
    folder = tmp_path / FOLDER
    folder.mkdir()
    (folder / "thanks.txt").write_text("Subject: Thanks\n\nDear {name},\n")
    (folder / "offer.md").write_text("**Offer**")
    (folder / "notes.doc").write_text("")
    (folder / "folder.txt").mkdir()
    assert template_names(tmp_path) == ["offer", "thanks"]
    assert read_template(tmp_path, "offer") == ("**Offer**", True)
    assert read_template(tmp_path, "thanks")[1] is False


@pytest.mark.parametrize("name", ["none", "../secret", "/etc/passwd", ""])
def test_what_is_not_there_is_said_with_what_is(tmp_path: Path, name: str) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / "secret.txt").write_text("no template")
    (tmp_path / FOLDER / "thanks.txt").write_text("x")
    with pytest.raises(ConfigError, match="Known: thanks"):
        read_template(tmp_path, name)


def test_a_file_that_is_no_text_or_too_large_is_refused(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "a.txt").write_bytes(b"\xff\xfe")
    (tmp_path / FOLDER / "b.txt").write_bytes(b"x" * 300_000)
    with pytest.raises(ConfigError, match="UTF-8"):
        read_template(tmp_path, "a")
    with pytest.raises(ConfigError, match="too large"):
        read_template(tmp_path, "b")


def test_only_known_placeholders_are_filled_in() -> None:
    text = fill_in("Dear {first}, {other} {date} [[amount]]", {"first": "Kim", "date": "28 Nov"})
    assert text == "Dear Kim, {other} 28 Nov [[amount]]"
