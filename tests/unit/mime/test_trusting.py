"""What a header says of where a mail comes from, and what a forged one cannot say."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tuimail.errors import ConfigError
from tuimail.exchange.gateways import Gateway, read_gateway, read_gateways
from tuimail.mime.trusting import posed_as, read_trust
from tuimail.model.trust import Confirmation
from tuimail.text.address import make_address

# The hosts of a mail as Exchange Online delivers it, with its names for one host of the inside and
# of the outside.
DELIVERED = (
    "Received: from AM0PR01MB1.eurprd01.prod.exchangelabs.com (::1) by\n"
    " AM0PR01MB2.eurprd01.prod.outlook.com with HTTPS; Mon, 23 Nov 2026 09:32:00 +0000\n"
    "Received: from DU2PR01CA1.EURPRD01.PROD.OUTLOOK.COM (2603:10a6::1) by\n"
    " AM0PR01MB1.eurprd01.prod.exchangelabs.com (2603:10a6::2) with Microsoft SMTP\n"
    " Server id 15.20.4308.20; Mon, 23 Nov 2026 09:31:59 +0000\n"
    "Received: from DB5EUR01FT1.eop-EUR01.prod.protection.outlook.com\n"
    " (2603:10a6:20b:cafe::4c) by DU2PR01CA1.outlook.office365.com (2603:10a6::1) with\n"
    " Microsoft SMTP Server id 15.20.4331.21 via Frontend Transport; Mon, 23 Nov 2026\n"
)
BORDER = (
    "Received-SPF: Pass (protection.outlook.com: domain of fabrikam.example)\n"
    "Received: from {helo} (192.0.2.1) by\n"
    " DB5EUR01FT1.mail.protection.outlook.com (10.152.4.1) with Microsoft SMTP Server\n"
)
SENT = "Received: from laptop by mail.fabrikam.example with ESMTPSA\n"
FROM = "From: Kim Chu <kim.chu@fabrikam.example>\nTo: anna@contoso.example\n"
PASS = (
    "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=fabrikam.example; dkim=pass\n"
    " (signature was verified) header.d=fabrikam.example;dmarc=pass action=none\n"
    " header.from=fabrikam.example;compauth=pass reason=100\n"
)
NONE = (
    "dkim=none (message not signed) header.d=none;dmarc=none action=none "
    "header.from=fabrikam.example;"
)


def header(
    results: str,
    *,
    above: str = DELIVERED,
    below: str = "",
    sender: str = FROM,
    helo: str = "mail.fabrikam.example",
) -> bytes:
    said = f"Authentication-Results: {results}" if results else ""
    end = "" if not said or said.endswith("\n") else "\n"
    border = BORDER.format(helo=helo)
    return (above + said + end + border + below + SENT + sender + "\n").encode()


def confirmation(raw: bytes, gateways: Sequence[Gateway] = ()) -> Confirmation:
    return read_trust(raw, gateways).authentication.confirmation


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (PASS, Confirmation.CONFIRMED),
        (PASS.replace("dmarc=pass", "dmarc=bestguesspass"), Confirmation.CONFIRMED),
        # The older form has the recipient's domain between the results.
        (PASS.replace("; dkim", "; contoso.example; dkim"), Confirmation.CONFIRMED),
        # A mailing list broke DMARC; Exchange concludes that it is right all the same.
        (PASS.replace("dmarc=pass", "dmarc=fail"), Confirmation.CONFIRMED),
        (
            PASS.replace("dmarc=pass", "dmarc=fail").replace("compauth=pass reason=100",
            "compauth=fail reason=000"), Confirmation.FAILED,
        ),
        ("spf=fail smtp.mailfrom=x.example; dkim=none header.d=none;dmarc=fail action=oreject "
         "header.from=fabrikam.example", Confirmation.FAILED),
        (NONE + "compauth=softpass reason=201", Confirmation.UNKNOWN),
        (NONE + "compauth=fail reason=001", Confirmation.FAILED),
        # Signed by somebody else, which says nothing about the domain in From.
        ("spf=pass smtp.mailfrom=x.example; dkim=pass header.d=x.example;dmarc=none "
         "header.from=fabrikam.example", Confirmation.UNKNOWN),
        ("dkim=pass header.d=mail.fabrikam.example;dmarc=none header.from=fabrikam.example",
         Confirmation.CONFIRMED),
        # DMARC was asked about another From than the one that is shown.
        (PASS.replace("header.from=fabrikam.example", "header.from=x.example"),
         Confirmation.FAILED),
        ("dkim=pass (=dmarc=pass; compauth=pass) header.d=x.example", Confirmation.UNKNOWN),
        ("DB5EUR01FT1.mail.protection.outlook.com; dmarc=pass header.from=fabrikam.example",
         Confirmation.CONFIRMED),
        ("mx.fabrikam.example; dmarc=pass header.from=fabrikam.example", Confirmation.UNKNOWN),
        ("", Confirmation.UNKNOWN),
        (";;;=;dmarc=", Confirmation.UNKNOWN),
        ("(" * 10_000, Confirmation.UNKNOWN),
    ],
)  # fmt: skip
def test_what_exchange_concluded_is_read_from_its_own_field(
    results: str, expected: Confirmation
) -> None:
    assert confirmation(header(results)) is expected


def test_a_field_the_sender_wrote_is_not_believed() -> None:
    """Mutations seen red: `_believed` that reads on below the border; no `is_within and` in it."""
    forged = f"Authentication-Results: {PASS}"
    failed = "dmarc=fail action=none header.from=fabrikam.example;compauth=fail reason=000"
    assert confirmation(header(failed, below=forged)) is Confirmation.FAILED
    assert confirmation(header("", below=forged)) is Confirmation.UNKNOWN
    assert confirmation(header("", below=SENT + forged)) is Confirmation.UNKNOWN
    # Not received by Exchange Online at all: nobody vouches for what stands there.
    assert confirmation(header(PASS, above="")) is Confirmation.UNKNOWN
    assert confirmation(header(PASS, above=SENT)) is Confirmation.UNKNOWN
    arc = f"ARC-Authentication-Results: i=1; mx.microsoft.com 1; {PASS}"
    assert confirmation(header("", below=arc)) is Confirmation.UNKNOWN
    assert confirmation(header(f"x{'-Original'}: {PASS}")) is Confirmation.UNKNOWN


@pytest.mark.parametrize("helo", ["x.outlook.com", "DB5EUR01FT1.mail.protection.outlook.com"])
def test_a_sender_who_calls_itself_exchange_is_outside_all_the_same(helo: str) -> None:
    """`is_front(by) or` taken out of `authentication._believed` turns it red."""
    forged = (
        f"Received: from x.outlook.com (::1) by {helo} with HTTPS\nAuthentication-Results: {PASS}"
    )
    assert confirmation(header("", below=forged, helo=helo)) is Confirmation.UNKNOWN
    assert confirmation(header("", below=f"Authentication-Results: {PASS}", helo=helo)) is (
        Confirmation.UNKNOWN
    )
    assert confirmation(header(PASS, helo=helo)) is Confirmation.CONFIRMED


GATEWAYS = read_gateways(["MX.contoso.example: 192.0.2.0/28 2001:db8::/48", "other.example: ::1"])
BY_GATEWAY = f"Authentication-Results: mx.contoso.example 1; {PASS}"
BY_ITS_ADDRESS = (
    "spf=fail (sender IP is 192.0.2.1) smtp.mailfrom=fabrikam.example; dkim=fail (body hash did\n"
    " not verify) header.d=fabrikam.example;dmarc=fail action=none\n"
    " header.from=fabrikam.example;compauth=fail reason=000"
)


def test_a_gateway_is_believed_where_exchange_received_the_mail_from_its_address() -> None:
    """`one.delivers_from` left out of `authentication._of_gateway` turns it red."""
    behind = header(BY_ITS_ADDRESS, below=BY_GATEWAY)
    assert confirmation(behind) is Confirmation.FAILED
    assert confirmation(behind, GATEWAYS) is Confirmation.CONFIRMED
    # Not from there: whoever can reach Exchange past the gateway can write its name.
    for address in ("203.0.113.9", "unknown", "192.0.2.1) (203.0.113.9"):
        past = behind.replace(b"(192.0.2.1) by", f"({address}) by".encode())
        assert confirmation(past, GATEWAYS) is Confirmation.FAILED
    # In the name of another gateway, and of none.
    for name in ("other.example", "evil.example", ""):
        forged = BY_GATEWAY.replace("mx.contoso.example 1", name)
        assert confirmation(header(BY_ITS_ADDRESS, below=forged), GATEWAYS) is Confirmation.FAILED
    failed = BY_GATEWAY.replace("dmarc=pass", "dmarc=fail").replace("compauth=pass", "x=none")
    assert confirmation(header(PASS, below=failed), GATEWAYS) is Confirmation.FAILED
    # The first of that name is the gateway's; it takes others out of what it receives.
    assert confirmation(header(PASS, below=failed + BY_GATEWAY), GATEWAYS) is Confirmation.FAILED
    six = header(BY_ITS_ADDRESS, below=BY_GATEWAY).replace(b"(192.0.2.1) by", b"(2001:db8::9) by")
    assert confirmation(six, GATEWAYS) is Confirmation.CONFIRMED
    # No request is made to where only the gateway says that the list is what it says.
    list_ = FROM + DKIM.format(d="fabrikam.example", h="") + LIST
    ways = read_trust(header(BY_ITS_ADDRESS, below=BY_GATEWAY, sender=list_), GATEWAYS)
    assert ways.unsubscribing is not None
    assert not ways.unsubscribing.post


@pytest.mark.parametrize(
    "written",
    ["", "mx.contoso.example", "mx.contoso.example:", ": ::1", "mx: 192.0.2.256", "a b: ::1"],
)
def test_a_gateway_without_an_address_is_none(written: str) -> None:
    with pytest.raises(ConfigError):
        read_gateway(written)


def test_who_was_signed_in_to_the_organisation_is_inside_it() -> None:
    inside = "X-MS-Exchange-Organization-AuthAs: Internal\n"
    found = read_trust(header(NONE, below=inside)).authentication
    assert (found.confirmation, found.is_internal) == (Confirmation.CONFIRMED, True)
    outside = "X-MS-Exchange-Organization-AuthAs: Anonymous\n"
    assert not read_trust(header(NONE, below=outside)).authentication.is_internal
    # Elsewhere the field is anybody's.
    assert not read_trust(header(NONE, above=SENT, below=inside)).authentication.is_internal


def test_two_authors_of_two_domains_are_not_confirmed() -> None:
    two = "From: a@fabrikam.example, b@contoso.example\n"
    assert confirmation(header(PASS, sender=two)) is Confirmation.UNKNOWN


def test_a_reply_that_would_go_elsewhere_and_a_name_that_looks_like_an_address() -> None:
    found = read_trust(
        header(
            PASS,
            sender='From: "ceo@contoso.example" <ceo@mail.example>\nReply-To: x@quota.example\n',
        )
    )
    assert (found.replies_to, found.posed_as) == ("x@quota.example", "ceo@contoso.example")
    same = read_trust(header(PASS, sender=FROM + "Reply-To: Kim <KIM.CHU@fabrikam.example>\n"))
    assert (same.replies_to, same.posed_as) == ("", "")
    assert posed_as(make_address("ceo＠contoso．example", "x@y.example")) == "ceo@contoso.example"
    assert posed_as(make_address("a@b.example", "A@B.example")) == ""
    assert posed_as(make_address("Kim (home) @ work", "x@y.example")) == ""


DKIM = (
    "DKIM-Signature: v=1; a=rsa-sha256; d={d}; s=s1; h=From:To:\n"
    " List-Unsubscribe:List-Unsubscribe-Post{h}; bh=x; b=y\n"
)
LIST = (
    "List-Unsubscribe: <mailto:leave@fabrikam.example?subject=Leave%20me>,\n"
    " <https://fabrikam.example/leave?u=1>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n"
)


def test_one_post_is_offered_only_where_a_verified_signature_covers_both_fields() -> None:
    """Without `and _is_covered(headers, signed_by)` each line about a signature turns red."""

    def post(results: str = PASS, dkim: str = DKIM.format(d="fabrikam.example", h=""),
             list_: str = LIST) -> str:  # fmt: skip
        found = read_trust(header(results, sender=FROM + dkim + list_)).unsubscribing
        assert found is not None
        assert (found.mail, found.subject) == ("leave@fabrikam.example", "Leave me")
        return found.post

    assert post() == "https://fabrikam.example/leave?u=1"
    assert post(PASS.replace("dkim=pass", "dkim=fail")) == ""
    assert post(dkim=DKIM.format(d="x.example", h="")) == ""
    assert post(dkim=DKIM.format(d="fabrikam.example", h="").replace("Post", "Other")) == ""
    assert post(dkim="") == ""
    assert post(list_=LIST.replace("One-Click", "Two-Click")) == ""
    assert post(list_=LIST.replace("https:", "http:")) == ""


@pytest.mark.parametrize(
    "value",
    [
        "<javascript:alert(1)>",
        "<https://user:pw@fabrikam.example/>",
        "<https://\u202eevil/>",
        "<mailto:a@b.example,c@d.example>",
        "<mailto:>",
        "https://no.brackets.example",
        "<file:///etc/passwd>",
        "<https://>",
        "<https://192.168.0.1/reboot>",
        "<https://[::1]/reboot>",
    ],
)
def test_what_is_no_way_out_is_none(value: str) -> None:
    assert (
        read_trust(header(PASS, sender=f"{FROM}List-Unsubscribe: {value}\n")).unsubscribing is None
    )
