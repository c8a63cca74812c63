"""Blocks as they are found, cleaned, counted, and put on their pages."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from ratchet_documents.limits import Account
from ratchet_documents.parsed import Block, Heading, ListItem, Merged, Page, Paragraph
from ratchet_documents.tidying import compact

# Controls, marks of writing direction, byte order marks and soft hyphens would keep a word from being found.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")  # alone they cannot be written as UTF-8
_FORMS = re.compile("[\ufb00-\ufb06\ufb50-\ufdff\ufe70-\ufefc]+")  # ligatures, and Arabic letters by their place
LONGEST_HEADING = 300  # characters; what is marked as one and longer is text
_PAGES_NAMED = 12  # in one sentence
_BLANKS = re.compile(r"\s+")


def cleaned(text: str) -> str:
    """On one line, without what is not seen; ligatures and presentation forms as the letters that they are."""
    text = _SURROGATES.sub("\ufffd", _UNSEEN.sub("", text))
    text = _FORMS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return _BLANKS.sub(" ", text).strip()


class Collected:
    """Raises RefusedError where more comes than the account allows."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._pages: list[Page] = []
        self._blocks: list[Block] = []
        self._said: dict[str, None] = {}
        self._here: dict[str, list[int]] = {}  # sentences, and the pages of each

    def assume(self, sentence: str) -> None:
        self._said[sentence] = None

    def assume_here(self, sentence: str) -> None:
        """Of the page that is read now. `sentence` goes on after the numbers of all of its pages."""
        pages = self._here.setdefault(sentence, [])
        if (number := len(self._pages) + 1) not in pages[-1:]:
            pages.append(number)

    def heading(self, level: int, text: str) -> None:
        if len(text := cleaned(text)) > LONGEST_HEADING:
            self.paragraph(text)
        elif text:
            self._add(Heading(max(1, level), text), len(text))

    def paragraph(self, text: str) -> None:
        if text := cleaned(text):
            self._add(Paragraph(text), len(text))

    def item(self, depth: int, text: str) -> None:
        if text := cleaned(text):
            self._add(ListItem(max(0, depth), text), len(text))

    def table(self, rows: Iterable[Sequence[str]], heads: int = 0, merged: Sequence[Merged] = ()) -> None:
        """Without empty rows and columns, and all equally long. `merged` may grow as `rows` is read."""
        taken: list[tuple[str, ...]] = []
        characters = 0
        for index, row in enumerate(rows):
            self.account.row(index, len(row))
            characters += sum(map(len, row))
            self.account.held(characters)  # before the text of a cell that spans others is there so many times
            taken.append(tuple(map(cleaned, row)))
        if table := compact(taken, heads, merged):
            self._add(table, sum(len(cell) for row in table.rows for cell in row))

    def end_page(self, label: str = "") -> None:
        """What was collected since the last one is a page, be it empty."""
        self.account.page()
        self._pages.append(Page(len(self._pages) + 1, tuple(self._blocks), label))
        self._blocks = []

    def done(self) -> tuple[tuple[Page, ...], tuple[str, ...]]:
        """Pages and assumptions."""
        if self._blocks or not self._pages:
            self.end_page()
        return tuple(self._pages), (*self._said, *(_of_pages(pages, of) for of, pages in self._here.items()))

    def _add(self, block: Block, characters: int) -> None:
        self.account.block(characters)
        self._blocks.append(block)


def _of_pages(pages: Sequence[int], sentence: str) -> str:
    named = [str(page) for page in pages[:_PAGES_NAMED]]
    if more := len(pages) - len(named):
        named.append(f"{more:,} more")
    *before, last = named
    return f"Page{'s' * (len(named) > 1)} {' and '.join(filter(None, (', '.join(before), last)))}: {sentence}"
