"""Which language do a few words ask for? A code, or a language's name in English or in the language itself. Pure."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

NAMES: Final = Path(__file__).parent / "language_names.toml"
NOT_TOLD: Final = ""
SEVERAL: Final = "mul"  # as ISO 639-2 has it

_CODE = re.compile(r"([a-z]{2})(?:[-_][a-z0-9]{2,8})*", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=1024)
def asked_language(words: str) -> str:
    """ISO 639-1; NOT_TOLD where no language is named ("the language of the text"), SEVERAL where more than one is."""
    said = words.strip()
    code = _CODE.fullmatch(said)
    if code is not None and code[1].lower() in _by_name().values():
        return code[1].lower()
    found = {_by_name()[word] for word in _WORD.findall(said.lower()) if word in _by_name()}
    return SEVERAL if len(found) > 1 else next(iter(found), NOT_TOLD)


@cache
def _by_name() -> Mapping[str, str]:
    listed: dict[str, str] = tomllib.loads(NAMES.read_text(encoding="utf-8"))
    return {name: code for code, names in listed.items() for name in names.split()}
