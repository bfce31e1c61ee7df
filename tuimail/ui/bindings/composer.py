"""The composer."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, spec

TITLE: Final = "Composer"

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("composer.send", "ctrl+s", "send", "send", hint="send"),
    spec("composer.attach", "ctrl+t", "attach", "attach files …", hint="attach"),
    spec("composer.detach", "alt+t", "detach", "take a file off"),
    spec("composer.sender", "ctrl+o", "sender", "write from …", hint="from"),
    spec("composer.editor", "ctrl+e", "editor", "write in your editor", hint="editor"),
    spec("composer.copies", "ctrl+b", "copies", "show or hide Cc and Bcc", hint="Cc Bcc"),
    spec("composer.template", "f2", "template", "a template …", hint="template"),
    spec("composer.format", "f3", "change_format", "send as text, or as Markdown with HTML"),
    spec("composer.preview", "f4", "preview", "as its receivers see it", hint="preview"),
    spec("composer.aside", "f6", "aside", "to the mail, go on later", hint="to the mail"),
    spec("composer.other", "alt+w", "other", "to the next that is written"),
    spec("composer.protect", "f5", "protect", "sign, or encrypt and sign, by PGP or S/MIME"),
    spec("composer.receipts", "f7", "receipts", "ask for a report or a receipt"),
    spec("composer.next", "tab", "next_field", "next field", hint="next field"),
    spec("composer.previous", "shift+tab", "app.focus_previous", "previous field"),
    spec("composer.help", "f1", "app.help", "this help", hint="help"),
    spec("composer.close", "escape", "close", "close, keep the draft", hint="close, keep draft"),
)

HINTS: Final[dict[str, tuple[str, ...]]] = {
    "composer": (
        "composer.help",
        "composer.send",
        "composer.attach",
        "composer.editor",
        "composer.sender",
        "composer.copies",
        "composer.next",
        "composer.close",
        "composer.preview",
        "composer.aside",
        "composer.template",
    ),
}
