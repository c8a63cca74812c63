"""Which encoding bytes are in that are no UTF-8, by the letters that come out: those of one language, in words as it
has them. Pure.

Where several do, the commoner comes first; where none does, nobody knows.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

SURE: Final = 0.85  # of what is not ASCII is as a language has it
TELLING: Final = 4  # bytes beyond ASCII; fewer are taken for Latin letters
FOREIGN: Final = 0.8  # of the letters of a word: more of them with accents, and it is no word in Latin letters
SHORT: Final = 4  # letters of a word of which that may be said

_LAST: Final = frozenset("ςםןץףך")  # forms of letters that end a word
_WORD: Final = re.compile(r"[^\W\d_]+")
_MARKS: Final = frozenset("’‘“”„‚–—…€£§°«»•·©®™½¼¾²³ºª№¿¡\xa0´×±µ")
_LATIN: Final = {
    "cp1252": (
        *("äöüß", "éèàùâêîôûçëïüÿœæ", "áéíóúñü", "ãõâêôáéíóúàç", "àèéìíòóù", "åäöé", "æøåéó", "äöåéšž", "áéíóúýðþæö"),
        *("äëïöüéèáóíú", "àéèíïóòúüç"),
    ),
    "cp1250": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž"),
    "cp1254": ("çğıöşüâîûİ",),
    "cp1257": ("āčēģīķļņšūž", "ąčęėįšųūž", "äöõüšž"),
}
_SAME: Final = {"cp1250": ("iso8859-2",), "cp1252": ("cp850", "mac-roman")}  # for the same languages
_SCRIPTS: Final = (  # what is Hebrew could be Cyrillic as well, and not the other way
    ("cp1255", "אבגדהוזחטיךכלםמןנסעףפץצקרשת", "יוהלאמרתבש"),
    ("cp1251", "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў", "оеаинтсрвл"),
    ("koi8-r", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "оеаинтсрвл"),
    ("cp866", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "оеаинтсрвл"),
    ("cp1253", "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ", "αοιετσνηρπ"),
    ("cp1256", "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي", "اليمونترةب"),
)
# The first bytes of what is in daily use, of all that an encoding of the East has.
_EASTERN: Final = (
    ("cp932", ((0x81, 0x84), (0x88, 0x97)), 0x40),
    ("cp949", ((0xA1, 0xA3), (0xB0, 0xC8)), 0xA1),
    ("euc-jp", ((0xA1, 0xA5), (0xB0, 0xCF)), 0xA1),
    ("gb18030", ((0xA1, 0xA3), (0xB0, 0xD7)), 0xA1),
    ("big5", ((0xA1, 0xA3), (0xA4, 0xC6)), 0x40),
)
_MANY: Final = 12  # different signs
_KANA: Final = re.compile("[\u3041-\u30ff]")


@dataclass(frozen=True, slots=True)
class Guess:
    name: str
    share: float  # of what is not ASCII that is as a language has it
    others: tuple[str, ...] = ()  # in which it looks like a language as well, another text in each


def likeliest(sample: bytes) -> Guess | None:
    """None: in no encoding that is known here does it look like a language."""
    guesses = [one for one in _guesses(sample) if one.share >= SURE]
    if not guesses:
        return None
    found = max(guesses, key=lambda one: one.share)
    return replace(found, others=_others(found, guesses, sample))


def _others(found: Guess, guesses: Iterable[Guess], sample: bytes) -> tuple[str, ...]:
    """Encodings of the East share their bytes: kanji without kana are signs of Korean and Chinese too."""
    eastern = {name for name, *_ in _EASTERN}
    if found.name not in eastern:
        return ()
    text = _decoded(sample, found.name)
    names = (one.name for one in guesses if one.name in eastern)
    return tuple(name for name in names if name != found.name and _decoded(sample, name) != text)


def _guesses(sample: bytes) -> Iterator[Guess]:
    """The commoner first, which goes before others that are as likely."""
    yield from _latin_guesses(sample, ((name, name) for name in _LATIN))
    if sum(byte > 0x7F for byte in sample) >= TELLING:
        yield from _guesses_of_scripts(sample)
    yield from _latin_guesses(sample, ((other, name) for name, others in _SAME.items() for other in others))


def _latin_guesses(sample: bytes, names: Iterable[tuple[str, str]]) -> Iterator[Guess]:
    """`names`: of an encoding, and of that whose languages it is for as well."""
    for name, languages_of in names:
        if text := _decoded(sample, name):
            yield Guess(name, max(_share(text, _latin(alphabet)) for alphabet in _LATIN[languages_of]))


def _guesses_of_scripts(sample: bytes) -> Iterator[Guess]:
    for name, alphabet, common in _SCRIPTS:
        if text := _decoded(sample, name):
            yield Guess(name, _share(text, _own(alphabet)) * _usual(text, common))
    for name, rows, second in _EASTERN:
        if text := _decoded(sample, name):
            yield Guess(name, _eastern(text, name, rows, second))


def _decoded(sample: bytes, name: str) -> str:
    try:
        return sample.decode(name)
    except UnicodeDecodeError:
        return ""


def _share(text: str, is_word: Callable[[str], bool]) -> float:
    """Of what is not ASCII: marks that texts have, and letters in words that are as they should be."""
    every = sum(letter > "\x7f" for letter in text)
    good = sum(letter in _MARKS for letter in text)
    for word in _WORD.findall(text):
        accents = sum(letter > "\x7f" and letter not in _MARKS for letter in word)
        if accents and is_word(word):
            good += accents
    return good / every if every else 0.0


def _latin(alphabet: str) -> Callable[[str], bool]:
    letters = frozenset(alphabet + alphabet.upper())

    def is_word(word: str) -> bool:
        accents = [letter for letter in word if letter > "\x7f"]
        if len(word) >= SHORT and len(accents) > FOREIGN * len(word):
            return False
        return letters.issuperset(accents) and _cased(word)

    return is_word


def _own(alphabet: str) -> Callable[[str], bool]:
    letters = frozenset(alphabet + alphabet.upper())
    return lambda word: letters.issuperset(word) and _cased(word) and _LAST.isdisjoint(word[:-1])


def _cased(word: str) -> bool:
    """Small, large, or large at its beginning."""
    return word.islower() or word.isupper() or word[1:].islower() or word == word.swapcase()


def _usual(text: str, common: str) -> float:
    """1 where the commonest letters of the script are as common as they are; less where they are rare."""
    letters = [letter for letter in text.casefold() if letter > "\x7f" and letter.isalpha()]
    share = sum(letter in common for letter in letters) / len(letters) if letters else 0.0
    return 0.8 + 0.2 * min(1.0, share / 0.5)


def _eastern(text: str, name: str, rows: Sequence[tuple[int, int]], second: int) -> float:
    every = good = 0
    for word in re.findall(r"[^\x00-\x7f]+", text):
        for sign in word:
            coded = sign.encode(name)
            every += 1
            good += len(coded) == 2 and coded[1] >= second and any(low <= coded[0] <= high for low, high in rows)
    share = good / every if every else 0.0
    mixed = len(re.findall(r"[A-Za-z][^\x00-\x7f](?=[A-Za-z])", text))
    share -= mixed / every if every else 0.0
    return share if name != "euc-jp" or _is_japanese(text) else share * (SURE + 1) / 2


def _is_japanese(text: str) -> bool:
    """It has kana, or so many signs that they would be others as well if they were Chinese, whose encoding has all of
    these bytes.
    """
    return bool(_KANA.search(text)) or len({sign for sign in text if sign > "\x7f"}) >= _MANY
