"""The formats that datasets can be had in, by name."""

from collections.abc import Mapping
from typing import Final

from ratchet_trainer.formats.bedrock import CLAUDE, LLAMA, NOVA
from ratchet_trainer.formats.embedding import PAIRS
from ratchet_trainer.formats.format import Format
from ratchet_trainer.formats.gemini import GEMINI
from ratchet_trainer.formats.openai import OPENAI, PLAIN, PREFERENCE

FORMATS: Final[Mapping[str, Format]] = {
    one.name: one for one in (OPENAI, PREFERENCE, CLAUDE, NOVA, LLAMA, GEMINI, PLAIN, PAIRS)
}
