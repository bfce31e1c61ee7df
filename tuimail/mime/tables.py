"""Which tables of an HTML mail hold data: most only place blocks and are read as running text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tuimail.mime.markup import Kind, Token


@dataclass(slots=True)
class _Table:
    """What one pass over a table tells about its purpose."""

    token: int
    attributes: Mapping[str, str]
    nested: bool = False
    headings: int = 0
    rows: int = 0
    columns: int = 0
    cells_in_row: int = 0
    characters: int = 0

    def holds_data(self) -> bool:
        """Whether its rows and columns mean something, as opposed to placing blocks."""
        if self.nested or self.attributes.get("role", "").lower() == "presentation":
            return False
        if self.columns < 2 or self.rows < 2:
            return False
        has_border = self.attributes.get("border", "0").strip() not in ("", "0")
        if self.headings or has_border or "MsoTableGrid" in self.attributes.get("class", ""):
            return True
        return self.rows >= 3 and self.characters / (self.rows * self.columns) < 40


@dataclass(slots=True)
class _Survey:
    data: set[int] = field(default_factory=set)
    open: list[_Table] = field(default_factory=list)

    def start(self, index: int, token: Token) -> None:
        if token.value == "table":
            if self.open:
                self.open[-1].nested = True
            self.open.append(_Table(index, token.attributes))
        elif self.open and token.value == "tr":
            self.open[-1].rows += 1
            self.open[-1].cells_in_row = 0
        elif self.open and token.value in ("td", "th"):
            table = self.open[-1]
            table.cells_in_row += 1
            table.columns = max(table.columns, table.cells_in_row)
            table.headings += token.value == "th"

    def end(self) -> None:
        if self.open:
            table = self.open.pop()
            if table.holds_data():
                self.data.add(table.token)


def data_tables(tokens: Sequence[Token]) -> frozenset[int]:
    """Return the positions of the tokens that open a table of data."""
    survey = _Survey()
    for index, token in enumerate(tokens):
        if token.kind is Kind.START:
            survey.start(index, token)
        elif token.kind is Kind.END and token.value == "table":
            survey.end()
        elif token.kind is Kind.TEXT and survey.open:
            survey.open[-1].characters += len(token.value.strip())
    return frozenset(survey.data)
