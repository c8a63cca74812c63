"""What a check looks at: an answer and all that it is held against."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

import msgspec

from ratchet_router.checking.lengths import ANY_LENGTH, Wanted

LONGEST_GIVEN, LONGEST_ANSWER = 200_000, 50_000  # characters: to look at more would hold up other requests


class Finding(NamedTuple):
    """What is wrong with an answer, in counts and places, never in its words: findings travel in events.

    `serious`: False only ever warns. `in_any_task`: it fails the answer even where the task would only warn.
    """

    detail: str
    serious: bool = True
    in_any_task: bool = False


class Passage(msgspec.Struct, frozen=True):
    """A piece of text that was given to the model to answer from; `name` and pages as it was shown them. Without
    `last_page` it is on one.
    """

    text: str
    name: str = ""
    page: int | None = None
    last_page: int | None = None

    @property
    def pages(self) -> range:
        if self.page is None:
            return range(0)
        return range(self.page, max(self.page, self.last_page or 0) + 1)


class Subject(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """`schema`: the JSON Schema that the answer was asked to follow, as JSON. `instructions`: the system's words and
    the template's, without the document. `numbered`: how many texts of the document were given under a number.
    `language`: the one that was asked for (ISO 639-1), empty for the document's. `looked_up`: documents were to be
    looked into, and nothing was given to read: no reference to a passage can be right. `picked`: whoever answered
    said in which places of what was read the answer stands, or what it was reckoned from. `elsewhere`: none of the
    question's names, or none of its years, stands in what was read.
    """

    task_type: str
    output: str
    items: tuple[str, ...] | None = None
    label: str | None = None
    labels: tuple[str, ...] = ()
    document: str = ""
    numbered: int = 0
    question: str = ""
    context: tuple[Passage, ...] = ()
    looked_up: bool = False
    picked: bool = False
    elsewhere: bool = False
    schema: bytes = b""
    language: str = ""
    length: Wanted = ANY_LENGTH
    instructions: str = ""
    finish_reason: str = ""

    @cached_property
    def text(self) -> str:
        """What the answer says: of a JSON document its values, one a line; else all of it."""
        if self.output.lstrip()[:1] not in ("{", "["):
            return self.output
        try:
            return "\n".join(_values(msgspec.json.decode(self.output)))
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            return self.output

    @cached_property
    def given(self) -> str:
        """All that the answer may draw on."""
        passages = [f"{passage.name}\n{passage.text}" for passage in self.context]
        return "\n".join([self.document, *passages, self.question, *self.labels])

    @property
    def too_long(self) -> bool:
        """For the checks that read all of it."""
        return len(self.given) > LONGEST_GIVEN or len(self.output) > LONGEST_ANSWER


def _values(said: Any) -> Iterator[str]:
    """Depth is bounded by the decoder's."""
    if isinstance(said, dict):
        said = list(said.values())
    if isinstance(said, list):
        for one in said:
            yield from _values(one)
    elif said is not None and not isinstance(said, bool):
        yield str(said)
