"""The footnotes and endnotes of a DOCX, by the marks that refer to them."""

import zipfile
from typing import Final

from lxml import etree

from ratchet_documents.limits import Account
from ratchet_documents.word_styles import W
from ratchet_documents.zips import elements

_PARTS: Final = {"footnote": "word/footnotes.xml", "endnote": "word/endnotes.xml"}
_LEFT_OUT: Final = frozenset(W + tag for tag in ("del", "moveFrom"))


class Notes:
    def __init__(self, texts: dict[tuple[str, str], str]) -> None:
        self._texts = texts

    def of(self, mark: etree._Element) -> str:
        """What stands in the note that a `footnoteReference` or `endnoteReference` means; nothing where none does."""
        kind = mark.tag.removeprefix(W).removesuffix("Reference")
        return self._texts.get((kind, mark.get(W + "id", "")), "")


def notes_of(archive: zipfile.ZipFile, account: Account) -> Notes:
    """Raises RefusedError."""
    texts: dict[tuple[str, str], str] = {}
    held = 0
    for kind, name in _PARTS.items():
        if name not in archive.namelist():
            continue
        with archive.open(name) as part:
            for note in elements(part, account, _is_note):
                # Lines between text and notes are kept as notes, too, of a type that others lack.
                if note.get(W + "type") is None and (text := _text(note)):
                    held += len(text)
                    account.held(held)
                    texts[kind, note.get(W + "id", "")] = text
    return Notes(texts)


def _is_note(element: etree._Element, depth: int) -> bool:
    return depth == 2 and element.tag in (W + "footnote", W + "endnote")


def _text(note: etree._Element) -> str:
    parts = []
    for paragraph in note.iter(W + "p"):
        said = [
            (one.text or "") if one.tag == W + "t" else " "
            for one in paragraph.iter(W + "t", W + "tab", W + "br")
            if not any(above.tag in _LEFT_OUT for above in one.iterancestors())
        ]
        parts.append("".join(said))
    return " ".join(" ".join(parts).split())
