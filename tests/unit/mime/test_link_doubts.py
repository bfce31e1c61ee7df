"""Hosts that look like others, and what is said of them."""

from __future__ import annotations

import pytest

from tuimail.mime.link_doubts import doubts, shown_host, with_doubts
from tuimail.mime.links import LinkList
from tuimail.mime.mailto import read_mailto
from tuimail.mime.rendered import Link

KNOWN = frozenset({"contoso.com", "mail.fabrikam.example", "nordwind.co.uk"})


def doubted(href: str, text: str = "here") -> Link:
    links = LinkList()
    link = links.add(href, text)
    assert link is not None
    return with_doubts([link], KNOWN)[0]


@pytest.mark.parametrize(
    ("href", "model"),
    [
        ("https://fabrlkam.example/pay", "fabrikam.example"),
        ("https://www.c0ntoso.com/", "contoso.com"),
        ("https://contosso.com/", "contoso.com"),
        ("https://rnicrosoft.com/login", "microsoft.com"),
        ("https://paypa1.com/", "paypal.com"),
        ("https://login.xn--pypal-4ve.com/", "paypal.com"),
        ("https://microsoft.com.account-check.example/", "microsoft.com"),
        ("https://nordw1nd.co.uk/", "nordwind.co.uk"),
        ("mailto:anna@c0ntoso.com", "contoso.com"),
    ],
)
def test_a_host_that_looks_like_a_known_one_is_doubted(href: str, model: str) -> None:
    """Turned red by comparing the Punycode form of a name, and by leaving out `_inside`."""
    link = doubted(href)
    assert link.looks_like == model
    assert link.suspicious
    assert any(f"looks like {model}" in each for each in doubts(link))


@pytest.mark.parametrize(
    "href",
    [
        "https://contoso.com/",
        "https://docs.contoso.com/a",
        "https://microsoft.com/",
        "https://login.microsoftonline.com/common",
        "https://paypal.com/",
        "https://example.org/microsoft.com",
        "https://bücher.example/",
        "https://例え.example/",
        "https://t.co/x",
    ],
)
def test_a_host_like_no_other_is_not(href: str) -> None:
    link = doubted(href)
    assert link.looks_like == ""
    assert not link.suspicious


def test_letters_of_several_alphabets_are_said_with_both_forms() -> None:
    link = doubted("https://exаmple-portal.example/")  # the third letter is Cyrillic
    assert link.suspicious
    assert link.host.startswith("xn--")
    assert any("several alphabets" in each and link.host in each for each in doubts(link))
    assert shown_host("xn--bcher-kva.example") == "bücher.example"
    assert shown_host("xn--\ufffd.example")  # nonsense stays as it is


def test_what_the_text_names_and_what_hides_the_host_is_said() -> None:
    link = doubted("https://evil.example@203.0.113.9/", "www.contoso.com")
    said = doubts(link)
    assert said[0] == "The text says contoso.com, the link goes to 203.0.113.9."
    assert "hard to see" in said[-1]


def test_safe_links_are_told_of() -> None:
    href = "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fa"
    link = doubted(href)
    assert link.target == "https://example.org/a"
    assert link.via == "eur01.safelinks.protection.outlook.com"
    assert doubted("https://example.org/a").via == ""


def test_mailto_fills_people_subject_and_text_and_nothing_else() -> None:
    wanted = read_mailto(
        "mailto:kim%40fabrikam.example?subject=Hello%20there%0D%0ABcc:%20x&body=One%0ATwo%1B[2J"
        "&cc=ben@contoso.com&attach=/etc/passwd&in-reply-to=%3Ca%3E&to=lena@contoso.com"
    )
    assert wanted.to == "kim@fabrikam.example, lena@contoso.com"
    assert wanted.cc == "ben@contoso.com"
    assert "\n" not in wanted.subject
    assert wanted.subject.startswith("Hello there")
    assert wanted.body == "One\nTwo[2J"
