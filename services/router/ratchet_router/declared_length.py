"""How long the answers to a template shall be, as the template declares it: to check them by. Pure."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from ratchet_router.checking.lengths import Range, Wanted

LARGEST: Final = 1_000_000
SIGN: Final = "$"
NAMED: Final = r"^\$[a-z][a-z0-9_]{0,39}$"

Number = Annotated[int, Meta(ge=1, le=LARGEST)]
Named = Annotated[str, Meta(pattern=NAMED)]  # the variable that says the number
End = Number | Named


class Ends(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Both count. One that is left out is no end."""

    least: End | None = None
    most: End | None = None

    def range(self, values: Mapping[str, str]) -> Range:
        return Range(_number(self.least, values), _number(self.most, values))

    def variables(self) -> list[str]:
        return [end.removeprefix(SIGN) for end in (self.least, self.most) if isinstance(end, str)]


ANYHOW: Final = Ends()


class Length(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    words: Ends | None = None
    sentences: Ends | None = None
    paragraphs: Ends | None = None
    characters: Ends | None = None

    def wanted(self, values: Mapping[str, str]) -> Wanted:
        """`values`: of the variables. One that is no whole number asks for nothing."""
        return Wanted(**{unit: ends.range(values) for unit, ends in self.units()})

    def units(self) -> Iterator[tuple[str, Ends]]:
        for unit in self.__struct_fields__:
            ends: Ends | None = getattr(self, unit)
            if ends is not None:
                yield unit, ends


UNDECLARED: Final = Length()


def faults_of(length: Length, declared: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Units, and what is wrong with them. `declared`: the template's variables."""
    for unit, ends in length.units():
        if ends == ANYHOW:
            yield unit, "says neither `least` nor `most`"
        if isinstance(ends.least, int) and isinstance(ends.most, int) and ends.least > ends.most:
            yield unit, "asks for more at least than at most"
        for name in ends.variables():
            if name not in declared:
                yield unit, f"names ${name}, which `variables` does not declare"


def _number(end: int | str | None, values: Mapping[str, str]) -> int | None:
    if not isinstance(end, str):
        return end
    said = values.get(end.removeprefix(SIGN), "").strip()
    return int(said) if said.isascii() and said.isdecimal() and len(said) <= len(str(LARGEST)) else None
