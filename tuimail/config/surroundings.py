"""Where tuimail runs: on this desk or over SSH, with a browser at hand or not. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tuimail.records import record


@record
class Surroundings:
    """What the environment tells.

    Attributes:
        is_remote: Over SSH: a browser and a clipboard are on another computer.
        has_display: A window can be opened here.
        server: This computer's address as the SSH client reached it; empty when it is not known.
        user: Who is signed in here; empty when it is not known.
    """

    is_remote: bool
    has_display: bool
    server: str = ""
    user: str = ""

    @property
    def can_open_browser(self) -> bool:
        """Whether a page opened here would be seen by the person at the keyboard."""
        return self.has_display and not self.is_remote

    def forwarding_line(self, port: int) -> str:
        """Return the line that carries a port from the user's own computer to this one."""
        place = self.server or "this-server"
        target = f"{self.user}@{place}" if self.user else place
        import shlex  # noqa: PLC0415 - not for the first frame

        return f"ssh -L {port}:localhost:{port} {shlex.quote(target)}"


NOWHERE: Final = Surroundings(is_remote=False, has_display=False)
"""Nothing is known."""


def surroundings(environ: Mapping[str, str]) -> Surroundings:
    """Read the environment.

    `SSH_CONNECTION` holds "client port server port" (sshd, ENVIRONMENT). Inside tmux or screen it
    is that of the connection that started them, which is near enough.
    """
    fields = environ.get("SSH_CONNECTION", "").split()
    return Surroundings(
        is_remote=any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")),
        has_display=any(
            environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME")
        ),
        server=fields[2] if len(fields) == 4 else "",
        user=environ.get("USER") or environ.get("LOGNAME") or "",
    )
