import tomllib

import pytest

from ratchet_router.checking.asked_language import NAMES, NOT_TOLD, SEVERAL, asked_language
from ratchet_router.checking.language import can_be_told
from tests.unit.router.checking.test_language import TEXTS

LISTED = tomllib.loads(NAMES.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("German", "de"),
        ("deutsch", "de"),
        ("British English", "en"),
        ("pt-BR", "pt"),
        ("zh_Hant", "zh"),
        ("FR", "fr"),
        ("Norsk", "no"),
        ("日本語", "ja"),
        ("plain Estonian", "et"),
        ("English and French", SEVERAL),
        ("the language of the text", NOT_TOLD),
        ("the language that it is written in", NOT_TOLD),
        ("Python", NOT_TOLD),
        ("xx", NOT_TOLD),
        ("", NOT_TOLD),
    ],
)
def test_a_language_is_named_by_its_code_or_its_name(words: str, language: str) -> None:
    assert asked_language(words) == language


def test_no_name_stands_for_two_languages_and_all_are_small() -> None:
    names = [name for its in LISTED.values() for name in its.split()]
    assert len(set(names)) == len(names)
    assert [name for name in names if name != name.lower()] == []


def test_all_that_can_be_told_apart_have_a_name() -> None:
    assert [code for code in TEXTS if code not in LISTED] == []
    assert can_be_told("de")
    assert not can_be_told("et")
