"""Many examples from outside: what is taken, what is there already, what is refused and why."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from ratchet_trainer.api.example_lines import MOST_LINES, TooManyLinesError, examples_in
from ratchet_trainer.collecting.collection import Collector, Served, Word
from ratchet_trainer.collecting.drafts import Refused
from ratchet_trainer.collecting.importing import Imported, Importing
from ratchet_trainer.collecting.imports import Brought, NothingToLearnError
from ratchet_trainer.collecting.learning import Learned
from ratchet_trainer.collecting.preparing import Prepared, prepare
from ratchet_trainer.collecting.sampling import Sampling
from ratchet_trainer.formats.checking import Fault
from ratchet_trainer.privacy.hashing import Hashes
from tests.unit.trainer.documents_in_memory import following
from tests.unit.trainer.make_data import NOW


@dataclass
class Kept:
    """Examples and answers in memory."""

    words: dict[UUID, Word] = field(default_factory=dict)

    async def write(self, words: Sequence[Word]) -> None:
        self.words |= {word.about.example_id: word for word in words}

    async def add(self, served: Sequence[Served]) -> None:
        raise AssertionError(f"Nothing is served here, and {served} was.")

    async def among(self, tenant: str, example_ids: Collection[UUID]) -> set[UUID]:
        return {one for one in example_ids if one in self.words and self.words[one].about.tenant == tenant}

    @property
    def refused(self) -> list[tuple[str, str]]:
        """Task and reason of each."""
        words = [word for word in self.words.values() if isinstance(word, Refused)]
        return sorted((word.about.task_type, str(word.reason)) for word in words)


async def _prepare(batch: Sequence[tuple[str, ...]]) -> list[Prepared]:
    return prepare(batch)


def row(**fields: Any) -> dict[str, Any]:
    return {"task_type": "summary", "document_text": "The report is late.", "target": "Late."} | fields


async def take(rows: Sequence[Any], kept: Kept, task_type: str | None = None, *, dry_run: bool = False) -> Imported:
    lines = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in rows]
    given = examples_in(b"\n".join(lines), "acme", task_type)
    collector = Collector(kept, kept, _prepare, Hashes(b"salt" * 8), Sampling(), following()[0])
    return await Importing(collector, kept, nobody_left).many("acme", given, NOW, dry_run=dry_run)


async def nobody_left(_tenant: str, _words: Sequence[Word]) -> None:
    """Nobody is forgotten here."""


async def test_what_is_good_is_taken_and_what_is_wrong_is_named_with_its_line() -> None:
    kept = Kept()
    found = await take(
        [
            row(),
            b"{",
            row(document_text=""),
            row(target="Call ann@example.com now.", document_text="Ring Ann."),
            row(task_type="nonsense"),
            row(task_type="classification", labels=["yes", "no"], target="perhaps"),
            row(document_text="ann@example.com"),
            b"",
            b'"text"',
            b'{"target": "\xff"}',
            row(colour="red"),
        ],
        kept,
    )
    assert (found.lines, found.taken, len(found.faults)) == (11, 2, 9)
    assert found.faults[0] == Fault(2, "it is no JSON.")
    reasons = {fault.line: fault.reason for fault in found.faults}
    assert "document_text" in reasons[3]
    assert "known are summary" in reasons[5]
    assert reasons[6] == "its target is none of its labels."
    assert reasons[7] == "nothing but private data is in its document or in its target."
    assert reasons[9] == "it is no JSON object."
    assert reasons[10] == "it is not UTF-8."
    assert "colour" in reasons[11]
    assert (found.by_task, found.pii_found["EMAIL"]) == ({"summary": 2}, 1)
    assert {word.example.target for word in kept.words.values() if isinstance(word, Learned)} >= {"Late."}


async def test_a_dry_run_says_the_same_and_stores_nothing() -> None:
    kept, rows = Kept(), [row(), row(), row(target="Delayed."), b"{"]
    dry = await take(rows, kept, dry_run=True)
    assert kept.words == {}
    assert await take(rows, kept) == dry
    assert (dry.taken, dry.already_there, len(dry.faults)) == (2, 1, 1)


async def test_what_was_refused_is_counted_once_by_task_and_reason() -> None:
    rows = [
        b"{",
        b"[1]",
        b"",
        '{"task_type": "qa"}'.encode("utf-16-le"),
        row(task_type="nonsense"),
        row(target=7),
        row(target=""),
        row(document_text="ann@example.com"),
        {"messages": []},
    ]
    kept = Kept()
    assert (await take(rows, kept, dry_run=True)).lines == 9
    assert kept.words == {}
    for _ in range(2):
        assert len((await take(rows, kept)).faults) == 9
    assert kept.refused == [
        ("chat", "wrong_turns"),
        ("none", "no_json"),
        ("none", "no_json"),
        ("none", "no_json"),
        ("none", "wrong_encoding"),
        ("none", "wrong_fields"),
        ("summary", "empty_after_scrubbing"),
        ("summary", "no_target"),
        ("summary", "wrong_fields"),
    ]
    await take([b"{"], kept, "qa")
    assert ("qa", "no_json") in kept.refused


async def test_one_that_is_refused_is_counted_too() -> None:
    kept = Kept()
    collector = Collector(kept, kept, _prepare, Hashes(b"salt" * 8), Sampling(), following()[0])
    importing = Importing(collector, kept, nobody_left)
    for target in ("", "ann@example.com"):
        with pytest.raises(NothingToLearnError):
            await importing.one(Brought(tenant="acme", task_type="qa", document="Who?", target=target), NOW)
    assert kept.refused == [("qa", "empty_after_scrubbing"), ("qa", "no_target")]


async def test_what_a_line_lacks_is_said_in_words_of_its_own() -> None:
    rows = [row(target=7), row(target=None), row(target=["a", 7]), row(target="x" * 200_001), b" ", b"\xe9", b"\0{}"]
    said = [fault.reason for fault in (await take(rows, Kept())).faults]
    assert said[:3] == ["target: it must be a text, or a list of texts."] * 3
    assert said[3] == "target: string should have at most 200000 characters."
    assert said[4:6] == ["it is empty.", "it is not UTF-8."]
    assert "UTF-16" in said[6]


@pytest.mark.parametrize("target", ["", "  ", [], ["", " "]])
@pytest.mark.parametrize("labels", [[], ["yes", "no"]])
async def test_an_empty_target_of_labels_is_said_to_be_empty(target: object, labels: list[str]) -> None:
    kept = Kept()
    found = await take([row(task_type="classification", labels=labels, target=target)], kept)
    assert found.faults == [Fault(1, "its target is empty.")]
    assert kept.refused == [("classification", "no_target")]


async def test_a_document_of_blanks_is_said_to_be_empty_and_one_of_private_data_is_not() -> None:
    kept = Kept()
    found = await take(
        [row(document_text="   "), row(document_text="\n\u00a0"), row(document_text="a@example.com")], kept
    )
    assert [fault.reason for fault in found.faults] == [
        "its document is empty.",
        "its document is empty.",
        "nothing but private data is in its document or in its target.",
    ]
    assert [reason for _, reason in kept.refused] == ["empty_after_scrubbing", "empty_document", "empty_document"]


async def test_a_mark_of_the_byte_order_is_read_over() -> None:
    assert (await take([b"\xef\xbb\xbf" + json.dumps(row()).encode()], Kept())).taken == 1


async def test_sent_again_nothing_is_taken_twice() -> None:
    kept = Kept()
    assert (await take([row()], kept)).taken == 1
    again = await take([row(), row(target="Delayed.")], kept)
    assert (again.taken, again.already_there) == (1, 1)


async def test_the_files_of_tuning_platforms_are_understood() -> None:
    asked = {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}]}
    line = {"messages": [*asked["messages"], {"role": "assistant", "content": "Because."}]}
    more = {"messages": [*line["messages"], {"role": "user", "content": "And?"}, {"role": "assistant", "content": "."}]}
    kept = Kept()
    found = await take([line, asked, more], kept, "qa")
    assert (found.taken, found.by_task) == (1, {"qa": 1})
    assert [fault.line for fault in found.faults] == [2, 3]
    assert "several turns" in found.faults[1].reason
    (word,) = (word for word in kept.words.values() if isinstance(word, Learned))
    assert kept.refused == [("qa", "wrong_turns")] * 2
    assert (word.example.document, word.example.target) == ("Why?", "Because.")


async def test_a_task_that_is_named_for_all_gives_way_to_a_lines_own() -> None:
    nameless = {name: value for name, value in row().items() if name != "task_type"}
    found = await take([nameless, row(task_type="qa")], Kept(), "report")
    assert found.by_task == {"report": 1, "qa": 1}
    assert "task_type" in (await take([nameless], Kept())).faults[0].reason


def test_too_many_lines_for_one_request_are_refused_and_an_end_of_the_last_one_is_no_line() -> None:
    line = json.dumps(row()).encode() + b"\r\n"
    assert len(examples_in(line * 3, "acme", None)) == 3
    assert isinstance(examples_in(line, "acme", None)[0], Brought)
    assert examples_in(b"", "acme", None) == []
    with pytest.raises(TooManyLinesError, match="send them in parts"):
        examples_in(line * (MOST_LINES + 1), "acme", None)


@pytest.mark.parametrize(
    ("roles", "why"),
    [
        (("user", "system", "assistant"), "message 2 is the system's"),
        (("system", "user", "system", "assistant"), "message 3 is the system's"),
        (("user", "tool", "assistant"), "message 2 is the tool's"),
        (("system", "assistant", "user"), "its first message is the assistant's"),
    ],
)
async def test_a_conversation_in_the_wrong_order_is_refused_and_not_put_in_order(
    roles: Sequence[str], why: str
) -> None:
    kept = Kept()
    found = await take([{"messages": [{"role": role, "content": "words"} for role in roles]}], kept)
    assert (found.taken, kept.refused) == (0, [("chat", "wrong_turns")])
    assert why in found.faults[0].reason


async def test_a_file_whose_lines_end_with_cr_alone_is_said_to_be_one() -> None:
    found = await take([b"\r".join(json.dumps(row(target=text)).encode() for text in ("Late.", "Delayed."))], Kept())
    assert (found.lines, found.taken) == (1, 0)
    assert "save the file with LF or CR LF" in found.faults[0].reason
