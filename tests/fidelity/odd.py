"""Kinds of mail that should not exist and do: broken encodings, headers and structures."""

from __future__ import annotations

from tests.fidelity.letter import Letter, encoded_word

_PLAIN = b"Content-Type: text/plain; charset=us-ascii\n\n"


def unknown_charset(letter: Letter) -> bytes:
    """A charset nobody knows."""
    label = letter.random.choice(["x-unknown", "utf-8mb4", "unknown-8bit", ""])
    header = f'Content-Type: text/plain; charset="{label}"\n\n'
    return letter.message(header.encode() + letter.text().encode("utf-8"))


def broken_base64(letter: Letter) -> bytes:
    """Letters that base64 does not have, and an end in the middle of a group."""
    header = b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n@@@no@@@\n"
    return letter.message(header + letter.octets()[:-5])


def broken_quoted_printable(letter: Letter) -> bytes:
    """Equals signs that begin nothing."""
    header = b"Content-Type: text/plain\nContent-Transfer-Encoding: Quoted-Printable\n\n"
    return letter.message(header + b"a = b, =ZZ and =C3=BC and =\n" + letter.text().encode())


def raw_8bit_header(letter: Letter) -> bytes:
    """A header beyond ASCII without encoded words."""
    codec = letter.random.choice(["utf-8", "latin-1"])
    raw = letter.message(_PLAIN, Subject="@@@", From="@@@ <@@@@contoso.example>")
    return raw.replace(b"@@@", "Grüße Größe".encode(codec)) + letter.text(20, "en").encode()


def unclosed(letter: Letter) -> bytes:
    """A multipart that never ends."""
    parts = [letter.text_part(), letter.attachment()]
    return letter.message(letter.multipart("mixed", parts, closed=False))


def unclosed_inside(letter: Letter) -> bytes:
    """An inner multipart that the outer one's delimiter ends."""
    inner = letter.multipart("alternative", [letter.text_part()], boundary="inner", closed=False)
    return letter.message(letter.multipart("mixed", [inner, letter.attachment()]))


def surrounded(letter: Letter) -> bytes:
    """Text before the first delimiter and after the last."""
    whole = letter.multipart("mixed", [letter.text_part(), letter.attachment()])
    head, _, rest = whole.partition(b"\n\n")
    preamble = b"\n\nThis is a multi-part message in MIME format.\n"
    return letter.message(head + preamble + rest + b"An epilogue.\n")


def without_parts(letter: Letter) -> bytes:
    """A multipart with a boundary that never comes."""
    return letter.message(
        b'Content-Type: multipart/mixed; boundary="nowhere"\n\n' + letter.text(10).encode()
    )


def without_boundary(letter: Letter) -> bytes:
    """A multipart that does not say its boundary."""
    return letter.message(b"Content-Type: multipart/mixed\n\n--x\n\nText\n--x--\n")


def empty_parts(letter: Letter) -> bytes:
    """Parts without a header, without a body, without either."""
    parts = [b"\nNo header.\n", b"Content-Type: text/plain\n\n", b"", b"\n"]
    return letter.message(letter.multipart("mixed", parts))


def similar_boundaries(letter: Letter) -> bytes:
    """One boundary is the beginning of another."""
    inner = letter.multipart("alternative", [letter.text_part(), b"\ntwo\n"], boundary="b-b")
    return letter.message(letter.multipart("mixed", [inner, letter.text_part()], boundary="b"))


def digest(letter: Letter) -> bytes:
    """A digest, whose parts are messages unless they say otherwise."""
    first, second = (Letter(letter.number + 700_000 + step, 1) for step in (0, 1))
    parts = [b"\n" + each.message(each.text_part()) for each in (first, second)]
    return letter.message(letter.multipart("digest", parts))


def nested(letter: Letter) -> bytes:
    """A message in a message in a message."""
    raw = letter.message(letter.text_part())
    for step in range(3):
        outer = Letter(letter.number + 900_000 + step, 1)
        raw = outer.message(b"Content-Type: message/rfc822\n\n" + raw)
    return raw


def bad_date(letter: Letter) -> bytes:
    """A date that is none, or an unusual one."""
    dates = (
        "yesterday",
        "Mon, 32 Foo 2026 25:61:61 +9999",
        "2026-11-23T09:32:00Z",
        "23 Nov 26 09:32 EST",
        "Mon,  1 Jun 2026 9:05:00 +0200 (CEST)",
        "",
        "Thu, 1 Jan 1970 00:00:00 -0000",
    )
    return letter.message(letter.text_part(), Date=letter.random.choice(dates))


def without_message_id(letter: Letter) -> bytes:
    """No Message-ID, an empty one, one without brackets, a folded one."""
    values = (None, "", "no-brackets@x", "\n <folded@contoso.example>", "<sp ace@contoso.example>")
    return letter.message(letter.text_part(), **{"Message-ID": letter.random.choice(values)})


def without_fields(letter: Letter) -> bytes:
    """Hardly a header."""
    nothing = dict.fromkeys(["From", "To", "Subject", "Date", "Message-ID", "Cc", "Reply-To"])
    return letter.message(_PLAIN + b"Text.\n", **nothing)


def twice(letter: Letter) -> bytes:
    """Fields that may stand once, twice."""
    return letter.message(
        b"To: second@contoso.example\nSubject: the second\nFrom: also@contoso.example\n"
        b"Message-ID: <second@contoso.example>\n" + letter.text_part()
    )


def deep_html(letter: Letter) -> bytes:
    """HTML deeper than a renderer likes."""
    body = b"<div>" * 300 + b"deep" + b"</div>" * 300
    return letter.message(b"Content-Type: text/html; charset=utf-8\n\n" + body + b"\n")


def continued_names(letter: Letter) -> bytes:
    """File names in pieces (RFC 2231), in charsets, out of order, in quotes."""
    dispositions = (
        "attachment; filename*0*=utf-8''%C3%9Cber; filename*1*=sicht%20; filename*2=end.pdf",
        'attachment; filename*0="one "; filename*1="two.txt"',
        "attachment; filename*1=b.txt; filename*0=a",
        "attachment; filename*=iso-8859-1'de'Gr%FC%DFe.txt; filename=plain.txt",
        'attachment; filename="with \\"quotes\\" and ; and \\\\.txt"',
        "attachment; filename=not quoted at all.txt",
        'attachment;; filename="empty before.txt";',
    )
    part = (
        f"Content-Type: application/pdf; name={encoded_word('Übersicht.pdf')}\n"
        f"Content-Disposition: {letter.random.choice(dispositions)}\n"
        "Content-Transfer-Encoding: base64\n\n"
    )
    parts = [letter.text_part(), part.encode() + letter.octets()]
    return letter.message(letter.multipart("mixed", parts))


def odd_addresses(letter: Letter) -> bytes:
    """Groups, comments, routes, quoted local parts, names alone, nothing."""
    values = (
        "undisclosed-recipients:;",
        "A Group: ann@x.example, Ben <ben@x.example>; , after@x.example",
        "ann@x.example (Ann with (nested) comment)",
        "<@relay.example,@other.example:ann@x.example>",
        '"john doe"@x.example, "Quoted \\"Name\\"" <q@x.example>',
        "Just A Name",
        "Smith, John <john@x.example>",
        "<>",
        "no-at-sign",
        "a@b@c.example",
        "Ann <ann@x.example",
        "ann @ x . example",
        ", , ann@x.example, ,",
        "Dr. A. N. N. <ann@[192.0.2.1]>",
    )
    choose = letter.random.choice
    return letter.message(letter.text_part(), From=choose(values), To=choose(values))


def odd_subject(letter: Letter) -> bytes:
    """Folded, empty, quoted, very long, with encoded words that are none."""
    values = (
        "",
        "   ",
        "two  spaces\n  and a fold with three",
        "tab\n\tfold",
        'a "quoted" \\ word',
        "x" * 1500,
        "=?utf-8?B?w7w?= =?utf-8?Q?broken=C3?= =?nope?Q?x?= =?utf-8?X?y?=",
        "ends in a fold\n ",
        "\n begins with a fold",
    )
    return letter.message(letter.text_part(), Subject=letter.random.choice(values))


def odd_content_type(letter: Letter) -> bytes:
    """Types with comments, without subtypes, in capitals, with parameters that are none."""
    values = (
        "text",
        "TEXT/PLAIN; CHARSET=UTF-8",
        "text/plain (a comment); charset=us-ascii",
        "text/plain; charset=us-ascii (another)",
        "text/plain charset=utf-8",
        "text / plain ; charset = utf-8",
        "application/x-nothing; =; a=; b",
        "/",
        "",
        'text/plain; charset="utf-8',
        "text/plain; charset=utf-8; charset=latin1",
        "image/jpeg; name=a b.jpg",
    )
    kind = f"Content-Type: {letter.random.choice(values)}\n\n"
    return letter.message(kind.encode() + letter.text(20).encode())


def odd_encoding(letter: Letter) -> bytes:
    """Transfer encodings with comments, unknown, in capitals, empty."""
    values = ("BASE64", "x-uuencode", "8bit (yes)", "", "7bit; foo", "binary", "utf-8", " QP ")
    chosen = letter.random.choice(values)
    header = f"Content-Type: application/octet-stream\nContent-Transfer-Encoding: {chosen}\n\n"
    return letter.message(header.encode() + letter.octets(300))


def content_fields(letter: Letter) -> bytes:
    """Every field BODYSTRUCTURE has a place for."""
    part = (
        b"Content-Type: image/gif\nContent-ID: <one@two>\nContent-Description: A  picture\n"
        b"Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==\nContent-Language: en, de-CH,fr\n"
        b"Content-Location: http://x.example/a.gif\nContent-Disposition: INLINE\n"
        b"Content-Transfer-Encoding: base64\n\n" + letter.octets(100)
    )
    return letter.message(letter.multipart("mixed", [part, letter.text_part()]))


def other_messages(letter: Letter) -> bytes:
    """Types of message that are no messages."""
    kind = letter.random.choice(
        [
            "message/partial; id=x; number=1; total=2",
            "message/external-body; access-type=URL",
            "message/global",
            "message/disposition-notification",
        ]
    )
    return letter.message(f"Content-Type: {kind}\n\n".encode() + letter.header().encode() + b"\n")


def no_body(letter: Letter) -> bytes:
    """A header and nothing else, with and without its empty line."""
    return letter.message(letter.random.choice([b"", b"\n", b"Content-Type: text/plain\n"]))


def no_header(letter: Letter) -> bytes:
    """A body and nothing else."""
    return b"\n" + letter.text(20).encode()


def long_lines(letter: Letter) -> bytes:
    """Lines far beyond 998 octets, one of them in the header."""
    body = b"x" * 5000 + b"\n" + b"y" * 20_000 + b"\n"
    return letter.message(_PLAIN + body, X_Long="z" * 3000)


def odd_header_lines(letter: Letter) -> bytes:
    """Lines in a header that are no fields, spaces before colons, no space after."""
    lines = b"X-Space : before the colon\nX-None:close\nX-Empty:\n"
    extra = letter.random.choice([b"no colon here\n", b"", b"From somebody Mon Nov 23 2026\n"])
    return letter.message(lines + extra + letter.text_part())


def unusual_line_ends(letter: Letter) -> bytes:
    """Carriage returns alone, and no line end at the end."""
    return letter.message(_PLAIN + b"one\rtwo\r\rthree\nfour without an end")


ODD = (
    unknown_charset,
    broken_base64,
    broken_quoted_printable,
    raw_8bit_header,
    unclosed,
    unclosed_inside,
    surrounded,
    without_parts,
    without_boundary,
    empty_parts,
    similar_boundaries,
    digest,
    nested,
    bad_date,
    without_message_id,
    without_fields,
    twice,
    deep_html,
    continued_names,
    odd_addresses,
    odd_subject,
    odd_content_type,
    odd_encoding,
    content_fields,
    other_messages,
    no_body,
    no_header,
    long_lines,
    odd_header_lines,
    unusual_line_ends,
)
