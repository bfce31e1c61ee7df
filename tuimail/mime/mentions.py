"""Whether somebody says that a file is attached, in the languages people write in.

Only the words of the writer count: `own_words` leaves out what is quoted, history and signatures.
"""

from __future__ import annotations

import re
from typing import Final

_LANGUAGES: Final[dict[str, str]] = {
    "English": r"attach(?:ed|ing|ments?)|i attach|enclos(?:ed|ing|ures?)",
    "German": (
        r"anbei|angehängt\w*|beigefügt\w*|beiliegend\w*|im anhang|als anhang|anhänge"
        r"|in der anlage|als anlage|füge ich bei|hänge ich an"
    ),
    "French": (
        r"ci[- ]joint(?:e|s|es)?|pi[eè]ces? jointes?|en pj|joint à ce (?:mail|message|courriel)"
    ),
    "Spanish": r"adjunt(?:o|a|os|as|amos)|archivos? adjuntos?|documentos? anexos?",
    "Italian": r"in allegato|allegat[oaie]|allego|alleghiamo",
    "Portuguese": r"em anexo|anexad[oa]s?|(?:segue|seguem|envio) anexos?",
    "Dutch": r"bijgevoegd\w*|bijgesloten|bijgaand\w*|in de bijlagen?|als bijlage",
    "Swedish": r"bifog(?:ad|ade|at|ar|as)|i bilagan?|bilägger",
    "Norwegian, Danish": r"vedlagt|vedlegg\w*|vedhæft\w*|vedlægge[rs]?|vedlegger",
    "Finnish": r"liitteenä|liitteessä|liitetiedosto\w*|ohessa",
    "Polish": r"w zał[aą]cz(?:eniu|niku|nikach)|zał[aą]cza(?:m|my)|zał[aą]cznik\w*",
    "Czech": r"v příloze|přikládám\w*|přiložen\w*",
    "Russian": r"во вложени(?:и|ях)|вложени[еяй]\w*|прилага(?:ю|ем|ется|ются)|прикрепл\w+",
    "Turkish": r"ekte|ekteki|ekli dosya\w*|ekliyorum",
}
_UNSPACED: Final = r"添付|附件|附上|隨信附|随信附|첨부"
_MENTION: Final = re.compile(
    rf"(?<!\w)(?:{'|'.join(_LANGUAGES.values())})(?!\w)|{_UNSPACED}", re.IGNORECASE
)
_THANKS: Final = re.compile(
    r"(?<!\w)(?:thank\w*|thanks|danke?|merci|gracias|grazie|obrigad[oa]|bedankt|tack|takk?|kiitos"
    r"|dzięk\w+|děkuj\w+|спасибо|teşekkür\w*)(?!\w)|谢谢|感谢|ありがとう|감사",
    re.IGNORECASE,
)
_NOT_MINE: Final = re.compile(
    r"(?<!\w)(?:your|you|no|not|without|ohne|keine?n?|ihre?[nm]?|deine?[nm]?|votre|vos|sans|su|sin"
    r"|senza|vostro|sem|zonder|geen|uw|utan|din|uten|uden|bez|без|ваше?)\s+(?:\w+\s+)?\Z",
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(r"[^.!?。！？\n]+[.!?。！？]?")
_PLACEHOLDER: Final = re.compile(r"(?<!\w)(?:TODO|FIXME)(?!\w)|\[\[[^\]\n]{0,80}\]\]")
_HISTORY: Final = re.compile(
    r"-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht"
    r"|weitergeleitete nachricht|message d'origine|message transféré|mensaje original"
    r"|messaggio originale|mensagem original"
    r"|oorspronkelijk bericht)\s*-{2,}",
    re.IGNORECASE,
)
_SIGNATURE: Final = "-- "


def own_words(body: str) -> str:
    """Return what the writer wrote, one line each, without quotes, history and signature."""
    kept: list[str] = []
    for line in body.split("\n"):
        if line == _SIGNATURE or _HISTORY.search(line):
            break
        if line.startswith(">"):
            while kept and not kept[-1].strip():
                kept.pop()
            if kept and kept[-1].rstrip().endswith(":"):
                kept.pop()  # On Mon 23 Nov 2026 at 09:32 Kim Chu wrote:
            continue
        kept.append(line)
    return "\n".join(kept)


def mentions_attachment(own: str) -> str:
    """Return the sentence that says that something is attached; empty when none does.

    A sentence that thanks for an attachment, or says that there is none, does not count.
    """
    for sentence in _SENTENCE.finditer(own):
        said = sentence[0].strip()
        before = (said[: found.start()] for found in _MENTION.finditer(said))
        if any(not (_THANKS.search(one) or _NOT_MINE.search(one)) for one in before):
            return said
    return ""


def leftover(text: str) -> str:
    """Return a placeholder that was not filled in: `TODO`, `[[name]]`; empty when there is none."""
    found = _PLACEHOLDER.search(text)
    return "" if found is None else found[0]
