"""Texts that are written again and again: files in the folder `templates` beside the settings.

A file is named after its template, `NAME.txt` or `NAME.md`. It may begin with `Subject:`, `To:`,
`Cc:` or `Bcc:`, then a blank line, as in the editor. `{name}` is the first recipient's name,
`{first}` the first word of it, `{me}` one's own, `{date}` today. What is to be filled in by hand
stands in `[[ ]]`: tuimail asks before it is sent like that.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tuimail.errors import ConfigError

FOLDER: Final = "templates"
_SUFFIXES: Final = (".txt", ".md")
_LARGEST: Final = 256 * 1024


def template_names(config_folder: Path) -> list[str]:
    """Return the names of all templates, sorted; none where there is no folder."""
    try:
        files = list((config_folder / FOLDER).iterdir())
    except OSError:
        return []
    return sorted({file.stem for file in files if file.suffix in _SUFFIXES and file.is_file()})


def read_template(config_folder: Path, name: str) -> tuple[str, bool]:
    """Return the text of a template, and whether it is Markdown.

    Raises:
        ConfigError: There is none of this name, or it cannot be read.
    """
    for suffix in _SUFFIXES:
        file = config_folder / FOLDER / f"{name}{suffix}"
        if file.parent == config_folder / FOLDER and file.is_file():
            try:
                if file.stat().st_size > _LARGEST:
                    raise ConfigError(f"The template {name} is too large: 256 KB at most.")
                return file.read_text("utf-8"), suffix == ".md"
            except UnicodeDecodeError as error:
                raise ConfigError(f"The template {name} is not UTF-8.") from error
            except OSError as error:
                raise ConfigError(
                    f"The template {name} cannot be read: {error.strerror}."
                ) from error
    known = ", ".join(template_names(config_folder)) or "none"
    raise ConfigError(f"There is no template {name}. Known: {known}.")


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """Put values into the placeholders of a template; other braces stay as they are."""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text
