"""Facts of one bucket that came together, as one document: a store takes it nearly as fast as a single fact. Pure.

What comes again, in other company, lies there twice; who reads a bucket counts it once, as it was when it came first.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, Generic
from uuid import UUID

import msgspec
from bson import Binary

from ratchet_common.mongo import Document
from ratchet_monitor.filing import F, Filed
from ratchet_monitor.hours import BucketKey

MOST: Final = 500  # facts of one segment: some 200 kB
_encoder: Final = msgspec.msgpack.Encoder(uuid_format="bytes")


class Segments(Generic[F]):
    """`kind`: of the facts, whose own ids `id_of` tells."""

    def __init__(self, kind: type[F], id_of: Callable[[F], UUID]) -> None:
        self._decoder: msgspec.msgpack.Decoder[list[F]] = msgspec.msgpack.Decoder(list[kind])  # type: ignore[valid-type]
        self._id_of: Callable[[F], UUID] = id_of

    def of(self, filed: Filed[F], came_at: datetime) -> Iterator[tuple[BucketKey, Document]]:
        """The documents to be stored. The same facts that come again together make the same documents."""
        for bucket, its in filed.items():
            text = bucket.text
            for start in range(0, len(its), MOST):
                yield bucket, self._document(text, its[start : start + MOST], came_at)

    def facts_in(self, segment: Document) -> list[F]:
        return self._decoder.decode(segment["facts"])

    def once(self, facts: Iterable[F], seen: set[bytes]) -> Iterator[F]:
        """Those not yet `seen`, which is added to."""
        for fact in facts:
            own = self._id_of(fact).bytes
            if own not in seen:
                seen.add(own)
                yield fact

    def with_replaced(
        self, segment: Document, fields: Collection[str], before: str, after: str
    ) -> tuple[bytes, Sequence[F]]:
        """What the segment is to hold, where `after` stands in place of `before`, and the facts that change by it."""
        if before.encode() not in segment["facts"]:  # MessagePack has it as it is: most hold nothing of a person
            return segment["facts"], []
        changed: list[F] = []
        facts: list[F] = []
        for fact in self.facts_in(segment):
            told = {field: after for field in fields if getattr(fact, field) == before}
            facts.append(msgspec.structs.replace(fact, **told) if told else fact)
            if told:
                changed.append(facts[-1])
        return Binary(_encoder.encode(facts)), changed

    def _document(self, bucket: str, facts: Sequence[F], came_at: datetime) -> Document:
        ids = b"".join(self._id_of(fact).bytes for fact in facts)
        return {
            "_id": Binary(hashlib.blake2b(bucket.encode() + ids, digest_size=16).digest()),
            "bucket": bucket,
            "came_at": came_at,
            "rewritten": 0,
            "n": len(facts),
            "facts": Binary(_encoder.encode(facts)),
        }
