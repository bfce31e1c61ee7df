"""A QR code in half blocks: two rows of modules in a row of cells, light on dark.

The quiet zone is two modules wide, which telephones read; the standard asks for four (ISO/IEC
18004, 9.1), and there is no room for them.
"""

from __future__ import annotations

from functools import lru_cache

QUIET = 2
_CELLS = {(True, True): " ", (True, False): "▄", (False, True): "▀", (False, False): "█"}
"""By whether the upper and the lower module are dark."""


@lru_cache(maxsize=8)
def qr_code(text: str) -> tuple[str, ...]:
    """Return the rows, all of the same number of cells; light modules are drawn.

    Args:
        text: Up to some hundred characters.
    """
    import segno  # noqa: PLC0415 - only the sign-in shows one

    code = segno.make(text, error="l", micro=False, boost_error=False)
    modules = [[bool(module) for module in row] for row in code.matrix_iter(border=QUIET)]
    if len(modules) % 2:
        modules.append([False] * len(modules[0]))
    return tuple(
        "".join(_CELLS[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(modules[0::2], modules[1::2], strict=True)
    )
