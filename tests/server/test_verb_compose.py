"""`tuimail compose` on a terminal: links, addresses, files, and a text that is piped in."""

from __future__ import annotations

import shlex
from pathlib import Path

from tests.server.shell import Shell, sandbox_settings
from tests.ui.terminal import Terminal
from tests.waiting import wait_until
from tuimail.sandbox.sandbox import Sandbox
from tuimail.store.store import Store

LINK = "mailto:ben@contoso.example?cc=kim%40fabrikam.example&subject=Minutes%20of%20Monday"


def test_links_addresses_files_and_a_piped_text_begin_a_message(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    """What is handed over is stored before the screen opens: killing it at once loses nothing.

    Red where a link is taken for an address, and where `_stored` is left out.
    """
    home = tmp_path / "home"
    home.mkdir()
    shell = Shell(home, sandbox_settings(fresh_sandbox), lambda _: False)
    for name in ("one.pdf", "two.pdf", "other.txt"):
        (tmp_path / name).write_bytes(b"%PDF")
    words = shell.command(
        *("compose", LINK, "ann@contoso.example", "--to", "Tom Ray <tom@contoso.example>"),
        *("--bcc", "boss@contoso.example", "--attach", str(tmp_path / "*.pdf")),
    )
    # A session's first terminal that is opened by name is the one that /dev/tty means.
    piped = f'exec <>"$(tty)"; printf "Dear all,\\n\\nhere they are." | {shlex.join(words)}'
    with Terminal(["sh", "-c", piped], environ=shell.environ) as terminal:
        terminal.wait_for("Dear all,")
        for shown in ("Minutes of Monday", "one.pdf", "two.pdf"):
            terminal.wait_for(shown)
        terminal.type(b"!")
        terminal.wait_for("!Dear all,")
    store = Store.open(shell.data)
    (draft,) = wait_until(store.read.drafts)
    store.close()
    assert draft.to == "ann@contoso.example, Tom Ray <tom@contoso.example>, ben@contoso.example"
    assert (draft.cc, draft.bcc) == ("kim@fabrikam.example", "boss@contoso.example")
    assert draft.subject == "Minutes of Monday"
    assert draft.body.endswith("Dear all,\n\nhere they are.")
    assert [one.name for one in draft.files] == ["one.pdf", "two.pdf"]
