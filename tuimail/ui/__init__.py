"""The screen: reads the store, inserts intents, and never waits for the network.

This module runs before Textual is imported anywhere, so it is where Textual's environment is set.
"""

from __future__ import annotations

import os

# Textual reads it at import: milliseconds after which a lone Escape is not a sequence's start.
os.environ.setdefault("ESCDELAY", "25")
# And this: a frame right behind another one waits for the next beat. At Textual's own 60 beats a
# second a key may wait three times as long as painting its row takes.
os.environ.setdefault("TEXTUAL_FPS", "250")
