"""The shape of the settings file: every key, its values, its default, and what it means.

One struct per table with a docstring under each field, from which the reference in the docs is
made. Reading, checking and writing are in `settings`.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

import msgspec

Order = Literal[
    "date", "sender", "subject", "size", "unread", "flagged", "reverse-date", "reverse-sender",
    "reverse-subject", "reverse-size", "reverse-unread", "reverse-flagged",
]  # fmt: skip
ColumnName = Literal["sender", "subject", "place", "signs", "size", "date"]
Check = Literal[
    "subject", "attachment", "placeholder", "many", "domain", "sender", "size", "lookalike",
    "encryption",
]  # fmt: skip
Seconds = Annotated[float, msgspec.Meta(ge=0, le=3600)]


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of the file."""


class AccountSettings(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[accounts.NAME]`: one mailbox. NAME is a label of your choice."""

    address: str
    """The address mail is sent from."""

    username: str = ""
    """The name that signs in, when it differs from the address. Default: the address."""

    client_id: str = ""
    """The application (client) id of your organisation's app registration, or the preset
    `thunderbird`. Required: whoever owns the id is named in your organisation's logs."""

    tenant: str = ""
    """The organisation: a domain, an id, `organizations` or `consumers`. Default:
    `organizations`, in the cloud `personal` `consumers`."""

    cloud: Literal["global", "gcc-high", "dod", "china", "personal"] = "global"
    """Microsoft's cloud the mailbox is in. It decides the servers and the scopes."""

    authority: str = ""
    """Full URL with tenant of the sign-in service; overrides `cloud` and `tenant` for it."""

    imap: str = ""
    """`host:port` of the IMAP server (implicit TLS); overrides the cloud's."""

    smtp: str = ""
    """`host:port` of the submission server (STARTTLS); overrides the cloud's."""

    ca_file: str = ""
    """A PEM file trusted instead of the system's certificates, for servers of your own. Relative
    to the settings file; `~` is your home."""

    save_sent: Literal["auto", "server", "client"] = "auto"
    """Who files the copy of a sent message: `server`, `client`, or `auto`: the server on
    Exchange's hosts, elsewhere tuimail. What is sent as a shared mailbox Exchange files in your
    own Sent Items; `auto` then files a copy in the shared mailbox's too, unless it has one."""

    send_via: Literal["smtp", "graph", "smtp-then-graph"] = "smtp"
    """The way out. `graph`: Microsoft Graph, which needs one more permission (Mail.Send) and takes
    messages of up to 3 MB. `smtp-then-graph`: Graph where SMTP turns out to be switched off."""

    graph: str = ""
    """Base URL of Microsoft Graph; overrides the cloud's."""

    signature: str = ""
    """What stands below what you write, under `-- `."""

    signatures: dict[str, str] = {}
    """Other signatures, by the address that is written from, also of shared mailboxes."""

    shared: tuple[str, ...] = ()
    """Addresses of shared mailboxes that are opened with this account's sign-in. You need the
    right FullAccess to read one, and SendAs to send from it."""

    aliases: tuple[str, ...] = ()
    """More addresses you write from, each with a name if you like:
    `"Anna at Sales <sales@contoso.com>"`. An answer is from the one its mail came to. The
    account's own address among them gives it a name."""

    smime_certificate: str = ""
    """Your S/MIME certificate, to sign with and to be written to encrypted: PEM, with those of its
    issuers if you like, or PKCS #12 (`.p12`, `.pfx`), which holds the key as well. Relative to the
    settings file; `~` is your home."""

    smime_key: str = ""
    """Its key, PEM. Default: in the file of the certificate."""

    smime_earlier: tuple[str, ...] = ()
    """Files with earlier certificates of yours and their keys, PEM or PKCS #12, by which older mail
    is still decrypted."""


class ReaderSettings(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[reader]`: reading."""

    width: Annotated[int, msgspec.Meta(ge=20, le=500)] = 80
    """Cells in a line of text, at most."""

    mark_read_after: Seconds | Literal["off"] = 2.0
    """Seconds until an open message counts as read; 0 at once, `"off"` never."""

    print_command: str = ""
    """The command that prints the text it reads from its standard input, with its arguments.
    Default: `lp`, else `lpr`."""

    open_command: str = ""
    """The command that opens a link, which is added to it, such as `firefox --private-window`.
    Started without a shell and without the terminal. Default: the desktop's own opener; over SSH
    links are copied instead."""

    open_files: tuple[str, ...] = ()
    """Commands that open attachments, by type or ending: `application/pdf: zathura`,
    `image/*: feh`, `.docx: libreoffice`. The file is added. Default: the desktop's own opener."""

    hyperlinks: Literal["auto", "on", "off"] = "auto"
    """Whether the terminal is told where links lead (OSC 8): the listed ones and their numbers in
    the text, those without a warning. `auto`: in terminals that are known to understand."""

    images: Literal["auto", "on", "kitty", "sixel", "blocks", "off"] = "auto"
    """Attached images inside: by `kitty`'s protocol, as `sixel` or in half `blocks`. `auto`, `on`:
    the best the terminal says it understands, in tmux and screen half blocks. `auto`: none over
    SSH, on a slow link or without colours. None is fetched from the network."""

    gateways: tuple[str, ...] = ()
    """Mail gateways in front of Exchange Online: their name in Authentication-Results, and the
    addresses they deliver from: `mx.contoso.com: 192.0.2.0/24`. Believed for mail from there; they
    have to take out what is forged in their name."""


class ListSettings(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[list]`: the list of messages. One folder may have its own: `o` in the list sorts it, `t`
    puts its messages together."""

    conversations: bool = True
    """Whether the messages of a conversation are put together in one row."""

    sort: Order = "date"
    """By what it is sorted: the newest, the largest, what is unread or flagged first, names and
    subjects from A to Z. Conversations stand by date; sorted otherwise, the list is one by one."""

    columns: tuple[ColumnName, ...] = ("sender", "subject", "place", "signs", "date")
    """The columns of a row in one line, from the left. `place` is the folder or mailbox, where a
    list shows several; `signs` are attachment and pending. In front stand unread, flagged and
    answered."""


class ComposeSettings(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[compose]`: writing."""

    editor: str = ""
    """The command of your editor. Default: `$VISUAL`, else `$EDITOR`."""

    format: Literal["text", "markdown"] = "text"
    """How a new message is sent. `markdown`: what you write as it is, and beside it as HTML, with
    quotes as Outlook has them. `F3` while writing changes it for one message."""

    address_command: str = ""
    """A command that knows more people, such as `khard email --parsable %s`. `%s` is what was
    typed. It writes what mutt's `query_command` reads: the address, a tab, the name."""

    certificates: str = ""
    """A folder with S/MIME certificates, beside those that came with signed mail. You vouch for
    these: what their owners sign is good, and what others sign whom an authority among them
    certified. Relative to the settings file; `~` is your home."""


class SendSettings(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[send]`: sending."""

    undo: Seconds = 10.0
    """Seconds a message waits in the outbox, in which sending can be undone."""

    review: bool = True
    """Whether one more key press is asked before a message goes to the outbox."""

    check: tuple[Check, ...] = get_args(Check)
    """What is looked at before sending; what is unusual is asked about. `domain`: somebody new in a
    conversation. `sender`: another From than the mail came to. `encryption`: an answer to an
    encrypted mail that is not."""

    many: Annotated[int, msgspec.Meta(ge=2, le=10000)] = 20
    """From how many people on a reply to all is asked about."""

    trusted: tuple[str, ...] = ()
    """Domains about which is never asked."""


class DownloadSettings(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[download]`: what is fetched unasked, to be read without a network."""

    policy: Literal["headers", "text", "all"] = "text"
    """What is kept of the messages of a folder: `headers` the list alone, `text` what is read,
    `all` the attachments too. Of Junk Email and Deleted Items only headers. `o` in the folders
    chooses for one folder."""

    days: Annotated[int, msgspec.Meta(ge=1, le=36500)] | Literal["all"] = 30
    """How many days back; `"all"` however old a message is."""

    largest: Annotated[int, msgspec.Meta(ge=1, le=150)] = 10
    """Megabytes of an attachment that is fetched unasked, at most. A larger one is fetched when
    you save it."""

    cache: Annotated[int, msgspec.Meta(ge=50, le=1000000)] | Literal["all"] = 2000
    """Megabytes of texts and attachments that are kept. Beyond that, what was fetched longest ago
    goes, except what a policy asks for; drafts, the outbox and messages with changes that wait
    stay. `"all"`: no limit."""


class TokenSettings(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[tokens]`: where the tokens of your sign-ins are kept."""

    store: Literal["file", "keyring", "command"] = "file"
    """`file`: a file that only you can read, beside the mail. `keyring`: the desktop's, with the
    package `keyring`; over SSH the file all the same. `command`: the two commands below."""

    read: str = ""
    """The command that prints what is kept, such as `pass show tuimail`. Started without a shell
    and without the terminal."""

    write: str = ""
    """The command that keeps what it reads from its standard input, such as
    `pass insert --multiline --force tuimail`."""


class NotifySettings(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[notify]`: being told of new mail while you look elsewhere. Which folders tell of it is
    chosen in the folders; by default the Inbox does."""

    by: Literal["auto", "off", "bell", "osc9", "osc777", "desktop"] = "auto"
    """How. `bell`: the terminal's bell. `osc9` and `osc777`: by the terminal, which shows it on
    your desk, also over SSH. `desktop`: with `notify-send`. `auto`: the best that is known to
    work here, else the bell. Never while the terminal has the focus."""

    show: Literal["count", "sender", "subject"] = "count"
    """What is told: how many, also who wrote, or also what about. Others may see it."""


class Settings(Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    theme: str = "auto"
    """Colours and text styles: a name from themes/ or of a file in your own themes folder.
    `auto`: `tuimail-dark` or `tuimail-light`, as the terminal says its background is (dark when
    it says nothing); `ansi` where there are only 16 colours or `NO_COLOR` is set."""

    glyphs: Literal["auto", "unicode", "ascii"] = "auto"
    """The signs in lists. `auto`: by the locale and the terminal."""

    density: Literal["auto", "one", "two"] = "auto"
    """Lines per message in the list. `auto`: by the width."""

    cursor: Literal["auto", "row", "gutter"] = "auto"
    """How the row with the cursor is shown: tinted, or by the bar in front alone. `auto`: the
    row; the bar with `link = "slow"`, and over SSH when the terminal answers slowly."""

    display: Literal["auto", "diff", "stock"] = "auto"
    """What is written to the terminal: `diff` only the cells that changed, `stock` every widget
    that changed, whole. `auto`: `diff` on the terminals tuimail knows."""

    mouse: Literal["auto", "off", "clicks", "full"] = "auto"
    """What the mouse does. `clicks`: clicks and the wheel. `full`: drags the lines between the
    panes too. `off`: nothing; the terminal selects text with it. `auto`: clicks, over SSH
    nothing."""

    link: Literal["fast", "slow"] = "fast"
    """`slow` saves bytes: the list over the reader without folders beside them, the theme `ansi`
    and the cursor's bar alone, unless you chose others."""

    accessible: bool = False
    """For screen readers: the terminal's cursor stands on the row and is seen, the row is said in
    words in the last row, countdowns are said once, lists have one line per message, and the
    theme is `ansi` unless you chose one."""

    title: bool = True
    """Whether the terminal's title says how many messages are unread."""

    accounts: dict[str, AccountSettings] = {}
    """The mailboxes."""

    list: ListSettings = ListSettings()
    """The list of messages."""

    reader: ReaderSettings = ReaderSettings()
    """Reading."""

    compose: ComposeSettings = ComposeSettings()
    """Writing."""

    send: SendSettings = SendSettings()
    """Sending."""

    download: DownloadSettings = DownloadSettings()
    """Keeping mail for reading without a network."""

    notify: NotifySettings = NotifySettings()
    """Being told of new mail."""

    tokens: TokenSettings = TokenSettings()
    """Tokens."""

    keys: dict[str, str] = {}
    """The keys. `preset`: the set they come from, `default`, `mutt`, `vim`, `gmail`, `outlook` or
    the name of a file in the folder `keys` beside the settings. Everything else is the id of a
    binding and its own keys separated by commas; empty text means no key."""
