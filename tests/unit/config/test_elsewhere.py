"""Mailboxes of other mail programs, from settings as people have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tuimail.config import from_aerc, from_himalaya, from_isync, from_mutt, from_thunderbird
from tuimail.config.elsewhere import LARGEST, Found, merged
from tuimail.exchange.clients import PRESETS

OWN = "11111111-2222-3333-4444-555555555555"
SECRET = "hunter2-do-not-show"


def put(home: Path, name: str, text: str) -> Path:
    path = home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def one(found: Iterator[Found]) -> Found:
    (only,) = list(found)
    return only


def test_thunderbird_with_its_own_client_id(tmp_path: Path) -> None:
    put(tmp_path, ".thunderbird/profiles.ini", "[Profile0]\nName=x\nIsRelative=1\nPath=a.b\n")
    put(
        tmp_path,
        ".thunderbird/a.b/prefs.js",
        """// Mozilla User Preferences
user_pref("mail.accountmanager.accounts", "account1,account2,account3");
user_pref("mail.account.account1.identities", "id1");
user_pref("mail.account.account1.server", "server1");
user_pref("mail.account.account2.server", "server2");
user_pref("mail.account.account3.server", "server3");
user_pref("mail.identity.id1.useremail", "anna@contoso.com");
user_pref("mail.server.server1.authMethod", 10);
user_pref("mail.server.server1.hostname", "outlook.office365.com");
user_pref("mail.server.server1.name", "Contoso");
user_pref("mail.server.server1.type", "imap");
user_pref("mail.server.server1.userName", "anna.l@contoso.com");
user_pref("mail.server.server2.type", "none");
user_pref("mail.server.server3.hostname", "imap.example.org");
user_pref("mail.server.server3.type", "imap");
user_pref("mail.server.server3.userName", "anna");
""",
    )
    found = one(from_thunderbird.find(tmp_path))
    assert (found.address, found.username) == ("anna@contoso.com", "anna.l@contoso.com")
    assert (found.label, found.cloud) == ("Contoso", "global")
    assert found.client_id == PRESETS["thunderbird"]
    assert not found.uses_password


def test_neomutt_with_basic_authentication_and_a_sourced_file(tmp_path: Path) -> None:
    put(
        tmp_path,
        ".config/neomutt/neomuttrc",
        'source ~/.config/neomutt/work  # the mailbox\nset realname = "Anna"\n',
    )
    put(
        tmp_path,
        ".config/neomutt/work",
        f'set from="anna@contoso.com"\nset imap_user = \\\n  anna@contoso.com\n'
        f"set imap_pass = '{SECRET}'\n"
        "set folder = imaps://outlook.office365.com:993\nset spoolfile=+INBOX\n",
    )
    found = one(from_mutt.find(tmp_path))
    assert found.address == "anna@contoso.com"
    assert found.uses_password
    assert found.left == ("imap_pass",)
    assert SECRET not in repr(found)


def test_mutt_with_two_mailboxes_and_an_account_hook(tmp_path: Path) -> None:
    put(
        tmp_path,
        ".muttrc",
        "set folder = imaps://anna%40contoso.com@outlook.office365.com\n"
        'set imap_oauth_refresh_command = "get --url '
        'https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token"\n'
        "account-hook imaps://me "
        '\'set imap_user="anna@outlook.com" folder="imaps://anna%40outlook.com@outlook.office365.com"\'\n',
    )
    work, personal = from_mutt.find(tmp_path)
    assert (work.address, work.tenant, work.uses_password) == (
        "anna@contoso.com",
        "contoso.com",
        False,
    )
    assert (personal.address, personal.cloud) == ("anna@outlook.com", "personal")


def test_aerc_with_its_client_id_and_tenant(tmp_path: Path) -> None:
    put(
        tmp_path,
        ".config/aerc/accounts.conf",
        f"""[Work]
source = imaps+xoauth2://anna%40contoso.com:{SECRET}@outlook.office365.com:993?client_id={OWN}&token_endpoint=https%3A%2F%2Flogin.microsoftonline.com%2Fcontoso.com%2Foauth2%2Fv2.0%2Ftoken
outgoing = smtp+xoauth2://anna%40contoso.com@smtp.office365.com:587
from = Anna Lindqvist <anna@contoso.com>
copy-to = Sent
[Local]
source = maildir://~/mail
""",
    )
    found = one(from_aerc.find(tmp_path))
    assert (found.label, found.address, found.client_id) == ("Work", "anna@contoso.com", OWN)
    assert found.tenant == "contoso.com"
    assert found.left == ("copy-to",)
    assert SECRET not in repr(found)


def test_mbsync_and_msmtp_are_two_halves_of_one_mailbox(tmp_path: Path) -> None:
    put(
        tmp_path,
        ".mbsyncrc",
        f"IMAPAccount work\nHost outlook.office365.com\nUser anna@contoso.com\n"
        f'PassCmd "echo {SECRET}"\nAuthMechs XOAUTH2\n\nIMAPStore remote\nAccount work\n',
    )
    put(
        tmp_path,
        ".config/msmtp/config",
        "defaults\nauth on\naccount work\nhost smtp.office365.com\nfrom anna@contoso.com\n"
        f"user anna@contoso.com\npassword {SECRET}\nauth login\naccount default : work\n",
    )
    found = merged(from_isync.find(tmp_path))
    assert [(each.address, each.program) for each in found] == [
        ("anna@contoso.com", "mbsync and msmtp")
    ]
    assert found[0].uses_password  # one half still does
    assert found[0].left == ("passcmd", "password")
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    "table",
    [
        f'''email = "anna@contoso.com"
backend.type = "imap"
backend.host = "outlook.office365.com"
backend.login = "anna@contoso.com"
backend.auth.type = "oauth2"
backend.auth.client-id = "{OWN}"
backend.auth.token-url = "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token"
backend.auth.client-secret.raw = "{SECRET}"''',
        f'''email = "anna@contoso.com"
imap-host = "outlook.office365.com"
imap-login = "anna@contoso.com"
imap-auth = "oauth2"
client-id = "{OWN}"
token-url = "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token"
smtp-passwd.raw = "{SECRET}"''',
    ],
)
def test_himalaya_in_both_shapes(tmp_path: Path, table: str) -> None:
    put(tmp_path, ".config/himalaya/config.toml", f"[accounts.work]\n{table}\n")
    found = one(from_himalaya.find(tmp_path))
    assert (found.label, found.client_id, found.tenant) == ("work", OWN, "contoso.com")
    assert not found.uses_password
    assert found.left
    assert SECRET not in repr(found)


def test_an_id_that_gets_no_tokens_any_more_is_not_taken(tmp_path: Path) -> None:
    put(
        tmp_path,
        ".config/aerc/accounts.conf",
        "[w]\nsource = imaps+xoauth2://a%40contoso.com@outlook.office365.com"
        "?client_id=08162f7c-0fd2-4200-a84a-f25a4db0b584\n",
    )
    assert one(from_aerc.find(tmp_path)).client_id == ""


ALL = (
    (from_thunderbird.find, ".thunderbird/profiles.ini"),
    (from_mutt.find, ".muttrc"),
    (from_aerc.find, ".config/aerc/accounts.conf"),
    (from_isync.find, ".mbsyncrc"),
    (from_himalaya.find, ".config/himalaya/config.toml"),
)


@pytest.mark.parametrize(("find", "name"), ALL)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00broken",
        b"[",
        b"source ~/.muttrc\n" * 3,
        b'set folder="imaps://[::1\n',
        b"[w]\nsource = imaps://[::1\n",
        b"[accounts]\nx = 1\n[accounts.y]\nemail = 3\n",
        b'IMAPAccount "x\nHost outlook.office365.com\nUser \x1b[31m@contoso.com\n',
        b"x" * (LARGEST + 1),
    ],
)
def test_a_file_that_makes_no_sense_yields_nothing_and_fails_nobody(
    tmp_path: Path, find: Callable[[Path], Iterator[Found]], name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    assert list(find(tmp_path)) == []


@pytest.mark.parametrize(("find", "name"), ALL)
def test_where_there_is_nothing_nothing_is_found(
    tmp_path: Path, find: Callable[[Path], Iterator[Found]], name: str
) -> None:
    assert not (tmp_path / name).exists()
    assert list(find(tmp_path)) == []
