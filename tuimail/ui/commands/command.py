"""One command that takes words, and what may stand there."""

from __future__ import annotations

from typing import NamedTuple


class Command(NamedTuple):
    """Something the command line does with the words behind its name.

    Attributes:
        name: What is typed.
        words: What is wanted, in capitals, as it is shown: `FOLDER`.
        action: A Textual action of the place that the scope names; it gets the words as its only
            parameter.
        about: What it does.
        scope: On whom it runs, the name of one of the tables of keys.
        candidates: The kind of what may stand there, a key of `candidates.KINDS`; may be empty.
        binding: The id of the binding that is run when nothing stands behind the name, such as
            the one that asks for it; its key is shown.
        again: Whether the key that does the last action again does this too.
    """

    name: str
    words: str
    action: str
    about: str
    scope: str
    candidates: str = ""
    binding: str = ""
    again: bool = False


class Candidate(NamedTuple):
    """Something that may stand in the command line.

    Attributes:
        value: What is put into the line.
        about: What it means, or why it cannot be done now.
        key: The key that does the same.
        can: Whether it makes sense now.
    """

    value: str
    about: str = ""
    key: str = ""
    can: bool = True
