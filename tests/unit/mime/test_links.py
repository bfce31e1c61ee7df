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


TARGET = "https://www.fabrikam.example/a?b=1"
_QUOTED = "https%3A%2F%2Fwww.fabrikam.example%2Fa%3Fb%3D1"
REDIRECTORS = {
    "Safe Links": f"https://nam12.safelinks.protection.outlook.com/?url={_QUOTED}&data=05",
    "Safe Links, path": f"https://eur01.safelinks.protection.outlook.com/ap/w-59/?url={_QUOTED}&d=1",
    "Safe Links, US": f"https://gcc02.safelinks.protection.office365.us/?url={_QUOTED}",
    "Safe Links, Teams": "https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/"
    f"atp-safelinks.html?url={_QUOTED}",
    "Proofpoint 1": f"https://urldefense.proofpoint.com/v1/url?u={_QUOTED}&k=x",
    "Proofpoint 2": "https://urldefense.proofpoint.com/v2/url?u=https-3A__www.fabrikam.example_a"
    "-3Fb-3D1&d=DwMF&c=x",
    "Proofpoint 3": "https://urldefense.com/v3/__https://www.fabrikam.example/a*b=1__;Pw!!abc!x$",
    "Proofpoint 3, plain": f"https://urldefense.com/v3/__{TARGET}__;!!abc!x$",
    "Proofpoint 3, run": "https://urldefense.us/v3/__https://www.fabrikam.example/a**A=1__;P2I!!a!x$",
    "Barracuda": f"https://linkprotect.cudasvc.com/url?a={_QUOTED}&c=E,1",
    "Google": f"https://www.google.com/url?q={_QUOTED}&sa=D",
    "Google, url": f"https://www.google.co.uk/url?sa=t&url={_QUOTED}",
    "Facebook": f"https://l.facebook.com/l.php?u={_QUOTED}&h=x",
    "Instagram": f"https://l.instagram.com/?u={_QUOTED}",
    "LinkedIn": f"https://www.linkedin.com/redir/redirect?url={_QUOTED}",
    "YouTube": f"https://www.youtube.com/redirect?event=x&q={_QUOTED}",
    "Bing": "https://www.bing.com/ck/a?!&&p=x&u=a1aHR0cHM6Ly93d3cuZmFicmlrYW0uZXhhbXBsZS9hP2I9MQ",
    "Cisco": f"https://secure-web.cisco.com/1abc/{_QUOTED}",
    "FireEye": f"https://protect2.fireeye.com/url?k=x&u={_QUOTED}",
    "Symantec": f"https://clicktime.symantec.com/3A?u={_QUOTED}",
    "Sophos": "https://eu-west-1.protection.sophos.com/?d=fabrikam.example&u="
    "aHR0cHM6Ly93d3cuZmFicmlrYW0uZXhhbXBsZS9hP2I9MQ==&i=x",
    "two in a row": "https://nam12.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.google.com"
    "%2Furl%3Fq%3Dhttps%253A%252F%252Fwww.fabrikam.example%252Fa%253Fb%253D1",
}


@pytest.mark.parametrize("service", REDIRECTORS)
def test_redirectors_are_decoded(service: str) -> None:
    assert clean_target(REDIRECTORS[service]) == TARGET


def test_proofpoint_takes_its_characters_one_after_the_other() -> None:
    link = "https://urldefense.com/v3/__https://www.fabrikam.example/a**A=1*c__;P2Im!!a!x$"
    assert clean_target(link) == "https://www.fabrikam.example/a?b=1&c"


@pytest.mark.parametrize(
    "link",
    [
        "https://protect-eu.mimecast.com/s/abc?domain=fabrikam.example",
        "https://www.google.com/search?q=https%3A%2F%2Fx.example",
        "https://l.facebook.com.evil.example/l.php?u=https%3A%2F%2Fx.example",
        "https://urldefense.com/v3/__javascript:alert(1)__;!!abc!x$",
        "https://www.bing.com/ck/a?u=a1!!!",
        "https://linkprotect.cudasvc.com/url?c=1",
        "https://urldefense.proofpoint.com/v2/url?d=x",
    ],
)
def test_what_names_no_target_stays_as_it_is(link: str) -> None:
    assert clean_target(link) == link


def test_a_text_that_is_a_redirector_itself_is_no_lie() -> None:
    """Filters rewrite the text of a link as well as its target."""
    found = LinkList().add(REDIRECTORS["Proofpoint 3"], REDIRECTORS["Proofpoint 3"])
    assert found is not None
    assert not found.suspicious
    evil = LinkList().add("https://evil.example/", REDIRECTORS["Safe Links"])
    assert evil is not None
    assert evil.named_host == "www.fabrikam.example"


@pytest.mark.parametrize("host", ["urldefense.com", "www.google.com", "secure-web.cisco.com"])
def test_endless_redirectors_are_read_once(host: str) -> None:
    assert clean_target(f"https://{host}/v3/__" + "https://a/*" * 20_000) is not None
    assert clean_target(f"https://{host}/url?" + "q=1&" * 20_000) is not None


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
