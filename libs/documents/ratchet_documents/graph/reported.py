"""What companies report: metric, period and value, from the rows of statements and from sentences.

A row is a label and as many figures as its head has columns; where they are not as many, or no scale is told, it is
left out. Text whose lines were lost is read the same way, since a label is what stands between figures.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from ratchet_documents.graph.amounts import amount_of, fits, with_thousands
from ratchet_documents.graph.changes import is_of_changes
from ratchet_documents.graph.columns import LENGTH_OF_DAY, Head, heads_in
from ratchet_documents.graph.columns import NEAR as AROUND
from ratchet_documents.graph.metrics import IN_PROSE, OF_A_DAY, PER_SHARE, is_loss, metric_of
from ratchet_documents.graph.money import CURRENCY, SCALES, code_of, money_in, says_whole
from ratchet_documents.graph.number_marks import AS_COMMA, Marks, marks_in, with_points
from ratchet_documents.graph.whose import NOT_OWN, is_own, titles_in
from ratchet_documents.graph.year_ends import NOT_KNOWN, Own, Placed, placed
from ratchet_documents.metadata.periods import periods_in

MOST_ROWS: Final = 200  # of a chunk
NEAR: Final = 120  # characters before an amount in which the metric is said
FAR: Final = 400  # that a sentence is looked at to either side

# A minus is one at the figure, or between it and the edge of its cell; elsewhere it parts a label from it.
_MINUS: Final = r"(?:(?<=[\s|$€£¥])[-−–](?=[$€£¥\d])|(?<=\|\s)[-−–]\s(?=[$€£¥\d]))"
_BEHIND: Final = r"[-−](?=\s*(?:[|\n]|\Z))"
_NOTHING: Final = r"(?:[—–](?!\w)|(?<=\|\s)-(?=\s*(?:[|\n]|\Z)))"
_BEFORE: Final = rf"{_MINUS}?\(?[$€£¥]?\s{{0,6}}{_MINUS}?\(?"
_CELL: Final = (  # at its end perhaps the raised mark of a note
    rf"(?:{_BEFORE}\d{{1,3}}(?:[,'’]\d{{3}})+(?:\.\d+)?\)?(?:{_BEHIND})?|{_BEFORE}\d+(?:\.\d+)?\)?(?:{_BEHIND})?|{_NOTHING})"
    r"(?:\s?%)?[⁰¹²³⁴⁵⁶⁷⁸⁹]{0,3}(?:,[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}){0,3}"
)
_GAP: Final = r"[\s|$€£¥\u00a0]{0,40}"
_ROW: Final = re.compile(rf"(?<![\w.,'’])(?P<cells>{_CELL}(?:{_GAP}(?<![\d,.])(?<!\w){_CELL})*)(?![\w]|[.,'’]\d)")
_ONE: Final = re.compile(
    rf"(?P<minus>{_MINUS})?(?P<open>\()?[$€£¥]?\s{{0,6}}(?P<minus2>{_MINUS})?(?P<open2>\()?"
    rf"(?P<digits>\d[\d,'’]*(?:\.\d+)?)\)?(?P<minus3>{_BEHIND})?(?P<percent>\s?%)?|{_NOTHING}"
)
_LABEL: Final = re.compile(r"(?:^|[\n|.;:])?[ \t\u00a0]*(?P<name>[^\n|.;:\s][^\n|.;:]{0,120})\Z")
_AMOUNT: Final = re.compile(
    rf"(?P<currency>{CURRENCY})\s?(?P<digits>\d[\d,]*(?:\.\d+)?)\s+(?P<scale>thousand|million|billion|trillion)\b", re.I
)
_SAYS: Final = re.compile(
    rf"\b(?P<metric>{IN_PROSE})\s+(?:was|were|of|totall?ed|reached|amounted\s+to"
    r"|(?:rose|fell|grew|increased|decreased|declined|came)(?:\s+(?:by\s+)?[\d.]+\s?(?:%|percent))?\s+to)\s+\Z",
    re.I,
)
_OF_ALL: Final = frozenset(  # words before a metric that is all of the company's
    ("total", "our", "its", "the", "consolidated", "overall", "worldwide", "company's", "company’s", "reported")
) | {"and", "while", "as", "that", "when", "quarterly", "annual", "fiscal", "posted", "recorded", "generated"}
_YEARS: Final = re.compile(r"\b(?:19|20)\d\d(?=\s)")
_END: Final = re.compile(r"[.!?](?=\s|\Z)|\n")


@dataclass(frozen=True, slots=True)
class Reported:
    metric: str
    period: str
    value: float
    unit: str
    start: int
    end: int
    assumed: str = ""  # a sentence


@dataclass(slots=True)
class Above:
    """What was said above, on the same page or in the same table: the head, the scale, the currency, and whose it is.

    `document`: what that is about. `stated`: the currency stood beside the scale. `listed`: the current assets have
    been added up: what comes is not. `by_document`: a sentence, where scale and currency are what the document says of
    all its amounts. `marks`: of figures, as what stood before in the document has them. `changes`: the rows are of cash
    flows. `of_part`: what stands above is of a part of a year.
    """

    head: Head | None = None
    scale: float = 0.0
    currency: str = ""
    stated: bool = False
    own: bool = True
    listed: bool = False
    changes: bool = False
    of_part: bool = False
    document: Own = NOT_KNOWN
    by_document: str = ""
    marks: Marks = ""
    in_table: bool = False
    place: object = field(default=None)

    def titled(self, titles: Iterable[str]) -> None:
        titles = list(titles)
        self.own, self.changes = is_own(titles, self.own), is_of_changes(titles, self.changes)


def reported_in(text: str, above: Above, company: str = "") -> Iterator[Reported]:
    """`above` is brought up to what this text says. `company`: the name of the one that reports."""
    told = money_in(text)
    if not told.scale:
        told = money_in(_YEARS.sub("", text)) if above.in_table else told  # `2023 £m` is no amount
    if told.scale:
        above.scale, above.stated, above.by_document = told.scale, told.stated, ""
    elif above.by_document and says_whole(text):
        above.scale, above.by_document = 0.0, ""
    if told.currency and (told.stated or not above.stated):
        above.currency = told.currency
    marks = marks_in(text) or above.marks
    if marks == "comma":
        yield from (_read_so(one) for one in _rows(with_points(text), above))
    elif marks == "mixed":
        list(_rows(text, above))  # it is read for its heads and titles
    else:
        yield from _rows(text, above)
        yield from _sentences(text, company)


def _read_so(one: Reported) -> Reported:
    return replace(one, assumed=" ".join(filter(None, (one.assumed, AS_COMMA))))


def _rows(text: str, above: Above) -> Iterator[Reported]:
    heads = list(heads_in(text))
    if above.in_table and not any(head.notes for head in (*heads, *([above.head] if above.head else ()))):
        text = with_thousands(text)
    label_from, at, rows, above_from = 0, 0, 0, -1
    for row in _ROW.finditer(text):
        while at < len(heads) and heads[at].end <= row.start():
            above.titled(titles_in(text[label_from : heads[at].start]))
            above_from = text.rfind("\n", 0, label_from) + 1
            above.head, label_from, above.listed = heads[at], max(label_from, heads[at].end), False
            at += 1
        if at < len(heads) and heads[at].start < row.end() and heads[at].end > row.start():
            continue
        label = _LABEL.search(text, label_from, _before(text, label_from, row.start()))
        above.titled(titles_in(text[label_from : label.start("name") if label else row.start()]))
        if above.head is not None and above_from >= 0:  # it is the first row below a head
            begins = label.start("name") if label else row.start()
            before, behind = text[above_from : above.head.start][-AROUND:], text[above.head.end : begins][:AROUND]
            above.head, above_from = above.head if above.head.is_sure(before, behind) else None, -1
        label_from = row.end()
        if label and label["name"].strip().casefold() in ("note", "item"):  # the row is its number
            above.own = not NOT_OWN.search(text[row.start() :].partition("\n")[0])
        metric = metric_of(label["name"]) if label else ""
        if label is None or above.head is None or not metric or not above.own:
            continue
        if metric == "marketable_securities" and above.listed:
            continue  # those that are held for long have the same name
        above.listed = above.listed or metric == "current_assets"
        yield from _of_row(metric, row, above, label)
        if (rows := rows + 1) == MOST_ROWS:
            return


def _before(text: str, start: int, end: int) -> int:
    """Where a label ends, before the signs that part it from its figures."""
    while end > start and (text[end - 1].isspace() or text[end - 1] in "|$€£¥:-"):
        end -= 1
    return end


def _of_row(metric: str, row: re.Match[str], above: Above, label: re.Match[str]) -> Iterator[Reported]:
    head = above.head
    per_share = metric in PER_SHARE
    if head is None or (not above.scale and not per_share):
        return
    cells = _in_columns(list(_ONE.finditer(row.string, row.start("cells"), row.end("cells"))), head)
    losses = is_loss(label["name"]) and not all(_is_negative(cell) for cell in cells if cell["digits"])
    negative = any(_is_negative(cell) for cell in cells)
    if negative and (losses or (_is_held(metric) and not _has_days(head))):
        return  # of a loss, some as one: what the others are nobody can tell; of what is held, it is a change
    for column, cell in zip(head.columns, cells, strict=False):
        if cell["digits"] is None or cell["percent"] or not fits(cell["digits"], above.scale, per_share=per_share):
            continue
        value = amount_of(cell["digits"], 1.0 if per_share else above.scale)
        value = -value if losses or _is_negative(cell) else value
        if (at := _time_of(metric, column, above, head)) is None:
            continue
        unit = "per_share" if per_share else above.currency
        assumed = " ".join(filter(None, (at.assumed, "" if per_share else above.by_document)))
        yield Reported(metric, at.key, value, unit, label.start("name"), row.end(), assumed)


def _in_columns(cells: list[re.Match[str]], head: Head) -> list[re.Match[str]]:
    """As many as the head has columns, but for the number of a note before them and shares beside them; else none."""
    many = len(head.columns)
    if len(cells) != many:
        cells = [one for one in cells if not one["percent"]]
    if head.notes and len(cells) == many + 1 and _is_note(cells[0]):
        cells = cells[1:]
    return cells if len(cells) == many else []


def _is_note(cell: re.Match[str]) -> bool:
    return cell["digits"] is not None and re.fullmatch(r"\(?\d{1,2}(?:\.\d{1,2})?\)?", cell[0].strip()) is not None


def _is_negative(cell: re.Match[str]) -> bool:
    return any(cell[sign] for sign in ("minus", "minus2", "minus3", "open", "open2"))


def _is_held(metric: str) -> bool:
    return metric in OF_A_DAY and metric != "equity"


def _has_days(head: Head) -> bool:
    return all(len(column.rpartition("M-")[2]) == LENGTH_OF_DAY for column in head.columns)


def _time_of(metric: str, column: str, above: Above, head: Head) -> Placed | None:
    """A change of inventories is no inventories, and a year in which a debt is due no year of a report."""
    if not _has_days(head) and not above.in_table and len(head.columns) == 1:
        return None  # a year that a text speaks of is no head
    if metric in OF_A_DAY and above.changes:
        return None
    if above.of_part and column.isdecimal():
        return None
    return placed(column, head.columns, above.document, of_a_day=metric in OF_A_DAY)


def _sentences(text: str, company: str) -> Iterator[Reported]:
    for found in _AMOUNT.finditer(text):
        near = max(0, found.start() - FAR)
        said = _SAYS.search(text, max(near, found.start() - NEAR), found.start())
        if said is None:
            continue
        before = [end.end() for end in _END.finditer(text, near, found.start())]
        behind = _END.search(text, found.end(), found.end() + FAR)
        begins = before[-1] if before else near
        sentence = text[begins : behind.start() if behind else found.end() + FAR]
        periods = periods_in(sentence)
        whole = said["metric"].casefold().startswith("total") or _is_whole(text[begins : said.start()], company)
        own = whole and not NOT_OWN.search(sentence)
        if len(periods) == 1 and own:
            value = amount_of(found["digits"], SCALES[found["scale"].casefold()])
            metric = metric_of(said["metric"])
            yield Reported(metric, periods[0], value, code_of(found["currency"]), said.start(), found.end())


def _is_whole(before: str, company: str) -> bool:
    """`Paper net sales were` are of a part, and `Quillon's net sales` another's."""
    words = before.split()
    if not words or words[-1].endswith((",", ";", ":")) or words[-1].casefold() in _OF_ALL:
        return True
    whose = re.sub(r"['’]s?\Z", "", words[-1]).casefold()
    return whose != words[-1].casefold() and whose in company.casefold().replace(",", " ").split()
