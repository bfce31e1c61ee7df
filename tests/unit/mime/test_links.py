"""Where links lead, as a browser would read them."""

from __future__ import annotations

import pytest

from tuimail.mime.links import MOST_LINKS, LinkList, clean_target, host_of

SAFE_LINK = (
    "https://eur02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.fabrikam.example"
    "%2Fcontracts%3Fid%3D118%26x%3D1&data=05%7C02%7Canna%40contoso.example%7C0&sdata=a%3D&reserved=0"
)


@pytest.mark.parametrize(
    ("href", "target"),
    [
        ("https://x.example/a b", "https://x.example/a%20b"),
        ("  HTTPS://x.example ", "https://x.example"),
        ("ht\ntps://x.exa\tmple/", "https://x.example/"),
        ("http:\\\\x.example\\a", "http://x.example/a"),
        ("https:x.example", "https://x.example"),
        ("https:///x.example", "https://x.example"),
        ("mailto:kim@x.example?subject=a", "mailto:kim@x.example?subject=a"),
        ("https://x.example/?q=a\\b#c", "https://x.example/?q=a\\b#c"),
        ("https://x.example/\x1b]0;\u202ea", "https://x.example/]0;a"),
        ("javascript:alert(1)", None),
        ("\x01javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("vbscript:x", None),
        ("//x.example/relative", None),
        ("#anchor", None),
        ("https://", None),
        ("mailto:", None),
        ("", None),
    ],
)
def test_targets_are_what_a_browser_opens(href: str, target: str | None) -> None:
    assert clean_target(href) == target


def test_safe_links_are_decoded() -> None:
    assert clean_target(SAFE_LINK) == "https://www.fabrikam.example/contracts?id=118&x=1"


def test_a_safe_link_to_a_script_stays_as_it_is() -> None:
    link = "https://nam01.safelinks.protection.outlook.com/?url=javascript%3Aalert(1)"
    assert clean_target(link) == link


def test_a_look_alike_of_safe_links_is_not_decoded() -> None:
    link = "https://safelinks.protection.outlook.com.evil.example/?url=https%3A%2F%2Fx.example"
    assert host_of(clean_target(link) or "") == "safelinks.protection.outlook.com.evil.example"


@pytest.mark.parametrize(
    ("target", "host"),
    [
        ("https://contoso.example@evil.example/", "evil.example"),
        ("https://evil.example:8443/contoso.example", "evil.example"),
        ("https://evil.example?contoso.example", "evil.example"),
        ("https://EVIL.example./", "evil.example"),
        ("https://b\u00fccher.example/", "xn--bcher-kva.example"),
        ("https://\u0430pple.example/", "xn--pple-43d.example"),
        ("https://%65vil.example/", "evil.example"),
        ("https://[2001:db8::1]:8080/", "[2001:db8::1]:8080"),
        ("mailto:kim@x.example?cc=a@b.example", "x.example"),
    ],
)
def test_the_host_is_the_real_one(target: str, host: str) -> None:
    assert host_of(target) == host


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("contoso.example", "https://contoso.evil.example"),
        ("https://contoso.example/login", "https://evil.example"),
        ("www.contoso.example", "https://evil.example"),
        ("Sign in at https://contoso.example now", "https://evil.example"),
        ("kim@contoso.example", "mailto:kim@evil.example"),
        ("contoso.co.uk", "https://evil.co.uk"),
        ("here", "https://contoso.example@evil.example/"),
        ("here", "http://3232235777/"),
        ("here", "http://0x7f.1/"),
        ("here", "https://%65vil.example/"),
    ],
)
def test_a_link_that_misleads_is_suspicious(text: str, href: str) -> None:
    link = LinkList().add(href, text)
    assert link is not None
    assert link.suspicious


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("the portal", "https://portal.contoso.example"),
        ("contoso.example", "https://www.contoso.example/a"),
        ("https://login.contoso.example", "https://portal.contoso.example"),
        ("report.pdf", "https://contoso.sharepoint.example/x"),
        ("Node.js", "https://nodejs.example"),
        ("v1.2.3", "https://contoso.example"),
        ("e.g. this", "https://contoso.example"),
        ("kim@contoso.example", "mailto:kim@contoso.example"),
        ("contoso.example", SAFE_LINK.replace("www.fabrikam", "www.contoso")),
        ("here", "http://192.168.0.1/"),
    ],
)
def test_an_honest_link_is_not(text: str, href: str) -> None:
    link = LinkList().add(href, text)
    assert link is not None
    assert not link.suspicious


def test_the_other_host_is_named() -> None:
    link = LinkList().add("https://pay.fabrlkam.example/1", "fabrikam.example")
    assert link is not None
    assert (link.host, link.named_host) == ("pay.fabrlkam.example", "fabrikam.example")


def test_numbers_repeat_with_their_target_and_end_at_a_limit() -> None:
    links = LinkList()
    numbers = [links.add(f"https://x.example/{n}", "x") for n in range(MOST_LINKS + 5)]
    assert [link.number for link in numbers[:3] if link] == [1, 2, 3]
    assert numbers[MOST_LINKS:] == [None] * 5
    first = links.add("https://x.example/0", "again")
    assert first is not None
    assert first.number == 1
    assert links.is_full
