"""What is known of a document, by which a question may mean it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class About:
    """`period` as `2022-Q3`, `period_end` as `2022-06-25`; empty: not known. `periods`: all that it has figures of, as
    columns say it. `held`: of minutes, the day of the meeting (`2026-03-12`). `file`: the name that it was sent in by.
    """

    document_id: str
    title: str
    company: str = ""
    period: str = ""
    period_end: str = ""
    periods: tuple[str, ...] = ()
    held: str = ""
    file: str = ""
