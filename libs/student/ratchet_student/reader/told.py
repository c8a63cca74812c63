"""What the heads and notes of a table say against what was learned. Pure.

Whoever has learned from questions about the first column alone, or from tables in thousands alone, has not learned that
heads and notes count.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from ratchet_student.reader.programs import Program

AMOUNTS: Final = frozenset(("thousand", "million", "billion"))


def of_the_year(years: frozenset[str], found: Sequence[Program]) -> list[Program]:
    """Where one year is asked for, no cell of a row that has it under another; all, where none is left."""
    if len(years) != 1:
        return list(found)
    return [one for one in found if not _is_of_another(years, one)] or list(found)


def scale_as_told(learned: str, known: Collection[str], noted: Iterable[str]) -> str:
    """Of two scales of amounts the one that is noted nearest. Who knows several has learned what notes count for."""
    if len(AMOUNTS.intersection(known)) > 1:
        return learned
    told = next((one for one in noted if one in AMOUNTS), "")
    return told if told and learned in AMOUNTS else learned


def _is_of_another(years: frozenset[str], program: Program) -> bool:
    if program.kind != "cell" or len(program.operands) != 1:
        return False
    match, place = program.operands[0]
    told = match.row.years
    return (
        0 <= place < len(told) and bool(told[place]) and years.isdisjoint(told[place]) and any(map(years.__and__, told))
    )
