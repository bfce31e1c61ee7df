"""A draft as the text file that `$EDITOR` gets: four header fields, a blank line, the text.

Read back forgivingly: fields may be missing, in any order, folded, or in any case, and a file
without any field is all text, so nothing that was written can be lost by a slip in the headers.
"""

from __future__ import annotations

import re
from dataclasses import replace

from tuimail.model.draft import Draft
from tuimail.text.safe import clean

_FIELD = re.compile(r"(?P<name>to|cc|bcc|subject)[ \t]*:[ \t]*(?P<value>.*)\Z", re.IGNORECASE)


def to_file_text(draft: Draft) -> str:
    """Return the file's content, `\\n` line ends, always with all four fields."""
    return (
        f"To: {_one_line(draft.to)}\n"
        f"Cc: {_one_line(draft.cc)}\n"
        f"Bcc: {_one_line(draft.bcc)}\n"
        f"Subject: {_one_line(draft.subject)}\n"
        "\n"
        f"{draft.body}" + ("" if draft.body.endswith("\n") else "\n")
    )


def from_file_text(text: str, draft: Draft) -> Draft:
    """Return `draft` with what the file says.

    Fields that were deleted from the file become empty as long as at least one is left; a file
    that begins with anything else than a field is the text alone and leaves the fields as they are.

    Args:
        text: As read, any line ends.
        draft: What was written to the file before.
    """
    lines = clean(text, multiline=True).split("\n")
    found: dict[str, str] = {}
    index = 0
    last = ""
    for index, line in enumerate(lines):  # noqa: B007 - used below as the place of the text
        field = _FIELD.match(line)
        if field:
            last = field["name"].lower()
            joined = [found[last]] if found.get(last) else []
            found[last] = ", ".join([*joined, field["value"].strip()])
        elif last and line[:1] in (" ", "\t") and line.strip():
            found[last] = f"{found[last]} {line.strip()}".strip()
        else:
            break
    if not found:
        return replace(draft, body=_body(lines, draft))
    start = index + 1 if not lines[index].strip() else index
    return replace(
        draft,
        to=found.get("to", ""),
        cc=found.get("cc", ""),
        bcc=found.get("bcc", ""),
        subject=found.get("subject", ""),
        body=_body(lines[start:], draft),
    )


def _body(lines: list[str], draft: Draft) -> str:
    """The text; editors end a file with a line feed, which is not part of it."""
    body = "\n".join(lines)
    if body.endswith("\n") and not draft.body.endswith("\n"):
        body = body[:-1]
    return body


def _one_line(value: str) -> str:
    return " ".join(value.split())
