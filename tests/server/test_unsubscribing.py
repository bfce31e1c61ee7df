"""The one request of RFC 8058, as the list's server receives it."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from tests.store.mail import fetched, open_mailbox
from tests.unit.auth.test_http import Handler, serving
from tests.unit.mime.test_trusting import DKIM, FROM, LIST, PASS, header
from tuimail.http import HttpClient
from tuimail.model.notice import Severity
from tuimail.sandbox.certificates import make_certificates
from tuimail.sync.unsubscribing import leave


class ListServer(Handler):
    bodies: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
        self.do_GET()


def test_the_list_is_left_by_one_request_that_only_a_verified_message_can_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`200 <= status < 300` made `< 400` takes a redirection for a success: red."""
    monkeypatch.setattr("tests.unit.auth.test_http.Handler", ListServer)
    certificates = make_certificates(tmp_path / "tls")
    mailbox = open_mailbox(tmp_path / "data")
    http = HttpClient(certificates.ca_file)
    try:
        with serving(certificates.server_context()) as port:
            base = f"https://localhost:{port}"
            ListServer.answers = {
                "/leave": (200, "Content-Type: text/html", b"<p>You are off the list."),
                "/broken": (500, "Content-Type: text/html", b""),
                "/elsewhere": (302, f"Location: {base}/leave", b""),
            }
            ListServer.heard, ListServer.bodies = [], []
            said = []
            signed = DKIM.format(d="fabrikam.example", h="")
            for uid, (path, dkim) in enumerate(
                [("leave", signed), ("broken", signed), ("elsewhere", signed), ("leave", "")], 1
            ):
                way = LIST.replace("https://fabrikam.example/leave?u=1", f"{base}/{path}")
                key = mailbox.record_one(mailbox.inbox, fetched(uid))
                raw = header(PASS, sender=FROM + dkim + way)
                mailbox.store.write(lambda tx, k=key, r=raw: tx.store_part(k, "HEADER", r)).result()  # type: ignore[misc]
                leave(mailbox.store, key, http)
                said.append(mailbox.store.read.notices(1)[0][3].severity)
            assert said == [Severity.SUCCESS, *[Severity.WARNING] * 3]
            assert ListServer.heard == [
                "POST /leave None",
                "POST /broken None",
                "POST /elsewhere None",
            ]
            assert set(ListServer.bodies) == {b"List-Unsubscribe=One-Click"}
    finally:
        http.close()
        mailbox.store.close()
