"""What a refused certificate is said to mean."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import truststore

from tuimail.errors import ConfigError
from tuimail.trust import client_context, explain

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
TODAY = f"clock says {NOW.astimezone().day} Nov 2026"


@pytest.mark.parametrize(
    ("code", "words", "hint"),
    [
        (9, "is not valid yet", TODAY),
        (10, "has expired", TODAY),
        (18, "does not trust", "ca_file"),
        (19, "does not trust", "ca_file"),
        (20, "does not trust", "ca_file"),
        (62, "is not that of mail.example", "Something else answers"),
        (7, "does not verify", "set ca_file"),
        (None, "does not verify", "set ca_file"),
    ],
)
def test_clock_proxy_and_wrong_host_are_told_apart(code: int | None, words: str, hint: str) -> None:
    distrust = explain(code, "mail.example", NOW)
    assert words in distrust.words
    assert "mail.example" in distrust.words
    assert hint in distrust.hint


def test_the_system_is_trusted_unless_a_file_is_named(tmp_path: Path) -> None:
    assert isinstance(client_context(), truststore.SSLContext)
    broken = tmp_path / "ca.pem"
    broken.write_text("no certificate")
    for path in (broken, tmp_path / "missing.pem"):
        with pytest.raises(ConfigError, match=path.name) as raised:
            client_context(path)
        assert raised.value.key == "ca_file"
