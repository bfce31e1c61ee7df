"""How long and how thoroughly laws are tried."""

from __future__ import annotations

from hypothesis import settings

# A busy machine must not fail a law; the suite has a time limit of its own.
settings.register_profile("tuimail", deadline=None)
settings.load_profile("tuimail")
