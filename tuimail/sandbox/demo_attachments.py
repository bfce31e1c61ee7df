"""Small files made on the spot, for the attachments of the demo mailbox.

They are real: the PDF opens, the spreadsheet opens, the picture shows something. Nothing binary
needs to be shipped.
"""

from __future__ import annotations

import base64
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape

from tuimail.sandbox.winmail import rtf_property, winmail

_SHEET_FILES = {
    "[Content_Types].xml": '<?xml version="1.0" encoding="UTF-8"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<?xml version="1.0" encoding="UTF-8"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="xl/workbook.xml" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/officeDocument"/></Relationships>',
    "xl/workbook.xml": '<?xml version="1.0" encoding="UTF-8"?>'
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="Numbers" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<?xml version="1.0" encoding="UTF-8"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="worksheets/sheet1.xml" Type="http://schemas.openxmlformats.org'
    '/officeDocument/2006/relationships/worksheet"/></Relationships>',
}

_DOCUMENT_FILES = {
    "[Content_Types].xml": '<?xml version="1.0" encoding="UTF-8"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    "_rels/.rels": '<?xml version="1.0" encoding="UTF-8"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="word/document.xml" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/officeDocument"/></Relationships>',
}
_JPEG = (
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQ"
    "c1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAA"
    "AAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AP//Z"
)


def make_pdf(lines: Sequence[str]) -> bytes:
    """A one-page PDF with lines of ASCII text."""
    escaped = [line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") for line in lines]
    shown = "".join(f"({line}) Tj T*\n" for line in escaped)
    content = f"BT /F1 12 Tf 16 TL 72 770 Td\n{shown}ET".encode("ascii", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R "
        b"/Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    ]
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


@cache
def make_png(width: int = 96, height: int = 64) -> bytes:
    """A picture: a sunset, more or less."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            sun = (x - width // 2) ** 2 + (y - height * 2 // 3) ** 2 < (height // 4) ** 2
            sky = (40 + 190 * y // height, 50 + 70 * y // height, 120 - 60 * y // height)
            sea = (20, 40 + x % 8, 90 + y % 8)
            rows += bytes((255, 214, 102) if sun else sky if y < height * 3 // 4 else sea)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(rows), 9))
        + chunk(b"IEND", b"")
    )


def make_xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    """A spreadsheet with one sheet; cells that are numbers become numbers."""
    body = "".join(
        f'<row r="{number}">{"".join(_cell(value) for value in row)}</row>'
        for number, row in enumerate(rows, 1)
    )
    sheet = (
        '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/'
        f'spreadsheetml/2006/main"><sheetData>{body}</sheetData></worksheet>'
    )
    return _zipped({**_SHEET_FILES, "xl/worksheets/sheet1.xml": sheet})


def make_docx(paragraphs: Sequence[str]) -> bytes:
    """A document with one paragraph per string."""
    body = "".join(f"<w:p><w:r><w:t>{escape(words)}</w:t></w:r></w:p>" for words in paragraphs)
    document = (
        '<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats'
        f'.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>'
    )
    return _zipped({**_DOCUMENT_FILES, "word/document.xml": document})


def make_jpg() -> bytes:
    """A picture of eight by eight grey points, the smallest honest JPEG."""
    return base64.b64decode(_JPEG)


_RTF = (
    rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Calibri;}}\f0 The agenda and the seating plan.\par "
    rb"Outlook wraps them like this when it is in the mood.\par}"
)


def make_tnef() -> bytes:
    """``winmail.dat``: Outlook's own wrapping of a text and two files."""
    files = [
        ("Agenda.txt", b"1. Who is here\r\n2. Who is not\r\n3. Buns\r\n"),
        ("Seating plan.png", make_png()),
    ]
    return winmail("The agenda", [rtf_property(_RTF)], files)


def demo_pdf(name: str) -> bytes:
    """A page that says what it is."""
    return make_pdf([name.rpartition(".")[0], "", "This is a demo. It has one page."])


def demo_docx(name: str) -> bytes:
    """A document with its own name as the title."""
    return make_docx([name.rpartition(".")[0], "", "The rest of this page is a matter of opinion."])


def demo_xlsx() -> bytes:
    """Three quarters of a year."""
    return make_xlsx(
        [["", "Q1", "Q2", "Q3"], ["Income", "412", "433", "467"], ["Buns", "3", "4", "12"]]
    )


def demo_text(name: str) -> bytes:
    """Two steps."""
    return f"{name}\r\n\r\n1. Read this.\r\n2. Smile.\r\n".encode("ascii", "replace")


def demo_ics(name: str) -> bytes:
    """A calendar with one day off."""
    title = name.rpartition(".")[0]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Contoso//Calendar//EN", "BEGIN:VEVENT"]
    lines += ["UID:day-off.demo@contoso.example", "DTSTAMP:20260101T000000Z"]
    lines += ["DTSTART;VALUE=DATE:20261224", f"SUMMARY:{title}", "END:VEVENT", "END:VCALENDAR", ""]
    return "\r\n".join(lines).encode("utf-8")


def demo_vcf(name: str) -> bytes:
    """A visiting card of whom the file is named after."""
    person = name.rpartition(".")[0]
    address = person.lower().replace(" ", ".")
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"FN:{person}", f"EMAIL:{address}@contoso.example"]
    return "\r\n".join([*lines, "END:VCARD", ""]).encode("utf-8")


def demo_zip(name: str) -> bytes:
    """An archive with two files."""
    return _zipped({"read me first.txt": f"{name}\n", "read me last.txt": "That was all.\n"})


def _zipped(files: Mapping[str, str]) -> bytes:
    """A zip archive. Its clock stands still, so that the octets are always the same."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return buffer.getvalue()


def _cell(value: str) -> str:
    if value.replace(".", "", 1).isdigit():
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
