"""Parts of a page of Markdown. No name in them is a heading, a link, an image or a tag. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from ratchet_common.legible import legible
from ratchet_common.pages.page import Table

SPECIAL: Final = str.maketrans({letter: f"\\{letter}" for letter in "|\\`[]*_~@&"} | {"<": "&lt;"})
LINKS: Final = re.compile(r"(?P<before>https?|ftp|www)(?P<sign>[:.])", re.IGNORECASE)  # GitHub makes links of bare ones


def plain(text: str) -> str:
    return LINKS.sub(r"\g<before>\\\g<sign>", legible(text).translate(SPECIAL))


def table(rows: Table) -> str:
    lines = [rows[0], tuple("---" for _ in rows[0]), *rows[1:]]
    return "\n".join(f"| {' | '.join(map(plain, line))} |" for line in lines)


def items(texts: Sequence[str]) -> str:
    return "\n".join(f"- {plain(text)}" for text in texts)
