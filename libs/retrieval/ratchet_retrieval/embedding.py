"""Texts as vectors: who makes them, and what is wrong with them."""

import math
from collections.abc import Sequence
from typing import Protocol

Vector = Sequence[float]


class Embeds(Protocol):
    """By the model whose vectors the index has: those of two models are not compared."""

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """One for each text, in that order. Raises NotEmbeddedError."""


class NotEmbeddedError(Exception):
    """No vectors were made. Half a sentence says why, for whoever asked."""


class EmbedsOnce:
    """For one request: what was asked for before gets what came then, or the reason why nothing did."""

    def __init__(self, embeds: Embeds) -> None:
        self._embeds = embeds
        self._came: dict[tuple[str, ...], Sequence[Vector] | NotEmbeddedError] = {}

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Raises NotEmbeddedError."""
        asked = tuple(texts)
        if asked not in self._came:
            try:
                self._came[asked] = await self._embeds.embed(texts)
            except NotEmbeddedError as error:
                self._came[asked] = error
        came = self._came[asked]
        if isinstance(came, NotEmbeddedError):
            raise NotEmbeddedError(str(came))
        return came


class NoDirectionError(ValueError):
    """Vectors with which nothing can be compared: nothing but zeros, numbers that are none, or of several lengths."""


class OtherEmbeddingsError(ValueError):
    """Vectors of another model or length than those that are there."""

    def __init__(self, there: str, came: str) -> None:
        super().__init__(
            f"The index has vectors of {there}, and {came} came: they cannot be compared. Configure the model that the "
            "documents were ingested with, or ingest all documents anew into an index of its own."
        )


def told(model: str, length: int) -> str:
    return f"{model or 'a model without a name'} with {length} numbers"


def checked(vectors: Sequence[Vector]) -> int:
    """The length that all of them have. Raises NoDirectionError."""
    lengths = {len(vector) for vector in vectors}
    if len(lengths) != 1 or 0 in lengths:
        raise NoDirectionError(f"The vectors have the lengths {sorted(lengths)}: all have to have the same, above 0.")
    for vector in vectors:
        if not all(map(math.isfinite, vector)) or not any(vector):
            raise NoDirectionError("A vector has a number that is none, or nothing but zeros: it has no direction.")
    return lengths.pop()
