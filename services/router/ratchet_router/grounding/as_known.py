"""Of which of a tenant's companies and documents a question or a filter speaks, by names and times. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from ratchet_documents.asked_about import of_periods
from ratchet_documents.asked_companies import called, companies_named, short_name
from ratchet_documents.asked_documents import About
from ratchet_retrieval import Where

NO_COMPANY: Final = "The filter leaves no document: there is none of "
NO_PERIOD: Final = (
    "The filter leaves no document: none that the other fields leave has a period of {periods}, in its name, its "
    "columns or the day of its meeting."
)


def as_they_are_named(where: Where, known: Sequence[About]) -> Where:
    """Companies by the names that the documents have for them: `Apple` is `Apple Inc.`, `Voltarin` is
    `Voltarin Energie SE`.
    """
    if where.companies is None:
        return where
    asked = _called(where.companies, known)
    named = {one.company for one in known if short_name(one.company) in asked}
    return replace(where, companies=tuple(sorted(named.union(where.companies))))


def as_known(where: Where, known: Sequence[About]) -> Where:
    """With companies as documents name them, and in place of periods the documents that tell of them: `FY2023` those of
    the year, or else of its quarters. Where there is none, the periods stay, and nothing is found.
    """
    where = as_they_are_named(where, known)
    if where.periods is None:
        return where
    fitting = [one for one in known if _fits(one, where)]
    found = tuple(one.document_id for one in of_periods(fitting, where.periods))
    return replace(where, documents=found, periods=None) if found else where


def leaves_none(where: Where, known: Sequence[About]) -> tuple[str, ...]:
    """In a sentence why a filter leaves none of the known documents; empty where it leaves some. By companies and
    periods: of what type they are is not known here.
    """
    where = as_they_are_named(where, known)
    fitting = [one for one in known if _fits(one, where)]
    if known and where.companies is not None and not fitting:
        named = not_here(where.companies, known)
        return (f"{NO_COMPANY}{', '.join(named)}.",) if len(named) == len(where.companies) else ()
    if fitting and where.periods is not None and not of_periods(fitting, where.periods):
        return (NO_PERIOD.format(periods=" or ".join(where.periods)),)
    return ()


def types_alone(where: Where) -> tuple[str, ...]:
    return (
        (f"Only documents of the type {' or '.join(where.document_types)} are searched.",)
        if where.document_types
        else ()
    )


def _fits(one: About, where: Where) -> bool:
    documents, companies = where.documents, where.companies
    return (documents is None or one.document_id in documents) and (companies is None or one.company in companies)


def ids_named(question: str, known: Sequence[About]) -> tuple[str, ...]:
    """Of the companies that it names, as graphs have them: `company:voltarin energie`."""
    ours = companies_named(question, (one.company for one in known)).ours
    return tuple(f"company:{name}" for name in sorted(ours))


def not_here(names: Collection[str], known: Sequence[About]) -> tuple[str, ...]:
    """Those of a filter of which there is no document."""
    return tuple(name for name in names if not _called([name], known))


def _called(names: Collection[str], known: Sequence[About]) -> set[str]:
    calls = called(frozenset(short_name(one.company) for one in known) - {""})
    return {its for one in names for its in calls.get(short_name(one), ())}
