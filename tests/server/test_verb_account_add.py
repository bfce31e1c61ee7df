"""`tuimail account add` as a process, against the sandbox."""

from __future__ import annotations

import json
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.shell import Shell
from tuimail.sandbox.personas import persona_named
from tuimail.sandbox.sandbox import OWNER, Sandbox


@pytest.fixture
def shell(fresh_sandbox: Sandbox, tmp_path: Path) -> Iterator[Shell]:
    yield Shell(tmp_path, "# mine\n", fresh_sandbox.entra.approve)


def flags(sandbox: Sandbox) -> list[str]:
    return [
        *("--authority", f"{sandbox.entra.base}/organizations"),
        *("--imap", "{}:{}".format(*sandbox.imap), "--smtp", "{}:{}".format(*sandbox.smtp)),
        *("--ca-file", str(sandbox.ca_file), "--device-code"),
    ]


def added(
    shell: Shell, *words: str, stdin: bytes = b"", approve: bool = True
) -> tuple[int, str, str]:
    """Run the verb, approving the code that it prints; return code, stdout and stderr."""
    with subprocess.Popen(
        shell.command("account", "add", *words),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=shell.environment,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdin.write(stdin)
        process.stdin.flush()
        if approve:
            process.stdout.readline()
            shell.approve(process.stdout.readline().decode().strip())
        out, err = process.communicate(timeout=60)
        return process.returncode, out.decode(), err.decode()


def test_wholly_from_flags_without_a_question(shell: Shell, fresh_sandbox: Sandbox) -> None:
    client = ["--client-id", fresh_sandbox.client_id, "--name", "mine", "--keys", "mutt"]
    code, out, err = added(shell, OWNER, *client, "--no-input", "--json", *flags(fresh_sandbox))
    assert code == 0, err
    told = json.loads(out)
    assert (told["name"], told["address"], told["cloud"]) == ("mine", OWNER, "global")
    assert {step["state"] for step in told["steps"].values()} == {"done"}
    assert "Contoso, Microsoft 365, worldwide cloud" in err
    assert tomllib.loads(shell.config.read_text())["accounts"]["mine"]["address"] == OWNER
    assert tomllib.loads(shell.config.read_text())["keys"] == {"preset": "mutt"}
    assert shell.config.read_text().startswith("# mine")
    assert shell.run("sync").returncode == 0


def test_with_questions_and_a_mistake_in_each_answer(shell: Shell, fresh_sandbox: Sandbox) -> None:
    typed = f"anna\n{OWNER}\ngarbage\n{fresh_sandbox.client_id}\n".encode()
    code, out, err = added(shell, *flags(fresh_sandbox), stdin=typed)
    assert code == 0, err
    assert out == f"work  {OWNER}\n"
    assert "“anna” is not a whole address" in err
    assert "“garbage” is not a client id" in err
    assert "will show Thunderbird" in err


@pytest.mark.parametrize(
    ("words", "says", "code"),
    [
        ((), "Say the address.", 2),
        (("nobody",), "is not a whole address", 2),
        ((OWNER,), "Say --client-id ID, or thunderbird.", 2),
        ((OWNER, "--client-id", "garbage"), "“garbage” is not a client id.", 2),
        (("a@contosso.example",), "Microsoft knows no organisation contosso.example.", 1),
    ],
)
def test_what_is_missing_is_wrong_usage_and_nothing_is_stored(
    shell: Shell, fresh_sandbox: Sandbox, words: tuple[str, ...], says: str, code: int
) -> None:
    """Red when what the flags lack or garble ends with 1, as what Microsoft answers does."""
    result, out, err = added(shell, *words, "--no-input", *flags(fresh_sandbox), approve=False)
    assert (result, out) == (code, "")
    assert says in err
    assert shell.config.read_text() == "# mine\n"


def test_an_unknown_cloud_is_wrong_usage(shell: Shell, fresh_sandbox: Sandbox) -> None:
    code, _, _ = added(shell, OWNER, "--cloud", "nimbus", approve=False)
    assert code == 2


def test_an_unknown_set_of_keys_is_wrong_usage_and_comes_with_the_nearest(shell: Shell) -> None:
    done = shell.run("account", "add", OWNER, "--keys", "gmial", "--no-input")
    assert done.returncode == 2
    assert b"gmail" in done.stderr


def test_a_sign_in_that_wants_an_administrator_prints_the_mail_and_ends_with_3(
    shell: Shell, fresh_sandbox: Sandbox
) -> None:
    fresh_sandbox.entra.fail_next("admin_consent", 1, "token")
    client = ["--client-id", fresh_sandbox.client_id]
    code, out, err = added(shell, OWNER, *client, "--no-input", *flags(fresh_sandbox))
    assert (code, out) == (3, "")
    assert "Please allow the mail program tuimail" in err
    assert "/contoso.example/v2.0/adminconsent?client_id=" in err
    assert shell.config.read_text() == "# mine\n"


def test_sending_that_is_off_is_told_and_the_account_is_there(
    shell: Shell, fresh_sandbox: Sandbox
) -> None:
    persona_named("smtp-off-mailbox").apply(fresh_sandbox)
    client = ["--client-id", fresh_sandbox.client_id]
    code, out, err = added(shell, OWNER, *client, "--no-input", *flags(fresh_sandbox))
    assert (code, out) == (0, f"work  {OWNER}\n")
    assert f"Set-CASMailbox -Identity {OWNER} -SmtpClientAuthenticationDisabled $false" in err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--authority", "https://[bad"), "Invalid value for --authority: it is a URL like"),
        (("--authority", "ftp://login/x"), "Invalid value for --authority: it is a URL like"),
        (("--imap", "nonsense:x"), "Invalid value for --imap: 'nonsense:x' is not"),
        (("--tenant", "../other"), "Invalid value for --tenant: '../other' is not a domain"),
        (("--name", "my/mail"), "Invalid value for --name: a name has letters"),
        (("--name", "mine"), "Invalid value for --name: 'mine' is me@example.com already."),
    ],
)
def test_an_impossible_flag_is_wrong_usage_before_anything_is_asked(
    shell: Shell, words: tuple[str, ...], says: str
) -> None:
    """Red when the account of another address is written over by one of the same label."""
    mine = '[accounts.mine]\naddress = "me@example.com"\nclient_id = "thunderbird"\n'
    shell.config.write_text(mine)
    client = ["--client-id", "thunderbird", "--cloud", "global"]
    code, out, err = added(shell, OWNER, *words, *client, "--no-input", approve=False)
    assert (code, out) == (2, ""), err
    assert says in " ".join(err.split())
    assert shell.config.read_text() == mine


@pytest.mark.timeout(300)  # a whole set-up after one that fails
def test_a_server_that_was_mistyped_does_not_come_back(
    shell: Shell, fresh_sandbox: Sandbox
) -> None:
    """Red when the next try with the same address takes the flags of the one before."""
    client = ["--client-id", fresh_sandbox.client_id, "--no-input"]
    wrong = ["--authority", "https://localhost:1/common", "--ca-file", str(fresh_sandbox.ca_file)]
    code, _, err = added(shell, OWNER, *client, *wrong, "--imap", "localhost:1", approve=False)
    assert code == 1
    assert "could not be found out. No connection to localhost could be made." in err
    right = flags(fresh_sandbox)
    del right[2:4]  # no --imap: Microsoft's own
    code, _, err = added(shell, OWNER, *client, *right)
    assert code == 1, err
    assert "Reading" in err
    assert "imap" not in tomllib.loads(shell.config.read_text())["accounts"]["work"]


def test_a_sign_in_that_comes_to_nothing_names_the_way_on(
    shell: Shell, fresh_sandbox: Sandbox
) -> None:
    """Red when it names `tuimail login`, which knows no account yet."""
    shell.approve = lambda code: fresh_sandbox.entra.approve(code, declined=True)
    client = ["--client-id", fresh_sandbox.client_id]
    code, out, err = added(shell, OWNER, *client, "--no-input", *flags(fresh_sandbox))
    assert (code, out) == (3, "")
    assert "`tuimail account add` goes on where this ended." in err
    assert "tuimail login" not in err
