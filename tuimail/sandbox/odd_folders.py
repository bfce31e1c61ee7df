"""What real mailboxes are full of besides mail: placeholders, odd names, deep trees, odd shapes.

Everything here was reported of Exchange Online; a client meets it on its first day.
"""

from __future__ import annotations

from collections.abc import Sequence

from tuimail.sandbox.folder import SEEN, Folder
from tuimail.sandbox.folder_names import NON_MAIL
from tuimail.sandbox.imap_shapes import SHAPES
from tuimail.sandbox.mailbox import Mailbox

TAB_FOLDER = "Order\tno 7"
SHAPES_FOLDER = "Shapes"
STALE_SUBSCRIPTION = "INBOX/Sent Messages"
_DEEP = 20
_NO_MAIL = (
    "Calendar/Birthdays",
    "Sync Issues",
    "Sync Issues/Conflicts",
    "Sync Issues/Local Failures",
    "Sync Issues/Server Failures",
    "RSS Feeds",
)
_ITEMS = (
    ("Dentist", "Anna Lindqvist"),
    ("Planning", "Ben Okafor"),
    ("", ""),
)


def placeholder(address: str, number: int, subject: str = "", sender: str = "") -> bytes:
    """What IMAP shows of an item it cannot show: neither date nor Message-ID, a sender who is
    nobody. Its ENVELOPE has the shape ``missing-host``.
    """
    about = f'Subject: "{subject}"\r\nFrom: "{sender}"\r\nSent date: 23/11/2026 09:41:00\r\n'
    return (
        "From: Microsoft Exchange Server\r\n"
        f'To: "{address}" <{address}>\r\n'
        f"Subject: Retrieval using the IMAP4 protocol failed for the following message: {number}"
        "\r\nX-Sandbox-Shape: missing-host\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=us-ascii\r\n\r\n"
        "The server couldn't retrieve the following message:\r\n\r\n"
        f"{about}\r\n"
        "The message hasn't been deleted. You might be able to view it using either Outlook or "
        "Outlook Web App.\r\n"
    ).encode()


def add_placeholders(mailbox: Mailbox, folders: Sequence[str] = NON_MAIL) -> None:
    """Fill the folders (by their English names) that hold no mail."""
    for name in folders:
        folder = mailbox.default(name)
        for subject, sender in _ITEMS:
            number = folder.uidnext
            folder.append(placeholder(mailbox.address, number, subject, sender), [SEEN])


def add_odd_folders(mailbox: Mailbox) -> None:
    """Names and trees that break clients, and a subscription to what is not there.

    A TAB in a name, an ampersand and letters beyond ASCII, twenty levels, and the folders of
    Outlook that look like mail and are none.
    """
    mailbox.create(TAB_FOLDER)
    mailbox.create("R&D/Förslag & idéer")
    mailbox.create("Kategorie/Przesyłki")
    mailbox.create("/".join(["Deep", *(f"Level {level}" for level in range(2, _DEEP + 1))]))
    for name in _NO_MAIL:
        calendar, _, below = name.partition("/")
        if calendar == "Calendar":
            mailbox.create(f"{mailbox.default('Calendar').name}/{below}")
        else:
            mailbox.create(name)
    mailbox.subscribe_missing(STALE_SUBSCRIPTION)


def add_shapes_folder(mailbox: Mailbox) -> Folder:
    """A folder with one message of each broken shape, in the order of `SHAPES`."""
    folder = mailbox.create(SHAPES_FOLDER)
    for shape in SHAPES:
        folder.append(_shaped_message(mailbox.address, shape))
    return folder


def _shaped_message(address: str, shape: str) -> bytes:
    return (
        f"From: Kim Chu <kim@fabrikam.example>\r\nTo: Anna <{address}>\r\n"
        f"Date: Mon, 23 Nov 2026 09:41:00 +0000\r\nSubject: Shape {shape}\r\n"
        f"Message-ID: <{shape}@shapes.example>\r\nX-Sandbox-Shape: {shape}\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b1"\r\n\r\n'
        "--b1\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThe text is fine.\r\n"
        '--b1\r\nContent-Type: image/png; name="dot.png"\r\nContent-ID: <dot@shapes.example>\r\n'
        'Content-Disposition: inline; filename="dot.png"\r\nContent-Transfer-Encoding: base64\r\n'
        "\r\niVBORw0KGgo=\r\n--b1--\r\n"
    ).encode()
