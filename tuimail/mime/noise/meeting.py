"""How to join a meeting, as Teams, Zoom, Meet and Webex write it: many lines for one link."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from tuimail.mime.rendered import Link, TextLine

_LONGEST_LINE: Final = 400
_MOST_LINES: Final = 120
_GAP: Final = 2
_ENOUGH: Final = 3
_MOST_ATTEMPTS: Final = 20
_MARK = re.compile(r"\[(\d{1,4})\]")
_RULE = re.compile(r"\s*[-_=*─.~:!]{8,}\s*\Z")


@dataclass(frozen=True, slots=True)
class _Service:
    """One way to meet.

    Attributes:
        join: The beginning of a link that joins, behind the names of hosts below its own.
        anchor: A line that only its boilerplate has.
        lines: What its other lines are like.
    """

    name: str
    join: re.Pattern[str]
    anchor: re.Pattern[str]
    lines: re.Pattern[str]


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


def _link(rest: str) -> re.Pattern[str]:
    """Match an address by its own host: another may have this one in its name or its path."""
    return re.compile(rf"https?://(?:[\w-]{{1,63}}\.){{0,8}}{rest}", re.IGNORECASE)


_COMMON = (
    r"^\W*(?:meeting|besprechungs|konferenz|conference|phone conference|webinar|event|kennung|"
    r"telefonkonferenz)[- ]?(?:id|number|nummer|link|password|kennnummer)?\W*[: ]+\W*[\d]",
    r"^\W*(?:id|код|会議|会议|회의|ミーティング)[^:：]{0,30}[:：] ?[\d ]{6,}",
    r"^\W*(?:pass(?:code|word|wort)?|pin|kenncode|code secret|mot de passe|código|contraseña|"
    r"senha|wachtwoord|lösenord|hasło|пароль|パスワード|パスコード|密码|密碼|암호)\W*[:：]",
    r"^\W*(?:id de|id van|id för|id da|id riunione|identificador|identyfikator|"
    r"идентификатор|mødei[dD]|møte-id|mötes-id|vergader-id)",
    r"^\W*(?:dial|find (?:a|your) local number|local numbers?|international numbers|by phone)",
    r"^\W*\+?\d[\d ()-]{6,}\d[#,\d* ]*(?:\W*[^\d]{0,60})?\Z",
    r"\[\d+\]\W*\Z",
)

_SERVICES: Final = (
    _Service(
        "Teams",
        _link(r"teams\.(?:microsoft|live)\.(?:com|us)/(?:l/meetup-join|meet)"),
        _any_of(
            r"microsoft teams[- ](?:meeting|besprechung|need help|webinar)",
            r"(?:meeting|besprechung|réunion|reunión|riunione|reunião|vergadering|möte|møde|møte|"
            r"spotkanie|собрание|会議|会议|會議|모임)[^.]{0,20}microsoft teams",
            r"^\W*microsoft teams\b.{0,40}\Z",
            r"click here to join the meeting|join (?:the meeting now|on your computer)",
            r"hier klicken, um an der besprechung|jetzt an der besprechung teilnehmen",
        ),
        _any_of(
            r"join (?:the meeting|on your|with a video|the web)|download teams|join on the web",
            r"video conferencing|tenant key|video id|alternate vtc|vtc instructions|dial[- ]in",
            r"find a local number|reset (?:dial-in )?pin|learn more|meeting options|need help",
            r"for organizers|phone conference id|teams\.(?:microsoft|live)\.com|aka\.ms/",
            r"besprechungsoptionen|weitere infos|lokale nummer|teams herunterladen|telefonisch",
            r"options de réunion|en savoir plus|opciones de reunión|más información",
            r"privacy and security|facility|privacy statement|org help|system reference",
            *_COMMON,
        ),
    ),
    _Service(
        "Zoom",
        _link(r"zoom(?:gov)?\.(?:us|com)/(?:j|my|w|s)/"),
        _any_of(r"scheduled zoom (?:meeting|webinar)", r"join zoom meeting", r"zoom meeting\W*\Z",
                r"zoom-meeting beitreten|zoom-besprechung"),
        _any_of(
            r"zoom\.us|zoomgov|one tap mobile|join (?:by|from|via)|dial by your location",
            r"find your local number|meeting invitation|toll-free|\bsip\b|h\.323|time:|topic:",
            r"@zoomcrc|inviting you to",
            *_COMMON,
        ),
    ),
    _Service(
        "Meet",
        _link(r"meet\.google\.com/[a-z]{3}-"),
        _any_of(r"join with google meet", r"google meet joining info",
                r"meet\.google\.com/[a-z]{3}-"),
        _any_of(
            r"meet\.google\.com|tel\.meet|join by phone|more (?:joining options|phone numbers)",
            r"video call link|or dial|learn more about (?:google )?meet|google\.com/hangouts",
            *_COMMON,
        ),
    ),
    _Service(
        "Webex",
        _link(r"webex\.com/(?:[\w.-]+/)?(?:j\.php|meet|m/|wbxmjs)"),
        _any_of(r"webex meeting", r"cisco webex", r"\.webex\.com/\S+/j\.php"),
        _any_of(
            r"webex|do not delete or change|ways to join|join (?:meeting|by|from|using)",
            r"access code|tap to (?:call|join)|toll|global call-in|video system|need help",
            r"host key|dial \S+@",
            *_COMMON,
        ),
    ),
)  # fmt: skip


class Meeting(NamedTuple):
    """Lines from `first` to before `end`, and what is in them."""

    first: int
    end: int
    words: str


def find_meetings(
    lines: Sequence[TextLine], first: int, end: int, links: Sequence[Link]
) -> Iterator[Meeting]:
    """Yield the blocks that say how to join; there is none without a link for it."""
    services = [
        service for service in _SERVICES if any(service.join.match(link.target) for link in links)
    ]
    if not services:
        return
    index = first
    attempts = 0
    while index < end and attempts < _MOST_ATTEMPTS:
        service = _service_of(lines[index], services)
        attempts += service is not None
        found = None if service is None else _meeting_at(lines, index, end, links, service)
        if found is None:
            index += 1
        else:
            yield found
            index = found.end


def _service_of(line: TextLine, services: Sequence[_Service]) -> _Service | None:
    if line.quote or not 4 < len(line.text) <= _LONGEST_LINE:
        return None
    return next((each for each in services if each.anchor.search(line.text)), None)


def _meeting_at(
    lines: Sequence[TextLine], index: int, end: int, links: Sequence[Link], service: _Service
) -> Meeting | None:
    stop, count = _extent(lines, index, end, service)
    numbers = _numbers(lines, index, stop, links)
    join = next((n for n in numbers if service.join.match(_target(links, n))), None)
    if count < _ENOUGH or join is None:
        return None
    first = _with_rule(lines, index)
    return Meeting(first, stop, _words(service, lines[first:stop], join, numbers, links))


def _extent(lines: Sequence[TextLine], index: int, end: int, service: _Service) -> tuple[int, int]:
    """Return where the block ends and how many of its lines are known."""
    stop, count, gap = index + 1, 1, 0
    for at in range(index + 1, min(end, index + _MOST_LINES)):
        text = lines[at].text
        if lines[at].quote:
            break
        if not text.strip():
            continue
        if _RULE.match(text):
            return at + 1, count
        if len(text) <= _LONGEST_LINE and (
            service.lines.search(text) or service.anchor.search(text)
        ):
            stop, count, gap = at + 1, count + 1, 0
        else:
            gap += 1
            if gap > _GAP or len(text) > 60 or lines[at - 1].text.strip() == "":
                break
    return stop, count


def _with_rule(lines: Sequence[TextLine], index: int) -> int:
    """Return where the block begins, a rule above it included."""
    above = index - 1
    while above >= 0 and not lines[above].text.strip() and index - above < 3:
        above -= 1
    return above if above >= 0 and _RULE.match(lines[above].text) else index


def _numbers(lines: Sequence[TextLine], first: int, end: int, links: Sequence[Link]) -> list[int]:
    """Return the numbers of the links in some lines, in their order."""
    found: dict[int, None] = {}
    known = {link.number for link in links}
    for line in lines[first:end]:
        for mark in _MARK.findall(line.text):
            if int(mark) in known:
                found[int(mark)] = None
        if "://" in line.text:
            for link in links:
                if link.target in line.text:
                    found[link.number] = None
    return list(found)


def _target(links: Sequence[Link], number: int) -> str:
    return next((link.target for link in links if link.number == number), "")


def _words(
    service: _Service,
    lines: Sequence[TextLine],
    join: int,
    numbers: Sequence[int],
    links: Sequence[Link],
) -> str:
    count = sum(1 for line in lines if line.text.strip())
    kept = [f"join link kept as [{join}]"]
    dial = next(
        (n for n in numbers if n != join and re.search(r"dial|tel\.meet|/u/", _target(links, n))),
        None,
    )
    if dial is not None:
        kept.append(f"dial-in as [{dial}]")
    said = f"{service.name} boilerplate, {count} {'line' if count == 1 else 'lines'}"
    return f"{said}  ({', '.join(kept)})"
