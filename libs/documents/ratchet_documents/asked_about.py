"""Which documents a question is about: by the companies, the periods and the titles that it names. Pure.

`the latest report` is, of each company, the document whose period ends last; `the latest plan` may also stand in notes
that are of no period. What is named and is not there narrows nothing, and is said: an answer out of other documents
would be of something else.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ratchet_documents.asked_companies import Named, companies_named, short_name
from ratchet_documents.asked_documents import About
from ratchet_documents.asked_latest import is_of_the_latest, the_latest_of
from ratchet_documents.asked_meetings import Minutes, asks_of_a_meeting, days_without_minutes, of_the_day, the_latest
from ratchet_documents.asked_times import Time, a_year_later, period_of, span, times_in
from ratchet_documents.asked_titles import stem, titled


@dataclass(frozen=True, slots=True)
class Narrowed:
    """`documents` None: nothing was named by which to choose. `reasons`: what was, in sentences.

    `unheard`: names of which there is no document, where no other is named: who does not speak of them answers nothing.
    `named`: those of `documents` that are meant one by one, by title, file or day, whatever words they have.
    """

    documents: tuple[str, ...] | None
    reasons: tuple[str, ...]
    unheard: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


def asked_about(question: str, known: Sequence[About]) -> Narrowed:
    named = companies_named(question, (one.company for one in known))
    ours = [one for one in known if short_name(one.company) in named.ours] if named.ours else []
    found, beside, reasons = list(known), list[About](), list[str]()
    if by_title := titled(question, known, named):
        found = by_title
        reasons += dict.fromkeys(f"The question names the document {one.title}." for one in by_title)
    if its := _both(found, ours):
        found = its
        if not by_title:
            reasons.append(_ended(f"The question names {_listed(one.company for one in its)}"))
            beside = _minutes_of_nobody(question, known)
            reasons += ["Minutes that are of no company are searched as well."] if beside else []
    reasons += taken_for(named, (one.company for one in ours))
    reasons += [f"No document of {name} is here." for name in named.unknown]
    if ours:
        reasons += [f"If {name} is a company: no document of it is here." for name in named.maybe]
    own, others = _minutes(found), _minutes(beside)
    found = [*found, *beside]
    reasons += [f"There are no minutes of {day}." for day in days_without_minutes(question, [*own, *others])]
    if met := of_the_day(question, [*own, *others]) or [*the_latest(question, own), *the_latest(question, others)]:
        of_them = {one.document_id for one in met}
        found = [one for one in found if one.document_id in of_them]
        reasons += [f"The question is about the minutes of {_listed(one.held for one in met)}."]
    elif times := times_in(question):
        found, said = _of_times(found, times, {short_name(one.company) for one in ours})
        reasons += [] if by_title else said
    elif is_of_the_latest(question) and not by_title:
        found, why = the_latest_of(found, question)
        reasons.append(why)
    unheard = () if ours or by_title else (*named.unknown, *named.maybe)
    return Narrowed(
        _ids(found) if len(found) < len(known) else None,
        tuple(reasons),
        unheard,
        _ids(found) if by_title or met else (),
    )


def taken_for(named: Named, companies: Iterable[str]) -> list[str]:
    """Sentences on names that the question misspells. `companies`: as the documents have them."""
    by_short = {short_name(one): one for one in companies}
    return [
        f"No company {written} is known: it is taken for {by_short[name]}, which is a letter away."
        for written, name in named.misspelt
        if name in by_short
    ]


def of_periods(known: Sequence[About], periods: Iterable[str]) -> list[About]:
    """Those that a filter of periods (`2023-Q3`, `2023-05`, `FY2023`) leaves: of each company those of that very time,
    else those that reach into it, else those of a year later. None where there are none, or it is no period.
    """
    times = [Time(name, *days) for name in map(period_of, periods) if (days := span(name))]
    of_one = _by_company(known).values()
    taken = {one.document_id for time in times for documents in of_one for one in _of_time(documents, time)[0]}
    return [one for one in known if one.document_id in taken]


def _minutes_of_nobody(question: str, known: Iterable[About]) -> list[About]:
    """In which a company may have been spoken of, where the question asks what was."""
    return [one for one in known if one.held and not one.company] if asks_of_a_meeting(question) else []


def _minutes(documents: Iterable[About]) -> list[Minutes]:
    return [Minutes(one.document_id, one.title, one.held, stem(one.file)) for one in documents if one.held]


def _both(found: Iterable[About], ours: Iterable[About]) -> list[About]:
    ids = {one.document_id for one in ours}
    return [one for one in found if one.document_id in ids]


def _of_times(found: list[About], times: Sequence[Time], named: set[str]) -> tuple[list[About], list[str]]:
    """Those that speak of one of them at least; with sentences. A company that is named stays, if none of its do."""
    of_one = _by_company(found)
    taken: dict[str, About] = {}
    there, missing = list[str](), list[str]()
    without, beside = set[str](), list[str]()
    for time in times:
        its = {name: _of_time(documents, time) for name, documents in of_one.items()}
        (there if any(documents for documents, _ in its.values()) else missing).append(time.name)
        taken |= {one.document_id: one for documents, _ in its.values() for one in documents}
        if not any(own for _, own in its.values()) and time.name in there:
            beside.append(time.name)
    if not taken:
        return found, [
            f"The question is about {_listed(missing)}, of which no document is known: all periods are searched."
        ]
    for name in sorted(named):
        if not any(one.document_id in taken for one in of_one.get(name, ())):
            taken |= {one.document_id: one for one in of_one.get(name, ())}
            without |= {one.company for one in of_one.get(name, ())}
    taken |= {one.document_id: one for one in found if any(map(one.spoken.looks_back_on, times))}
    if any(time.loose for time in times):
        taken |= {one.document_id: one for one in found if not (one.period or one.period_end or one.held)}
    said = [f"The question is about {_listed(there)}."]
    if beside:
        said.append(
            f"No document is of {_listed(beside)} alone: those that tell it beside another period are searched."
        )
    if missing:
        said.append(f"No document is known of {_listed(missing)}.")
    if without:
        said.append(f"Of {_listed(without)} no document of that time is known: all of its are searched.")
    return [one for one in found if one.document_id in taken], said


def _of_time(documents: Sequence[About], time: Time) -> tuple[list[About], bool]:
    """Those of that very time, else those that reach into it, else those of a year later, which have the figures of the
    year before beside theirs. With whether they are of that very time.
    """
    own = [one for one in documents if one.spoken.is_of(time)]
    if own and not time.loose:
        return own, True
    if into := [one for one in documents if one.spoken.reaches_into(time)]:
        return into, bool(own) or time.loose
    later = a_year_later(time)
    return [
        one
        for one in documents
        if not one.held and (one.spoken.is_of(later) or (time.loose and one.spoken.reaches_into(later)))
    ], False


def _by_company(found: Iterable[About]) -> Mapping[str, list[About]]:
    """What is of no company is of nobody else's either."""
    of_one = defaultdict[str, list[About]](list)
    for one in found:
        of_one[short_name(one.company) or f"\n{one.document_id}"].append(one)
    return of_one


def _ended(sentence: str) -> str:
    """`Acme Inc.` has its full stop already."""
    return sentence if sentence.endswith(".") else f"{sentence}."


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names)))


def _ids(documents: Iterable[About]) -> tuple[str, ...]:
    return tuple(one.document_id for one in documents)
