"""A stream of Gemini's answers, understood as it comes: chat chunks, how it ends, and whether that was its end."""

from collections.abc import Sequence

import msgspec

from ratchet_providers.base import Piece
from ratchet_providers.chat_shape import UNKNOWN, Chunk, ChunkChoice, WireUsage
from ratchet_providers.failing import ProviderError
from ratchet_providers.gemini.answer import completion_id, created, generated
from ratchet_providers.gemini.counting import wire_usage
from ratchet_providers.gemini.failures import failure_in_stream
from ratchet_providers.gemini.finish import blocked, finish_of, withheld
from ratchet_providers.gemini.parts import CallIds, Heard, heard, logprobs
from ratchet_providers.gemini.shape import NONE, Candidate, Generated
from ratchet_providers.sse import Event
from ratchet_providers.usage import counted


class GeminiStream:
    """Feed it the events; `closing` says whether there is an answer. Counts are of the whole answer so far; one that
    comes alone waits for what follows.

    `choices`: how many were asked for. `one_call`: the caller takes one call at a time.
    """

    def __init__(self, model: str, choices: int = 1, *, one_call: bool = False) -> None:
        self.shown = self.done = False
        self._model, self._choices, self._one_call = model, choices, one_call
        self._frame: Chunk | None = None
        self._ids = CallIds(None)
        self._open: set[int] = set()  # choices that have begun and not ended
        self._begun: set[int] = set()
        self._called: set[int] = set()
        self._answers = self._went_on = False
        self._usage: WireUsage | None = None
        self._withheld: ProviderError | None = None

    @property
    def finished(self) -> bool:
        """Each choice has begun and ended. What comes after that is counts at most."""
        return len(self._begun) >= self._choices and not self._open

    @property
    def whole(self) -> bool:
        """All is there: whatever follows, or fails, can take nothing back. Not where a choice went on after its end, as
        some say that it ends with each event.
        """
        return self.finished and not self._went_on

    def pieces(self, events: Sequence[Event]) -> list[Piece]:
        """Raises ProviderError: what the stream said was an error, was malformed, or that the prompt was withheld, and
        came before the answer's end.
        """
        found: list[Piece] = []
        for event in events:
            if event.data:
                try:
                    found += self._heard(event.data)
                except ProviderError:
                    if not self.whole:
                        raise
                    self.done = True
            if self.done:
                break
        return found

    def closing(self) -> Piece:
        """The count, as the last piece. Raises ProviderError where the answer has no end, or nothing is left of it."""
        if self._withheld is not None:
            raise self._withheld
        if not self.finished:
            raise ProviderError("cut", "the stream ended before the answer did")
        frame = self._frame or Chunk(model=self._model)
        return Piece(chunk=msgspec.structs.replace(frame, usage=self._usage), usage=counted(self._usage))

    def _heard(self, data: bytes) -> list[Piece]:
        if data.startswith(b"["):  # Google's errors come as a list at times
            raise failure_in_stream(data)
        said = generated(data)
        if said.error != NONE:
            raise failure_in_stream(data)
        if (withheld := blocked(said.prompt_feedback)) is not None:
            raise withheld
        self._usage = wire_usage(said.usage_metadata) or self._usage
        frame = self._framed(said)
        return [self._piece(frame, said.candidates)] if said.candidates else []

    def _piece(self, frame: Chunk, candidates: Sequence[Candidate]) -> Piece:
        choices = [self._choice(candidate) for candidate in candidates]
        first = next((choice for choice in choices if choice.index == 0), ChunkChoice())
        shows = any(choice.delta.shows for choice in choices)
        self.shown = self.shown or shows
        return Piece(
            chunk=msgspec.structs.replace(frame, choices=choices),
            text=first.delta.content or "",
            shows=shows,
            finish=first.finish_reason or "",
            usage=counted(self._usage),
        )

    def _framed(self, said: Generated) -> Chunk:
        if self._frame is None:
            model = said.model_version or self._model
            self._frame = Chunk(id=completion_id(said), created=created(said), model=model)
            self._ids = CallIds(said.response_id)
        return self._frame

    def _choice(self, candidate: Candidate) -> ChunkChoice:
        index = candidate.index or 0
        parts = candidate.content.parts if candidate.content is not None else None
        there = heard(parts or [], index, self._ids, one_call=self._one_call)
        first = index not in self._begun
        self._note(index, there)
        finish = self._finish(index, candidate) if candidate.finish_reason else None
        likely = logprobs(candidate.logprobs_result)
        return ChunkChoice(
            index=index,
            delta=there.delta(first=first),
            logprobs=likely,
            finish_reason=finish,
            native_finish_reason=candidate.finish_reason if finish == "content_filter" else UNKNOWN,
        )

    def _note(self, index: int, there: Heard) -> None:
        if index not in self._begun:
            self._begun.add(index)
            self._open.add(index)
        elif there.answers and index not in self._open:
            self._went_on = True
        if there.calls:
            self._called.add(index)
        self._answers = self._answers or there.answers

    def _finish(self, index: int, candidate: Candidate) -> str | None:
        """None where a filter left nothing: what it came to goes out all the same, and `closing` says why."""
        finish = finish_of(candidate.finish_reason or "", called=index in self._called)
        if finish == "content_filter" and index == 0 and not self._answers:
            self._withheld, self.done = withheld(candidate), True
            return None
        self._open.discard(index)
        return finish
