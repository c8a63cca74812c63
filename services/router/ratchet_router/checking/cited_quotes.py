"""Do the words that an answer quotes from a passage, `[2: "the words"]`, stand in that very passage? Pure."""

import re
from typing import Final

from ratchet_router.checking.subject import Subject
from ratchet_router.citations import plain, stands_in_plain

_CITED: Final = re.compile(r"\[(?:(?P<number>\d{1,3}): ?)?[\"\u201c](?P<words>[^\"\u201c\u201d\]]{1,1000})[\"\u201d]\]")


def not_where_cited(subject: Subject) -> list[int]:
    """Where such a quote is in the answer's text. Without passages nothing is looked at: other checks do."""
    if not subject.context or not _CITED.search(subject.text):
        return []
    texts = [plain(passage.text) for passage in subject.context]
    return [found.start() for found in _CITED.finditer(subject.text) if not _stands(found, texts)]


def _stands(found: re.Match[str], texts: list[str]) -> bool:
    if not found["number"]:
        return any(stands_in_plain(found["words"], text) for text in texts)
    number = int(found["number"])
    return 1 <= number <= len(texts) and stands_in_plain(found["words"], texts[number - 1])
