"""Every key of the program, one table per place, and the hints made from them.

A binding is bound and shown only if its action exists. Keys are named as Textual names them; a
sequence is written with a blank (`g g`) and run by the application's chord handler, because a
Textual binding is a single key. `[keys]` in the settings maps an id to other keys or sequences.

A new key is one line in the file of its scope: `everywhere` (`app.`), `mailbox`, `message_list`
(`list.`), `tree`, `reader` and so on; a new scope is a new file, named in `table`.
"""

from __future__ import annotations

from tuimail.ui.bindings.keys import Keys, problem_words
from tuimail.ui.bindings.spec import BindingSpec, Count, Hint, Kin, Named, shown_key
from tuimail.ui.bindings.table import BINDINGS, BY_ID, OUTER, TITLES, bindings_for

__all__ = [
    "BINDINGS",
    "BY_ID",
    "OUTER",
    "TITLES",
    "BindingSpec",
    "Count",
    "Hint",
    "Keys",
    "Kin",
    "Named",
    "bindings_for",
    "problem_words",
    "shown_key",
]
