"""With which words a model says that it does not do what it was asked to do: `refusals.toml`."""

import tomllib
from functools import cache
from pathlib import Path

import msgspec

FILE = Path(__file__).parent / "refusals.toml"


class Refusing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A clause that begins with one of `begins` and has one of `task`: next, or `anywhere` in it."""

    begins: tuple[str, ...]
    task: tuple[str, ...]
    anywhere: bool = False


class RefusalWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    polite: tuple[str, ...]
    links: tuple[str, ...]
    outright: tuple[str, ...]
    nothing_there: tuple[str, ...]
    given: tuple[str, ...]
    please: tuple[str, ...]
    give: tuple[str, ...]
    work: tuple[str, ...]
    to_work_on: tuple[str, ...]
    to_somebody: tuple[str, ...]
    verbs: frozenset[str]
    nouns: frozenset[str]
    fillers: frozenset[str]
    goes_on: frozenset[str]
    plans: tuple[str, ...]
    quoted: frozenset[str]
    unspaced_sorry: tuple[str, ...]
    unspaced_cannot: tuple[str, ...]
    refusing: tuple[Refusing, ...]


class Known(msgspec.Struct, frozen=True):
    """The words, and what follows from them: `asks` for input, `openings` of anything that may be a refusal."""

    words: RefusalWords
    asks: tuple[str, ...]
    openings: tuple[str, ...]


@cache
def refusal_words() -> Known:
    words = msgspec.convert(tomllib.loads(FILE.read_text(encoding="utf-8")), RefusalWords)
    asks = tuple(f"{please} {give}" for please in words.please for give in words.give)
    begins = tuple(begin for refusing in words.refusing for begin in refusing.begins)
    return Known(words, asks, (*words.polite, *words.links, *words.outright, *words.nothing_there, *asks, *begins))
