"""What servers reported of a sent message, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from tuimail.model.report import Outcome
from tuimail.text.safe import SafeText, clean


def delivery_words(outcomes: Sequence[Outcome]) -> list[SafeText]:
    """Say how the delivery to each recipient ended, the worst first."""
    said = []
    for outcome in sorted(outcomes, key=lambda one: not one.has_failed):
        match outcome.action:
            case "failed":
                said.append(f"Could not be delivered to {outcome.recipient}: {outcome.why}.")
            case "delayed":
                said.append(f"Not delivered to {outcome.recipient} yet: {outcome.why}.")
            case "delivered":
                said.append(f"Delivered to {outcome.recipient}.")
            case _:
                said.append(f"Passed on to {outcome.recipient}.")
    return [clean(words) for words in said]
