"""The examples' files: `chat` and `openai_preference` as the trainer writes them, and pairs for embeddings. Pure."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from ratchet_tuner.failing import CannotTuneError

Text = Annotated[str, msgspec.Meta(min_length=1)]


class Turn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    role: str
    content: str

    def spoken(self) -> dict[str, str]:
        """As chat templates read it."""
        return {"role": self.role, "content": self.content}


class Chat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    messages: Annotated[list[Turn], msgspec.Meta(min_length=2)]


class Asked(msgspec.Struct, frozen=True):
    messages: Annotated[list[Turn], msgspec.Meta(min_length=1)]


class Preference(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    input: Asked
    preferred_output: Annotated[list[Turn], msgspec.Meta(min_length=1, max_length=1)]
    non_preferred_output: Annotated[list[Turn], msgspec.Meta(min_length=1, max_length=1)]


class Related(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`positive`: the text that shall lie near `anchor`."""

    anchor: Text
    positive: Text


Row = TypeVar("Row", bound=msgspec.Struct)


def rows_of(path: Path, kind: type[Row]) -> list[Row]:
    """Raises CannotTuneError, which names the line and tells nothing of its text."""
    if not path.is_file():
        return []
    with path.open("rb") as lines:
        return _rows(path.name, lines, kind)


def _rows(name: str, lines: Iterable[bytes], kind: type[Row]) -> list[Row]:
    decoder, found = msgspec.json.Decoder(kind), []
    for number, line in enumerate(lines, 1):
        try:
            found.append(decoder.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            shape = kind.__name__.lower()
            raise CannotTuneError(
                f"Line {number} of {name} is no {shape} of this method: write the file anew."
            ) from error
    return found
