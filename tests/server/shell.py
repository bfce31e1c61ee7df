"""`tuimail` as a process, as scripts use it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tuimail.sandbox.sandbox import Sandbox


def sandbox_settings(sandbox: Sandbox) -> str:
    """The settings file for the sandbox's first mailbox."""
    return "\n".join(
        [
            "[accounts.work]",
            f'address = "{sandbox.accounts[0]}"',
            f'client_id = "{sandbox.client_id}"',
            f'authority = "{sandbox.authority}"',
            f'imap = "{sandbox.imap[0]}:{sandbox.imap[1]}"',
            f'smtp = "{sandbox.smtp[0]}:{sandbox.smtp[1]}"',
            f'graph = "{sandbox.graph_url}"',
            f'ca_file = "{sandbox.ca_file}"',
            "",
        ]
    )


class Shell:
    """Runs `tuimail` with a home and a settings file of its own.

    Args:
        home: An empty folder.
        settings: The content of the settings file.
        approve: Approves a device code.
    """

    def __init__(self, home: Path, settings: str, approve: Callable[[str], bool]) -> None:
        self.approve = approve
        self.data = home / ".local" / "share" / "tuimail"
        self.config = home / "config.toml"
        self.config.write_text(settings)
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("XDG_")},
            "HOME": str(home),
            "LANG": "C.UTF-8",
        }

    @property
    def environ(self) -> dict[str, str]:
        """What to lay over an environment so that it has this home; empty values are removed."""
        return {name: "" for name in os.environ if name.startswith("XDG_")} | {
            "HOME": self.environment["HOME"]
        }

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "tuimail", "--config", str(self.config), *words]

    def run(self, *words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            self.command(*words),
            input=stdin,
            capture_output=True,
            env=self.environment,
            timeout=60,
            check=False,
        )

    @contextmanager
    def start(self, *words: str, stdin: bytes) -> Iterator[subprocess.Popen[bytes]]:
        """Start a verb and leave it to itself."""
        with subprocess.Popen(
            self.command(*words),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self.environment,
        ) as process:
            assert process.stdin is not None
            process.stdin.write(stdin)
            process.stdin.close()
            yield process

    def json(self, *words: str) -> Any:
        result = self.run(*words)
        assert result.returncode == 0, result.stderr.decode()
        assert result.stdout.isascii()
        return json.loads(result.stdout)

    def sign_in(self) -> tuple[str, str]:
        """Sign in as a script would: read the URL and the code while the verb waits."""
        with subprocess.Popen(
            self.command("login", "--device-code"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self.environment,
        ) as login:
            assert login.stdout is not None
            url = login.stdout.readline().decode().strip()
            code = login.stdout.readline().decode().strip()
            assert self.approve(code)
            assert login.wait(30) == 0
        return url, code

    def sign_in_refused(self) -> tuple[int, str]:
        """Sign in where `approve` does not; return the exit code and what was said."""
        with subprocess.Popen(
            self.command("login"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment,
        ) as login:
            assert login.stdout is not None
            login.stdout.readline()
            self.approve(login.stdout.readline().decode().strip())
            _, said = login.communicate(timeout=60)
            return login.returncode, said.decode()
