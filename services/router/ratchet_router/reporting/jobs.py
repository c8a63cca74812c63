"""What a process that makes reports is asked, and what it answers: one job a process, both as msgpack."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from ratchet_router.reporting.chosen import Chosen
from ratchet_router.reporting.computed import Computed
from ratchet_router.reporting.record import Made
from ratchet_router.reporting.told import Told
from ratchet_router.reporting.wanted import Wanted


class ToCompute(msgspec.Struct, frozen=True, tag_field="job", tag="compute"):
    """`choice` None: rules choose."""

    wanted: Wanted
    choice: Chosen | None = None


class ToWrite(msgspec.Struct, frozen=True, kw_only=True, tag_field="job", tag="write"):
    report_id: UUID
    wanted: Wanted
    computed: Computed
    told: Told | None
    warned: tuple[str, ...]
    now: datetime


class HasComputed(msgspec.Struct, frozen=True, tag_field="job", tag="computed"):
    computed: Computed


class HasWritten(msgspec.Struct, frozen=True, tag_field="job", tag="written"):
    """`pages` by the names under which they are kept."""

    made: Made
    pages: Mapping[str, bytes]


class HasRefused(msgspec.Struct, frozen=True, tag_field="job", tag="refused"):
    """`type` is stable; the sentence is for whoever asked for the report."""

    type: str
    sentence: str


Job = ToCompute | ToWrite
Done = HasComputed | HasWritten | HasRefused
encoded = msgspec.msgpack.Encoder().encode
job_of = msgspec.msgpack.Decoder(Job).decode
done_of = msgspec.msgpack.Decoder(Done).decode
