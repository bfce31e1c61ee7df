"""A signature stands below the text and above the quote, and makes way for another one."""

from __future__ import annotations

import msgspec
import pytest

from tuimail.config.accounts import account_from
from tuimail.config.schema import Settings
from tuimail.model.account import AccountId
from tuimail.ui.writing.signature import signature_of, with_signature

QUOTE = "On Mon Kim Chu wrote:\n> Ready?\n>> Soon.\n"


@pytest.mark.parametrize(
    ("body", "signed"),
    [
        ("", "\n\n-- \nAnna\n"),
        ("Yes.\n", "Yes.\n\n-- \nAnna\n"),
        (f"\n\n{QUOTE}", f"\n\n-- \nAnna\n\n{QUOTE}"),
        (f"Yes.\n\n{QUOTE}", f"Yes.\n\n-- \nAnna\n\n{QUOTE}"),
        ("> One?\n\nYes.\n", "> One?\n\nYes.\n\n-- \nAnna\n"),
    ],
)
def test_where_it_stands(body: str, signed: str) -> None:
    assert with_signature(body, "Anna") == signed
    assert with_signature(signed, "Finance desk") == signed.replace("Anna", "Finance desk")
    assert with_signature(signed, "").rstrip() == body.rstrip()


def test_which_one_goes_with_an_address() -> None:
    table = {
        "address": "anna@contoso.com",
        "client_id": "thunderbird",
        "signature": "Anna",
        "signatures": {"Finance@contoso.com": "Finance\x1b[31m desk"},
    }
    settings = msgspec.convert({"accounts": {"work": table}}, Settings)
    account = account_from(settings, "work", AccountId(1))
    assert signature_of(settings, account, "anna@contoso.com") == "Anna"
    assert signature_of(settings, account, "finance@contoso.com") == "Finance[31m desk"
    assert signature_of(Settings(), account, "anna@contoso.com") == ""
