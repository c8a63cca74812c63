"""What is known of a document, by which a question may mean it."""

from dataclasses import dataclass, field

from ratchet_documents.asked_spoken import Spoken
from ratchet_documents.metadata.dates import day_of


@dataclass(frozen=True, slots=True)
class About:
    """`period` as `2022-Q3`, `period_end` as `2022-06-25`; empty: not known. `periods`: all that it has figures of, as
    columns say it. `held`: of minutes, the day of the meeting (`2026-03-12`). `file`: the name that it was sent in by.
    `spoken`: its times, read once: each document is looked at for each question.
    """

    document_id: str
    title: str
    company: str = ""
    period: str = ""
    period_end: str = ""
    periods: tuple[str, ...] = ()
    held: str = ""
    file: str = ""
    spoken: Spoken = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        periods = tuple(dict.fromkeys(its for its in (self.period, *self.periods) if its))
        object.__setattr__(self, "spoken", Spoken(periods, day_of(self.period_end), day_of(self.held)))
