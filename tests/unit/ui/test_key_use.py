"""How often sequences are pressed."""

from __future__ import annotations

import json

import pytest

from tuimail.ui.keys.use import KeyUse


class _Drawer(dict[str, str]):
    def meta(self, key: str) -> str | None:
        return self.get(key)


def test_presses_are_counted_kept_and_weigh_less_with_time() -> None:
    drawer = _Drawer()
    use = KeyUse(lambda: drawer, drawer.__setitem__)
    use.note("list.last")
    for _ in range(199):
        use.note("mailbox.go_inbox")
    again = KeyUse(lambda: drawer, drawer.__setitem__)
    assert (again.count("mailbox.go_inbox"), again.count("list.last")) == (199, 1)
    again.note("mailbox.go_inbox")  # all count half, and what was pressed once is forgotten
    assert (again.count("mailbox.go_inbox"), again.count("list.last")) == (100, 0)
    assert json.loads(drawer["ui.key_use"]) == {"mailbox.go_inbox": 100}


@pytest.mark.parametrize("kept", ["", "{", "[1]", '{"a": "b"}'])
def test_what_cannot_be_read_counts_nothing(kept: str) -> None:
    use = KeyUse(lambda: _Drawer({"ui.key_use": kept}), lambda name, text: None)
    assert use.count("a") == 0
