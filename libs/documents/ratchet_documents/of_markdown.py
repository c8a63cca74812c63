"""Markdown, by CommonMark with tables; raw HTML inside it is left out, and said."""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ratchet_documents.collecting import Collected
from ratchet_documents.refusal import RefusedError

_SETTING = re.compile(r"[A-Za-z_][\w -]{0,60}:(?:\s|$)")
_COMMENTS = re.compile(r"\s*(?><!--.*?-->\s*)*+", re.S)
_NEW_LINE = re.compile(r"<br\s*/?>", re.I)
DEEPEST = 60  # levels of lists and quotations; a list has two
MOST = 2_000_000  # characters: they are parsed in one piece, which takes 180 bytes of memory for each


def read_markdown(pieces: Sequence[str], found: Collected) -> None:
    """Raises RefusedError."""
    if sum(map(len, pieces)) > MOST:
        raise RefusedError("too_large", f"A Markdown file may have {MOST:,} characters: split it.")
    text = "".join(pieces)
    if settings := _front_matter(text):
        found.assume("The settings between two lines `---` at the top are left out.")
        text = text[settings:]
    tokens = MarkdownIt("commonmark", {"maxNesting": DEEPEST + 1}).enable("table").parse(text)
    _Reading(tokens, found).all()


def _front_matter(text: str) -> int:
    """Where a block of settings at the top ends, which is not text; 0 where there is none, as below a line across."""
    if not text.startswith("---\n") or not _SETTING.match(text, 4):
        return 0
    end = text.find("\n---\n", 3, 20_000)
    return end + 5 if end >= 0 else 0


class _Reading:
    def __init__(self, tokens: Sequence[Token], found: Collected) -> None:
        self._tokens = tokens
        self._found = found
        self._lists = 0
        self._first = False  # of an item: its first paragraph is the item, later ones are paragraphs
        self._heading = 0
        self._rows: list[list[str]] | None = None
        self._heads = 0

    def all(self) -> None:
        for token in self._tokens:
            self._found.account.in_time()
            if token.level >= DEEPEST:  # what lies deeper the parser leaves out
                raise RefusedError("too_deep", "Lists and quotations are nested too deep.")
            self._take(token)

    def _take(self, token: Token) -> None:
        match token.type:
            case "heading_open":
                self._heading = int(token.tag[1:])
            case "bullet_list_open" | "ordered_list_open":
                self._lists += 1
            case "bullet_list_close" | "ordered_list_close":
                self._lists -= 1
            case "list_item_open":
                self._first = True
            case "inline":
                self._text(_plain(token))
            case "fence" | "code_block":
                self._found.paragraph(token.content)
            case "html_block":
                self._left_out(token.content)
            case _:
                self._take_of_table(token)

    def _take_of_table(self, token: Token) -> None:
        match token.type:
            case "table_open":
                self._rows, self._heads = [], 0
            case "tr_open":
                self._of_table().append([])
            case "thead_close":
                self._heads = len(self._of_table())
            case "table_close":
                self._found.table(self._of_table(), self._heads)
                self._rows = None
            case _:
                pass

    def _of_table(self) -> list[list[str]]:
        return self._rows if self._rows is not None else []

    def _text(self, text: str) -> None:
        if self._rows is not None:
            self._rows[-1].append(text)
        elif self._heading:
            self._found.heading(self._heading, text)
            self._heading = 0
        elif self._lists and self._first:
            self._found.item(self._lists - 1, text)
            self._first = False
        else:
            self._found.paragraph(text)

    def _left_out(self, html: str) -> None:
        comments = _COMMENTS.match(html)
        rest = html[comments.end() if comments else 0 :]
        if rest.startswith("<!--"):
            self._found.assume(
                "A comment in the Markdown is not closed: it is left out with all that stands behind it."
            )
        elif "<" in rest:
            self._found.assume("HTML inside the Markdown is left out.")
        else:
            self._found.paragraph(rest)


def _plain(token: Token) -> str:
    """What a reader sees of a line: links by their text, pictures by what stands for them."""
    shown = []
    for one in token.children or ():
        if one.type in ("text", "code_inline", "image"):
            shown.append(one.content)
        elif one.type in ("softbreak", "hardbreak") or _is_new_line(one):
            shown.append(" ")
    return "".join(shown)


def _is_new_line(token: Token) -> bool:
    return token.type == "html_inline" and _NEW_LINE.fullmatch(token.content) is not None
