"""The address at which a sign-in in the browser ends: what it says, and whether it will do.

Where the browser runs on another computer, the page cannot be reached, and the person pastes its
address. Pure.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

_LONGEST: Final = 32_768
_MOST_FIELDS: Final = 40
_LANDING: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an address will not do, in a sentence for the screen."""

    words: str


_NOT_ONE: Final = Refused("That is not an address. Copy the whole address of the last page.")
_NOT_THE_LAST: Final = Refused(
    "That is not the last page. The address to copy begins with http://localhost"
)
_NO_ANSWER: Final = Refused("That address has no answer in it. Copy the whole address.")
_OTHER_ATTEMPT: Final = Refused(
    "That address is of another attempt. Open the page that is shown now, then copy again."
)


def answer_in(text: str) -> Mapping[str, str] | Refused:
    """Read the fields of a sign-in's last address (RFC 6749, 4.1.2 and 4.1.2.1).

    Args:
        text: What was pasted: an address, perhaps with blanks, quotes or line ends around or,
            from a narrow terminal, within it.

    Returns:
        The fields; they have `state` and one of `code` and `error`.
    """
    joined = "".join(text.split()).strip("<>\"'")
    if not joined or len(joined) > _LONGEST:
        return _NOT_ONE
    try:
        joined.encode()  # octets that were no text in the terminal's encoding are no address
        url = urlsplit(joined)
        fields = parse_qsl(url.query, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return _NOT_ONE
    if url.scheme not in ("http", "https"):
        return _NOT_ONE
    if url.hostname not in _LANDING:
        return _NOT_THE_LAST
    answer = dict(fields)
    if "state" not in answer or not ({"code", "error"} & answer.keys()):
        return _NO_ANSWER
    return answer


def answer_for(text: str, state: str) -> Mapping[str, str] | Refused:
    """Read what was pasted and make sure that it belongs to this attempt."""
    answer = answer_in(text)
    if isinstance(answer, Refused):
        return answer
    if not hmac.compare_digest(answer["state"].encode(), state.encode()):
        return _OTHER_ATTEMPT
    return answer
