"""Which attachments can do harm when another program opens them, in words.

Going by the name as it is saved, the type, and the first octets where they are here. What is not
listed is not safe, only ordinary.
"""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Final

from tuimail.text.safe import SafeText, clean


def _kinds(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PROGRAMS: Final = _kinds(
    "ade adp apk app appimage appx application bat bin cmd com cpl deb dll dmg exe gadget hta jar"
    " jnlp msc msi msix msp mst pif pkg ps1 ps2 psm1 reg rpm run scf scr sct sys url vb vbe vbs"
    " wsc wsf wsh xll"
)
_SCRIPTS: Final = _kinds("bash csh fish js jse ksh pl py pyw rb sh zsh desktop")
_LINKS: Final = _kinds("lnk library-ms search-ms settingcontent-ms website webloc")
_IMAGES_OF_DISKS: Final = _kinds("img iso udf vhd vhdx")
_PAGES: Final = _kinds("htm html mht mhtml shtml svg xhtml xht")
_MACROS: Final = _kinds(
    "docm dotm iqy one potm ppam ppsm pptm sldm slk wiz xla xlam xlsb xlsm xltm"
)
_ARCHIVES: Final = _kinds("7z ace arj cab gz lzh rar tar tgz xz zip")
_DOCUMENTS: Final = _kinds(
    "bmp csv doc docx eml gif ics jpeg jpg mp3 mp4 odt pdf png ppt pptx rtf txt vcf xls xlsx zip"
)
_OF_A_KIND: Final = (
    (_PROGRAMS, "is a program"),
    (_SCRIPTS, "is a script, which is a program"),
    (_LINKS, "is a shortcut that can start a program"),
    (_IMAGES_OF_DISKS, "is an image of a disk, which hides what is in it from scanners"),
    (_PAGES, "is a web page that can run scripts and imitate a sign-in"),
    (_MACROS, "can run macros"),
)
_BEGINNINGS: Final = ((b"MZ", "program"), (b"\x7fELF", "program"), (b"#!", "script"))
_OFFICE: Final = _kinds("doc docx dot dotx pps ppt pptx rtf xls xlsx xlt xltx")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = 0x1


def danger(name: str, content: bytes | None = None) -> SafeText:
    """Return what is dangerous about a file, to be read behind its name; empty for nothing known.

    Args:
        name: As it is saved (`attachment_name`).
        content: Decoded; None while it is not here.
    """
    endings = name.lower().rstrip(". ").split(".")[1:]
    ending = endings[-1].strip() if endings else ""
    words = next((words for kinds, words in _OF_A_KIND if ending in kinds), "")
    if words and len(endings) > 1 and endings[-2].strip() in _DOCUMENTS:
        words = f"{words} that looks like a .{endings[-2].strip()}"
    elif not words and content is not None:
        words = _inside(ending, content)
    elif not words and ending in _ARCHIVES and _names_password(name):
        words = "is an archive that speaks of a password, which hides it from scanners"
    return clean(words)


def _names_password(name: str) -> bool:
    lowered = name.lower()
    return any(word in lowered for word in ("password", "passwort", "passw", "pwd", "kennwort"))


def _inside(ending: str, content: bytes) -> str:
    kind = next((kind for start, kind in _BEGINNINGS if content.startswith(start)), "")
    if kind:
        return f"is a {kind}, whatever its name says"
    if content.startswith(b"PK\x03\x04"):
        return _in_archive(ending, content)
    if content.startswith(_OLE) and (b"_\0V\0B\0A\0" in content or b"VBA" in content):
        return "has macros in it"
    return ""


def _in_archive(ending: str, content: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()[:2_000]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return ""
    names = [entry.filename.lower() for entry in entries]
    if any(name.endswith("vbaproject.bin") for name in names):
        return "has macros in it"
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        return "is an archive with a password, which hides it from scanners"
    if ending not in _OFFICE and any(danger(name.rpartition("/")[2]) for name in names):
        return "is an archive with programs in it"
    return ""
