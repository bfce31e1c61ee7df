"""The story of one thing: what happened, what tuimail does now, what the reader of it can do.

It stands below a rule, at the bottom of the outbox, the jobs and the notifications, with the exact
line to run where somebody has to run one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len

from tuimail.text.safe import clean
from tuimail.ui.drawing.formatting import fit
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import BLANK, Row, Run, rule
from tuimail.ui.drawing.wrapping import wrap_text

MOST_CELLS: Final = 100
"""The measure of forms, jobs, outbox and help."""

_LABEL_CELLS: Final = 10


@dataclass(frozen=True, slots=True)
class Story:
    """What is told of one message.

    Attributes:
        title: For the rule.
        parts: (label, text): Happened, Now, You can.
        command: The exact line somebody has to run; empty for none.
        url: A page that explains it.
        keys: The bindings that work on it, each by its id and with a word.
        copy: The id of the binding that copies the line.
    """

    title: str
    parts: tuple[tuple[str, str], ...]
    command: str = ""
    url: str = ""
    keys: tuple[tuple[str, str], ...] = ()
    copy: str = ""


def story_rows(
    story: Story, when: str, width: int, glyphs: Glyphs, shown: Callable[[str], str]
) -> list[Row]:
    """Lay the story out below its rule.

    Args:
        when: At the right of the rule.
        width: Cells.
        glyphs: What to draw with.
        shown: Returns the key of a binding as people read it.
    """
    # One blank at either side of the row.
    text = max(10, min(width, MOST_CELLS) - _LABEL_CELLS - 2)
    rows: list[Row] = [rule(width, glyphs.rule, _shortened(story.title, when, width, glyphs), when)]
    for label, sentence in story.parts:
        for index, line in enumerate(wrap_text(clean(glyphs.own(sentence)), text)):
            rows.append(_labelled(label if not index else "", Run(line)))
    last = story.parts[-1][0] if story.parts else ""
    label = "" if last == "You can" else "You can"
    if story.command:
        lead = (
            Run(shown(story.copy), "key"),
            Run(" copy the line that your administrator has to run:"),
        )
        rows.append(_labelled(label, *lead))
        rows += [_labelled("", Run(f"  {line}")) for line in command_lines(story.command, text - 2)]
        label = ""
    if story.url:
        links = wrap_text(story.url, text - 2)
        rows += [_labelled("", Run("  "), Run(line, "link")) for line in links]
    keys = _key_runs([(shown(id_), word) for id_, word in story.keys])
    if keys:
        rows.append(_labelled(label, *keys))
    return rows


def _shortened(title: str, when: str, width: int, glyphs: Glyphs) -> str:
    room = max(1, width - cell_len(when) - 10)
    return fit(title, min(room, cell_len(title)), glyphs.cut)


def _labelled(label: str, *runs: Run) -> Row:
    return (BLANK, Run(f"{label:<{_LABEL_CELLS - 1}} ", "muted"), *runs)


def _key_runs(keys: Sequence[tuple[str, str]]) -> list[Run]:
    runs: list[Run] = []
    for key, word in keys:
        runs += [*((Run("   "),) if runs else ()), Run(key, "key"), Run(f" {word}")]
    return runs


def command_lines(command: str, width: int) -> list[str]:
    """Break a PowerShell command before its parameters, with the backtick that joins the lines.

    A command that fits stays on one line; copying always takes it in one line.
    """
    if cell_len(command) <= width:
        return [command]
    first, *parameters = command.split(" -")
    lines = [first]
    for parameter in parameters:
        piece = f" -{parameter}"
        if cell_len(lines[-1]) + cell_len(piece) + 2 <= width:
            lines[-1] += piece
        else:
            lines[-1] += " `"
            lines.append(f"  {piece.strip()}")
    return [row for line in lines for row in wrap_text(line, width)]
