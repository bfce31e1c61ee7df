"""Where the mails that were answered begin: blocks of header lines, and lines above quotes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from tuimail.mime.noise.people import People
from tuimail.mime.noise.phrases import Label, phrases
from tuimail.mime.noise.when import names_a_day, names_a_time
from tuimail.mime.rendered import TextLine

_LONGEST_LABEL: Final = 24
_LONGEST_BLOCK: Final = 16
_LONGEST_ATTRIBUTION: Final = 300
_LINES_OF_ATTRIBUTION: Final = 3
_FIRST: Final = frozenset({Label.FROM, Label.SENT, Label.SUBJECT})
_RULE = re.compile(r"\s*[-_=*─—–]{5,}\s*\Z")
_TITLED_RULE = re.compile(r"\s*[-_=*─—–]{2,}\s*(.{4,50}?)\s*[-_=*─—–]{2,}\s*\Z")
_ADDRESS = re.compile(r"[^\s<>\"]{1,64}@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class Block:
    """The header lines above a quoted message.

    Attributes:
        first: Where it begins, with the rule above it.
        end: Behind its last line.
        author: What its From line says.
        sent: What its date line says.
        is_forward: Its title says that it was passed on, not answered.
    """

    first: int
    end: int
    author: str
    sent: str
    is_forward: bool = False


def label_of(text: str) -> tuple[frozenset[Label], str]:
    """Return what the label of a line may mean and the text behind it; nothing for other lines."""
    head = text[: _LONGEST_LABEL + 4].replace("：", ":")
    at = head.find(":")
    if at < 1:
        return frozenset(), ""
    label = " ".join(head[:at].strip(" *_\u3000").casefold().split())
    found = phrases().labels.get(label)
    return (found, text[at + 1 :].strip(" *_")) if found else (frozenset(), "")


def blocks(lines: Sequence[TextLine]) -> list[Block]:
    """Find the blocks that stand at no quote depth."""
    found: list[Block] = []
    index = 0
    while index < len(lines):
        block = None
        if not lines[index].quote and _FIRST & label_of(lines[index].text)[0]:
            block = _block_at(lines, index)
        if block is None:
            index += 1
        else:
            found.append(block)
            index = block.end
    return found


def _block_at(lines: Sequence[TextLine], start: int) -> Block | None:
    """Read a block that begins at `start`, with its From line in most programs.

    It has a date and a subject as well, or a date and an address: "From: Oslo, To: Bergen,
    Date: Friday" is a journey.
    """
    seen: set[Label] = set()
    values: dict[Label, str] = {}
    end = start
    others = 0
    for index in range(start, min(len(lines), start + _LONGEST_BLOCK)):
        line = lines[index]
        if line.quote:
            break
        labels, value = label_of(line.text)
        new = next((label for label in _ORDER if label in labels and label not in seen), None)
        if new is not None:
            seen.add(new)
            values[new] = value
            end, others = index + 1, 0
        elif line.text.strip() or (index > start and not lines[index - 1].text.strip()):
            others += 1  # a long list of recipients goes on; two blank lines do not
            if others > 2:
                break
    if not {Label.FROM, Label.SENT} <= seen:
        return None
    people = values[Label.FROM] + values.get(Label.TO, "")
    if Label.SUBJECT not in seen and not (Label.TO in seen and _ADDRESS.search(people)):
        return None
    first, is_forward = _title_above(lines, start)
    return Block(first, end, values[Label.FROM], values[Label.SENT], is_forward)


# A word that means two things ("De", "A", "Date") means the first that is still missing.
_ORDER: Final = (Label.FROM, Label.SENT, Label.TO, Label.CC, Label.SUBJECT)


def _title_above(lines: Sequence[TextLine], start: int) -> tuple[int, bool]:
    """Return where a block begins with its rule or title, and whether that says "forwarded"."""
    index = start - 1
    while index >= 0 and not lines[index].text.strip() and start - index < 3:
        index -= 1
    if index < 0 or lines[index].quote:
        return start, False
    text = lines[index].text
    if _RULE.match(text):
        return index, False
    titled = _TITLED_RULE.match(text)
    title = (titled[1] if titled else text).strip().rstrip(":：").strip().casefold()
    if title in phrases().forwards:
        return index, True
    return (index, False) if title in phrases().originals else (start, False)


class Attribution(NamedTuple):
    """The line above a quote, `On 20 Nov 2026 at 16:12 Ben Okafor wrote:`.

    Attributes:
        text: Wrapped lines joined.
        first: The first line of it.
    """

    text: str
    first: int


def attribution_before(lines: Sequence[TextLine], index: int) -> Attribution | None:
    """Return the line above a quote that begins at `index`."""
    last = index - 1
    while last >= 0 and not lines[last].text.strip() and index - last <= 2:
        last -= 1
    if last < 0 or not lines[last].text.rstrip().endswith((":", "：")):
        return None
    depth = lines[last].quote
    text = ""
    for at in range(last, max(-1, last - _LINES_OF_ATTRIBUTION), -1):
        if lines[at].quote != depth or not lines[at].text.strip():
            break
        text = f"{lines[at].text.strip()} {text}".strip()
        if len(text) > _LONGEST_ATTRIBUTION:
            return None
        if names_a_day(text):
            return Attribution(text, at)
    return None


def attribution_at(lines: Sequence[TextLine], index: int) -> Attribution | None:
    """Return the line above a quote that ends at `index`, where the quote has no marks.

    It names a full date, a time or an address, and ends with a verb or an address: "On Monday Ben
    wrote:" is a sentence of somebody's own.
    """
    if not lines[index].text.rstrip().endswith((":", "：")):
        return None
    found = attribution_before(lines, index + 1)
    if found is None:
        return None
    folded = found.text.rstrip(" :：").casefold()
    if _ADDRESS.search(found.text):
        return found
    is_told = names_a_time(found.text) and any(verb in folded for verb in phrases().verbs)
    return found if is_told else None


def gather(lines: Sequence[TextLine], first: int, end: int, people: People) -> None:
    """Collect who wrote the lines from `first` to `end`, and when."""
    for index in range(first, end):
        text = lines[index].text
        labels, value = label_of(text)
        if Label.FROM in labels and value and _is_in_block(lines, index, end):
            people.add_author(value)
        elif Label.SENT in labels and value:
            people.add_day(value)
        elif text.rstrip().endswith((":", "：")) and len(text) <= _LONGEST_ATTRIBUTION:
            found = attribution_at(lines, index)
            if found:
                people.add_attribution(found.text)


def _is_in_block(lines: Sequence[TextLine], index: int, end: int) -> bool:
    return any(
        Label.SENT in label_of(lines[at].text)[0] or Label.SUBJECT in label_of(lines[at].text)[0]
        for at in range(max(0, index - 4), min(end, index + 5))
    )
