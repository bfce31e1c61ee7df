"""Telling folders apart by name, where the protocol does not.

Exchange lists Calendar, Contacts and the like as if they held mail, without a flag that tells
them, and names them in the mailbox's language. Special-use flags are always trusted first; names
decide only what the flags leave open. Sources: the folder names Exchange creates per language
(`Set-MailboxRegionalConfiguration -LocalizeDefaultFolderName`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from typing import Final

from tuimail.model.folder import FolderRole

# One line per language: en, de, fr, es, it, pt, nl, sv, da, nb, fi, pl, cs, ja, zh.
_NON_MAIL: Final = """
Calendar;Contacts;Tasks;Notes;Journal;Outbox;Conversation History;Sync Issues;RSS Feeds;
RSS Subscriptions;Files;Suggested Contacts;Yammer Root;ExternalContacts;PersonMetadata;
Quick Step Settings;Conversation Action Settings;Social Activity Notifications;Birthdays
Kalender;Kontakte;Aufgaben;Notizen;Journal;Postausgang;Aufgezeichnete Unterhaltungen;
Verlauf der Unterhaltung;Unterhaltungsverlauf;Synchronisierungsprobleme;RSS-Feeds;RSS-Abonnements;
Dateien;Vorgeschlagene Kontakte;Einstellungen für QuickSteps
Calendrier;Contacts;Tâches;Notes;Journal;Boîte d'envoi;Historique des conversations;
Historique de conversation;Problèmes de synchronisation;Flux RSS;Fichiers;Contacts suggérés
Calendario;Contactos;Tareas;Notas;Diario;Bandeja de salida;Historial de conversaciones;
Problemas de sincronización;Fuentes RSS;Archivos;Contactos sugeridos
Calendario;Contatti;Attività;Note;Diario;Posta in uscita;Cronologia conversazioni;
Problemi di sincronizzazione;Feed RSS;File;Contatti suggeriti
Calendário;Contatos;Contactos;Tarefas;Anotações;Notas;Diário;Caixa de saída;A Enviar;
Histórico de Conversa;Histórico de Conversas;Histórico de Conversações;
Problemas de Sincronização;RSS Feeds;Arquivos;Ficheiros;Contatos Sugeridos
Agenda;Contactpersonen;Contacten;Taken;Notities;Logboek;Postvak UIT;Gespreksgeschiedenis;
Synchronisatieproblemen;RSS-feeds;Bestanden;Voorgestelde contactpersonen
Kalender;Kontakter;Uppgifter;Anteckningar;Utkorgen;Utkorg;Konversationshistorik;
Synkroniseringsproblem;RSS-feeds;Filer;Föreslagna kontakter
Kalender;Kontaktpersoner;Opgaver;Noter;Udbakke;Samtalehistorik;Synkroniseringsproblemer;
RSS-kilder;Foreslåede kontaktpersoner
Kalender;Kontakter;Oppgaver;Notater;Utboks;Samtalelogg;Synkroniseringsproblemer;RSS-feeder;
Foreslåtte kontakter
Kalenteri;Yhteystiedot;Tehtävät;Muistilaput;Päiväkirja;Lähtevät;Keskusteluhistoria;
Synkronointivirheet;RSS-syötteet;Tiedostot
Kalendarz;Kontakty;Zadania;Notatki;Dziennik;Skrzynka nadawcza;Historia konwersacji;
Problemy z synchronizacją;Źródła danych RSS;Kanały informacyjne RSS;Pliki;Sugerowane kontakty
Kalendář;Kontakty;Úkoly;Poznámky;Deník;Pošta k odeslání;Historie konverzací;
Problémy se synchronizací;Informační kanály RSS;Soubory
予定表;連絡先;タスク;メモ;履歴;送信トレイ;会話履歴;同期の失敗;RSS フィード;ファイル
日历;联系人;任务;便笺;日记;发件箱;对话历史记录;同步问题;RSS 源;RSS 订阅;文件
"""

_ROLES: Final[dict[FolderRole, str]] = {
    FolderRole.DRAFTS: (
        "Drafts;Draft;Entwürfe;Brouillons;Borradores;Bozze;Rascunhos;Concepten;Utkast;Kladder;"
        "Luonnokset;Wersje robocze;Kopie robocze;Koncepty;下書き;草稿"
    ),
    FolderRole.SENT: (
        "Sent Items;Sent;Sent Messages;Sent Mail;Gesendete Elemente;Gesendet;Éléments envoyés;"
        "Elementos enviados;Posta inviata;Itens Enviados;Verzonden items;Skickat;"
        "Skickade objekt;Sendt post;Sendte elementer;Lähetetyt;Elementy wysłane;"
        "Odeslaná pošta;送信済みアイテム;已发送邮件"
    ),
    FolderRole.TRASH: (
        "Deleted Items;Trash;Deleted Messages;Deleted;Bin;Gelöschte Elemente;Papierkorb;"
        "Éléments supprimés;Corbeille;Elementos eliminados;Posta eliminata;Itens Excluídos;"
        "Itens Eliminados;Verwijderde items;Borttaget;Borttagna objekt;Slettet post;"
        "Slettede elementer;Poistetut;Elementy usunięte;Odstraněná pošta;削除済みアイテム;"
        "已删除邮件"
    ),
    FolderRole.JUNK: (
        "Junk Email;Junk E-mail;Junk;Spam;Junk-E-Mail;Courrier indésirable;Correo no deseado;"
        "Posta indesiderata;Lixo Eletrônico;Lixo Eletrónico;Lixo Electrónico;Ongewenste e-mail;"
        "Skräppost;Uønsket mail;Uønsket e-post;Søppelpost;Roskaposti;Wiadomości-śmieci;"
        "Nevyžádaná pošta;迷惑メール;垃圾邮件"
    ),
    FolderRole.ARCHIVE: (
        "Archive;Archives;Archiv;Archivo;Archivio;Arquivo Morto;Arquivo;Archief;Arkiv;"
        "Arkivet;Arkisto;Archiwum;Archivace;アーカイブ;存档"
    ),
}


def _fold(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold().replace("\u2019", "'")


_NON_MAIL_NAMES: Final = frozenset(
    _fold(name) for line in _NON_MAIL.splitlines() for name in line.split(";") if name.strip()
)
_ROLE_BY_NAME: Final = {
    _fold(name): role for role, names in _ROLES.items() for name in names.split(";")
}


def is_non_mail(
    path: str, delimiter: str | None, listed_roles: Collection[FolderRole] = ()
) -> bool:
    """Tell whether a folder holds appointments, contacts or the like rather than mail.

    Only the first component decides, so children of such a folder are covered and somebody's own
    `Projects/Notes` is not.

    Args:
        path: Decoded from modified UTF-7.
        delimiter: As LIST gave it, None for a flat name space.
        listed_roles: Special-use roles LIST gave this very folder; one of them makes it mail.
    """
    if listed_roles:
        return False
    top = path.split(delimiter, 1)[0] if delimiter else path
    return _fold(top) in _NON_MAIL_NAMES


def role_by_name(path: str, delimiter: str | None = "/") -> FolderRole | None:
    """Guess a role from the name, for servers that list no special use.

    Looked at: top-level folders and, as Courier-like servers nest everything there, children of
    INBOX. The caller gives a role by name only when LIST gave it to no folder.
    """
    if path.upper() == "INBOX":
        return FolderRole.INBOX
    parts = path.split(delimiter) if delimiter else [path]
    if len(parts) == 2 and parts[0].upper() == "INBOX":
        parts = parts[1:]
    return _ROLE_BY_NAME.get(_fold(parts[0])) if len(parts) == 1 else None
