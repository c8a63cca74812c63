"""Tasks, decisions and risks out of tables whose columns name them: lists of actions, logs of decisions, registers of
risks.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final

from ratchet_documents.graph.said import LONGEST, Kind, Said, tidied

_SHORTEST: Final = 4  # letters of what is to be done
_WITHIN: Final = 3  # rows in which the names of the columns are looked for
_PARTS: Final = " | "
_NAMES: Final = re.compile(r"[/(]")
_SEVERAL: Final = re.compile(r"\s*(?:[,;/&+]|\b(?:and|und|et|y)\b)\s*")
_OF_WHAT: Final = re.compile(r"\s*\([^()]*\)")  # `Bo Dahl (Finance)`
_MOST_OWNERS: Final = 4
_WORDS_OF_SEVERAL: Final = 2  # beside another kind a single word rates it: `Risk: high`
_MOST: Final = 200  # rows of a chunk
_TASK: Final = re.compile(
    r"(?:(?:open|next|follow-?up)\s)?(?:actions?|action\sitems?|actions?\s(?:required|agreed)|tasks?|to-?dos?|next\ssteps?"
    r"|ma(?:ß|ss)nahmen?|aufgaben?|t[âa]ches?|tareas?|acci[oó]n(?:es)?)",
    re.I,
)
_DECISION: Final = re.compile(
    r"d[eé]cisions?(?:\s(?:made|taken|text))?|resolutions?|beschl[uü](?:ss|sse)|entscheidung(?:en)?"
    r"|decisi[oó]n(?:es)?|acuerdos?",
    re.I,
)
_RISK: Final = re.compile(r"risks?(?:\s(?:description|event|name|title))?|risik(?:o|en)|risques?|riesgos?", re.I)
_OWNER: Final = re.compile(
    r"(?:action\s|task\s|risk\s)?owners?|who|responsib(?:le|ility)(?:\s(?:person|party))?|assign(?:ee|ed(?:\sto)?)"
    r"|lead|verantwortlich(?:e[rn]?)?|wer|zuständig|responsable",
    re.I,
)
_DUE: Final = re.compile(
    r"due(?:\s(?:date|by|on))?|deadline|by(?:\swhen)?|when|target(?:\sdate)?|until|frist|termin|bis(?:\swann)?|fällig"
    r"|échéance|fecha(?:\slímite)?|plazo",
    re.I,
)
_RATED: Final = re.compile(
    r"(?:inherent\s|residual\s)?(?:likelihood|probability|impact|severity|rating|score|level|mitigations?(?:\s\w+)?"
    r"|response|status|eintrittswahrscheinlichkeit|wahrscheinlichkeit|auswirkung(?:en)?|schaden|maßnahmen?)",
    re.I,
)
_EMPTY: Final = re.compile(r"[\W_]*|n/?a|none|tb[acd]|keine?r?", re.I)
_KINDS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (("task", _TASK), ("decision", _DECISION), ("risk", _RISK))
_BESIDE: Final[Mapping[Kind, tuple[re.Pattern[str], ...]]] = {  # one of which makes it such a table
    "task": (_OWNER, _DUE),
    "decision": (
        _OWNER,
        re.compile(r"date|datum|fecha|rationale|reasons?|votes?|made\sby|approved\sby|no\.?|id|#", re.I),
    ),
    "risk": (_RATED, _OWNER),
}


def said_in_table(text: str) -> Iterator[Said]:
    """`text`: a line a row, ` | ` between cells, the names of the columns first. Nothing of another kind of table. A
    table may be of several: what was decided of each topic, and what is to be done.
    """
    lines = text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    for at, line in enumerate(lines[:_WITHIN]):
        names, found = _cells(line), list[tuple[Kind, int]]()
        for kind, pattern in _KINDS:
            what = _column(names, pattern)
            if what is not None and any(_column(names, its) is not None for its in _BESIDE[kind]):
                found.append((kind, what))
        rows = [(starts[row], lines[row]) for row in range(at + 1, len(lines))] if found else []
        for kind, what in found:
            yield from _rows(kind, names, what, rows, words=1 if len(found) == 1 else _WORDS_OF_SEVERAL)
        if found:
            return


def _rows(kind: Kind, names: Sequence[str], what: int, rows: Iterable[tuple[int, str]], words: int) -> Iterator[Said]:
    owner, due = _column(names, _OWNER), _column(names, _DUE)
    count = 0
    for start, line in rows:
        cells = _cells(line)
        if count == _MOST or not what < len(cells) <= len(names):
            continue
        its = tidied(cells[what])[:LONGEST]
        if sum(map(str.isalpha, its)) < _SHORTEST or len(its.split()) < words:
            continue
        count += 1
        end = start + len(line)
        if kind != "task":
            yield Said(kind, its, start, end)
            continue
        for who in _SEVERAL.split(_OF_WHAT.sub("", _told(cells, owner)))[:_MOST_OWNERS]:
            yield Said(kind, its, start, end, who, _told(cells, due))


def _column(names: Sequence[str], pattern: re.Pattern[str]) -> int | None:
    """A name may be two: `Action / next step`, `Owner (lead)`."""
    return next(
        (
            at
            for at, name in enumerate(names)
            if any(pattern.fullmatch(its.strip(" *:)")) for its in _NAMES.split(name))
        ),
        None,
    )


def _told(cells: Sequence[str], column: int | None) -> str:
    """Empty for what is not to be told, such as a stroke."""
    if column is None or column >= len(cells) or _EMPTY.fullmatch(cells[column]):
        return ""
    return tidied(cells[column])[:LONGEST]


def _cells(line: str) -> list[str]:
    return [one.strip() for one in line.split(_PARTS)]
