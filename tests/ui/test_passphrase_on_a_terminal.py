"""The passphrase of a key is asked for on the terminal while a message is sent; nobody sees it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.server.authority import Authority
from tests.server.keys import key_ring
from tests.ui.terminal import Terminal
from tuimail.mime.parser import parse
from tuimail.mime.sealed import open_sealed
from tuimail.model.trust import SealState
from tuimail.store.store import Store

WORD = "correct horse"
ANNA = "Anna <anna@contoso.com>"
SETTINGS = """
[accounts.work]
address = "anna@contoso.com"
client_id = "thunderbird"
smime_certificate = "locked.p12"
"""
PINENTRY = """#!/bin/sh
# What a pinentry for terminals does: it asks on the terminal that the agent names.
echo OK
while read -r line; do
  case "$line" in
    *ttyname=*) tty="${line#*ttyname=}"; echo OK ;;
    GETPIN*)
      stty -echo <"$tty"; printf 'Passphrase: ' >"$tty"; read -r pin <"$tty"; stty echo <"$tty"
      if [ "$pin" = no ]; then echo 'ERR 83886179 Operation cancelled'
      else echo "D $pin"; echo OK; fi ;;
    BYE*) echo OK; exit 0 ;;
    *) echo OK ;;
  esac
done
"""

pytestmark = pytest.mark.skipif(
    os.environ.get("TUIMAIL_REQUIRE_SERVERS") != "1"
    and not (shutil.which("gpg") and shutil.which("openssl")),
    reason="gpg or openssl is not installed",
)


def sample(directory: Path, settings: Path, environ: Mapping[str, str]) -> Terminal:
    command = [sys.executable, "-m", "tests.ui.run_sample", str(directory), str(settings)]
    return Terminal(command, environ=environ)


def write(terminal: Terminal, says: str) -> None:
    """Write to Kim, and have it signed."""
    terminal.wait_for("online")
    terminal.type(b"m")
    terminal.wait_for("New message")
    terminal.type(b"kim@fabrikam.example\t")
    terminal.wait_for("Write to kim@")
    terminal.type(b"\x1b[15~")
    terminal.wait_for(says)
    terminal.type(b"\x13")
    # Without a subject it is asked about on a page of its own.
    terminal.wait_for("No subject")
    terminal.type(b"y")


def sent(directory: Path) -> bytes:
    store = Store.open(directory)
    try:
        (item,) = store.read.outbox()
        return store.read.outbox_raw(item.id)
    finally:
        store.close()


def test_the_key_of_a_certificate_is_opened_while_sending(
    filled_directory: Path, tmp_path: Path
) -> None:
    """Given up or mistyped, nothing is sent and the text stays; the right word sends it."""
    directory, authority = tmp_path / "data", Authority(tmp_path)
    shutil.copytree(filled_directory, directory)
    authority.issue("locked", "anna@contoso.com", is_rsa=False, passphrase=WORD)
    settings = tmp_path / "config.toml"
    settings.write_text(SETTINGS)
    with sample(directory, settings, {"NO_COLOR": "1"}) as terminal:
        write(terminal, "It is signed with your S/MIME certificate.")
        terminal.wait_for("Passphrase of locked.p12:")
        terminal.type(b"wrong\r")
        # What is typed before it is asked for is dropped.
        terminal.read_until(rb"(?s)That does not open it.*Passphrase of locked.p12: ")
        terminal.type(b"\x03")
        terminal.wait_for("Nothing was sent: The key in locked.p12 asks for its passphrase.")
        terminal.wait_for("Write to kim@fabrikam.example, signed by S/MIME")
        terminal.type(b"\x13")
        terminal.wait_for("No subject")
        terminal.type(b"y")
        terminal.read_until(rb"(?s)(Passphrase of locked.p12: .*){3}")
        terminal.type(b"corrx\x7fect horse\r")
        terminal.wait_for("Sending in")
        terminal.type(b"\x11")
        assert terminal.wait_for_end() == 0
        assert b"horse" not in terminal.output and b"wrong" not in terminal.output
    seals = open_sealed(parse(sent(directory)), "anna@contoso.com").seals
    assert [seal.state for seal in seals] == [SealState.UNSURE]  # nobody here trusts the authority
    for path in directory.rglob("*"):
        assert not path.is_file() or b"horse" not in path.read_bytes()


def test_gpgs_agent_asks_by_its_pinentry_while_sending(
    filled_directory: Path, tmp_path: Path
) -> None:
    """It asks on the terminal that tuimail gives away; `GPG_TTY` left out turns it red."""
    directory = tmp_path / "data"
    shutil.copytree(filled_directory, directory)
    pinentry = tmp_path / "pinentry"
    pinentry.write_text(PINENTRY)
    pinentry.chmod(0o755)
    settings = tmp_path / "config.toml"
    settings.write_text("")
    with key_ring() as ring:
        conf = ring.home / "gpg-agent.conf"
        conf.write_text(f"{conf.read_text()}pinentry-program {pinentry}\n")
        ring.make(ANNA, passphrase=WORD)
        subprocess.run(["gpgconf", "--homedir", str(ring.home), "--kill", "gpg-agent"], check=True)
        environ = {"GNUPGHOME": str(ring.home), "NO_COLOR": "1", "GPG_TTY": ""}
        with sample(directory, settings, environ) as terminal:
            write(terminal, "It is signed with your PGP key.")
            terminal.wait_for("Passphrase:")
            terminal.type(b"no\r")
            terminal.wait_for("Nothing was sent: The secret key of anna@contoso.com asks for its")
            terminal.wait_for("Write to kim@fabrikam.example, signed")
            terminal.type(b"\x13")
            terminal.wait_for("No subject")
            terminal.type(b"y")
            terminal.read_until(rb"(?s)Passphrase: .*Passphrase: ")
            terminal.type(f"{WORD}\r".encode())
            terminal.wait_for("Sending in")
            terminal.type(b"\x11")
            assert terminal.wait_for_end() == 0
            assert b"horse" not in terminal.output
        raw = sent(directory)
        assert b"application/pgp-signature" in raw
    for path in directory.rglob("*"):
        assert not path.is_file() or b"horse" not in path.read_bytes()
