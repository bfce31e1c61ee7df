"""Kinds of mail that everybody gets."""

from __future__ import annotations

from tests.fidelity.letter import Letter, encoded_word


def plain(letter: Letter) -> bytes:
    """Text alone, in one of many charsets."""
    return letter.message(letter.text_part())


def html(letter: Letter) -> bytes:
    """HTML alone."""
    return letter.message(letter.html_part())


def alternative(letter: Letter) -> bytes:
    """Text and HTML, as Outlook sends it."""
    return letter.message(letter.alternative())


def mixed(letter: Letter) -> bytes:
    """A text with attachments."""
    body = letter.alternative() if letter.random.random() < 0.5 else letter.text_part()
    several = [letter.attachment() for _ in range(letter.random.randint(1, 3))]
    return letter.message(letter.multipart("mixed", [body, *several]))


def related(letter: Letter) -> bytes:
    """HTML with its pictures."""
    parts = [letter.alternative(), letter.attachment()]
    parameters = ';\n\ttype="multipart/alternative"'
    return letter.message(letter.multipart("related", parts, parameters=parameters))


def reply(letter: Letter) -> bytes:
    """An answer that quotes and refers."""
    before = [f"<{letter.random.getrandbits(64):x}@contoso.example>" for _ in range(4)]
    quoted = "".join(f"> {line}\n" for line in letter.text(40).splitlines())
    return letter.message(
        letter.text_part(body=f"{letter.text(20)}\nOn Monday somebody wrote:\n{quoted}"),
        References="\n ".join(before),
        In_Reply_To=before[-1],
        Thread_Topic=letter.subject(),
    )


def newsletter(letter: Letter) -> bytes:
    """What a list sends."""
    return letter.message(
        letter.alternative(),
        List_Id="<team.lists.example>",
        List_Unsubscribe="<https://lists.example/u>",
        Sender="bounces@lists.example",
        Precedence="bulk",
        Content_Language="en-US, de",
    )


def forwarded(letter: Letter) -> bytes:
    """A message with another one attached, which has an attachment of its own."""
    inner = Letter(letter.number + 500_000, 1)
    original = inner.message(inner.multipart("mixed", [inner.text_part(), inner.attachment()]))
    header = b'Content-Type: message/rfc822\nContent-Disposition: attachment; filename="o.eml"\n\n'
    return letter.message(letter.multipart("mixed", [letter.text_part(), header + original]))


def invitation(letter: Letter) -> bytes:
    """A meeting request."""
    calendar = (
        b'Content-Type: text/calendar; charset="utf-8"; method=REQUEST\n\n'
        b"BEGIN:VCALENDAR\nMETHOD:REQUEST\nVERSION:2.0\nBEGIN:VEVENT\nSUMMARY:Budget\n"
        b"END:VEVENT\nEND:VCALENDAR\n"
    )
    parts = [letter.text_part(), letter.html_part(), calendar]
    return letter.message(letter.multipart("alternative", parts), Content_Class="urn:meeting")


def signed(letter: Letter) -> bytes:
    """S/MIME."""
    signature = (
        b'Content-Type: application/pkcs7-signature; name="smime.p7s"\n'
        b"Content-Transfer-Encoding: base64\nContent-Disposition: attachment;\n"
        b' filename="smime.p7s"\n\n' + letter.octets()
    )
    parameters = '; protocol="application/pkcs7-signature"; micalg=sha-256'
    parts = [letter.text_part(), signature]
    return letter.message(letter.multipart("signed", parts, parameters=parameters))


def flowed(letter: Letter) -> bytes:
    """Format=flowed (RFC 3676)."""
    body = letter.text(120, "en").replace("\n", " \n")
    return letter.message(
        b"Content-Type: text/plain; charset=us-ascii; format=flowed; delsp=yes\n\n" + body.encode()
    )


def delivery_report(letter: Letter) -> bytes:
    """A message that could not be delivered (RFC 3464)."""
    status = (
        b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; hub.example\n\n"
        b"Final-Recipient: rfc822; nobody@contoso.example\nAction: failed\nStatus: 5.1.1\n"
    )
    returned = b"Content-Type: text/rfc822-headers\n\n" + letter.header().encode()
    report = letter.multipart(
        "report",
        [letter.text_part(), status, returned],
        parameters="; report-type=delivery-status",
    )
    return letter.message(report, Return_Path="<>", Auto_Submitted="auto-replied")


def long_subject(letter: Letter) -> bytes:
    """A subject of several encoded words on several lines."""
    words = [encoded_word(letter.text(4).strip().replace("\n", " ")) for _ in range(4)]
    return letter.message(letter.text_part(), Subject="\n ".join(words))


ORDINARY = (
    plain,
    html,
    alternative,
    mixed,
    related,
    reply,
    newsletter,
    forwarded,
    invitation,
    signed,
    flowed,
    delivery_report,
    long_subject,
)
