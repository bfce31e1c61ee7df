"""vCards of all versions as cards."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.mime.odd_mail import MIXED, is_clean, stored
from tuimail.mime.reading import read_message
from tuimail.mime.render import Renderer
from tuimail.mime.vcard import vcards

VERSION_3 = """BEGIN:VCARD
VERSION:3.0
N:Chu;Kim;;Dr.;
FN:Dr. Kim Chu
ORG:Fabrikam;Legal
EMAIL;TYPE=INTERNET,WORK:kim@fabrikam.example
TEL;TYPE=CELL:+46 70 123
item1.ADR;type=WORK:;;Main St 1\\, 2nd floor;Town;;123;SE
BDAY:19800102
NOTE:One\\ntwo and a long
  line
PHOTO;ENCODING=b:AAAA
END:VCARD
"""


def test_what_a_person_would_copy_is_shown() -> None:
    (card,) = vcards(VERSION_3)
    assert card.title == "Dr. Kim Chu"
    assert card.facts == (
        ("Organisation", "Fabrikam, Legal"),
        ("Mail, work", "kim@fabrikam.example"),
        ("Phone, mobile", "+46 70 123"),
        ("Address, work", "Main St 1, 2nd floor, Town, 123, SE"),
        ("Birthday", "1980-01-02"),
        ("Note", "One two and a long line"),
    )


def test_version_2_is_read_with_its_own_encoding_and_without_an_end() -> None:
    text = (
        "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg\n"
        "TEL;HOME;FAX:123\nNOTE;ENCODING=QUOTED-PRINTABLE:abc=\ndef\n"
    )
    (card,) = vcards(text)
    assert card.title == "Jörg Müller"
    assert card.facts == (("Phone, home, fax", "123"), ("Note", "abcdef"))


def test_a_card_stands_beside_the_file(renderer: Renderer) -> None:
    raw = MIXED + b"--x\r\n\r\nMy card.\r\n--x\r\nContent-Type: text/x-vcard; name=kim.vcf\r\n\r\n"
    message, part = stored(raw + VERSION_3.encode() + b"--x--\r\n")
    reading = read_message(message, part, renderer)
    assert [line.text for line in reading.lines] == ["My card."]
    assert [card.title for card in reading.cards] == ["Dr. Kim Chu"]
    assert [file.filename for file in reading.attachments] == ["kim.vcf"]


@settings(max_examples=60)
@given(st.text(max_size=200), st.integers(0, len(VERSION_3)))
def test_no_text_makes_it_raise(noise: str, place: int) -> None:
    for card in vcards(VERSION_3[:place] + noise + VERSION_3[place:]):
        assert all(map(is_clean, (card.title, *(text for fact in card.facts for text in fact))))
