"""The folders Exchange Online gives a new mailbox, and what they are called in other languages.

Only the names are translated: the role flags stay, and INBOX is INBOX on the wire in every
language (the German Posteingang is never seen by an IMAP client).
"""

from __future__ import annotations

# English name -> role flag, in the order in which they get their UIDVALIDITY.
DEFAULT_FOLDERS = {
    "INBOX": "",
    "Archive": "",
    "Calendar": "",
    "Contacts": "",
    "Conversation History": "",
    "Deleted Items": "\\Trash",
    "Drafts": "\\Drafts",
    "Journal": "",
    "Junk Email": "\\Junk",
    "Notes": "",
    "Outbox": "",
    "Sent Items": "\\Sent",
    "Tasks": "",
}
# Folders that hold no mail: IMAP shows placeholders for what is in them.
NON_MAIL = ("Calendar", "Contacts", "Journal", "Notes", "Tasks")

LOCALISED: dict[str, dict[str, str]] = {
    "en": {},
    "de": {
        "Archive": "Archiv",
        "Calendar": "Kalender",
        "Contacts": "Kontakte",
        "Conversation History": "Unterhaltungsverlauf",
        "Deleted Items": "Gelöschte Elemente",
        "Drafts": "Entwürfe",
        "Junk Email": "Junk-E-Mail",
        "Notes": "Notizen",
        "Outbox": "Postausgang",
        "Sent Items": "Gesendete Elemente",
        "Tasks": "Aufgaben",
    },
    "fr": {
        "Calendar": "Calendrier",
        "Conversation History": "Historique des conversations",
        "Deleted Items": "Éléments supprimés",
        "Drafts": "Brouillons",
        "Junk Email": "Courrier indésirable",
        "Outbox": "Boîte d'envoi",
        "Sent Items": "Éléments envoyés",
        "Tasks": "Tâches",
    },
    "sv": {
        "Archive": "Arkiv",
        "Calendar": "Kalender",
        "Contacts": "Kontakter",
        "Conversation History": "Konversationshistorik",
        "Deleted Items": "Borttagna objekt",
        "Drafts": "Utkast",
        "Junk Email": "Skräppost",
        "Notes": "Anteckningar",
        "Outbox": "Utkorgen",
        "Sent Items": "Skickade objekt",
        "Tasks": "Uppgifter",
    },
}


def localised(english: str, language: str) -> str:
    """What a default folder is called in ``language``; KeyError for one that is not known."""
    return LOCALISED[language].get(english, english)
