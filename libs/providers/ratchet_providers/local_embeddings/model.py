"""The model itself, in the process that holds it: texts become tokens, tokens vectors, and those one vector a text."""

import functools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ratchet_providers.local_embeddings.folder import FETCHED, Folder, ModelError, Pooling, folder_at

if TYPE_CHECKING:
    import numpy as np
    import onnxruntime
    import tokenizers

    Floats = np.ndarray[Any, np.dtype[np.float32]]

AT_ONCE: Final = 1_024  # tokens in one run, padding too: it bounds the memory; four times as many were slower
PROBE: Final = "How long is a vector?"
INPUTS: Final = frozenset({"input_ids", "attention_mask", "token_type_ids", "position_ids"})
TYPES: Final = {"tensor(int64)": "int64", "tensor(int32)": "int32"}


@dataclass(frozen=True, slots=True)
class Which:
    """`model`: a folder; with `hub` a name at the Hugging Face hub, of which `revision` is taken; empty: the newest.

    `pooling` None: as the folder says. `tokens`: of a text at most, what is beyond them is left out.
    """

    model: str
    hub: bool = False
    revision: str = ""
    pooling: Pooling | None = None
    tokens: int = 512
    threads: int = 1


class NoDirectionError(ModelError):
    """Of a text in which the model finds nothing, such as one without a token."""


class Made(NamedTuple):
    """`vectors`: 4-byte floats as this machine has them, one vector after the other, `length` numbers each."""

    vectors: bytes
    length: int
    tokens: int


@functools.lru_cache(maxsize=1)
def _loaded(which: Which) -> "LocalModel":
    return LocalModel(folder_at(_fetched(which) if which.hub else Path(which.model)), which)


def prepare(which: Which) -> int:
    """The length of its vectors, once it is there and has made one. Runs in the process. Raises ModelError."""
    return _loaded(which).embedded([PROBE]).length


def embedded(which: Which, texts: Sequence[str]) -> Made:
    """Runs in the process. Raises ModelError."""
    return _loaded(which).embedded(texts)


def _fetched(which: Which) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        found = snapshot_download(which.model, revision=which.revision or None, allow_patterns=list(FETCHED))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise ModelError(
            f"the model {which.model} cannot be fetched from the Hugging Face hub ({type(error).__name__}): put it "
            "into a folder, and name that"
        ) from None
    return Path(found)


class LocalModel:
    def __init__(self, folder: Folder, which: Which) -> None:
        """Raises ModelError."""
        self._pooling, self._padding = which.pooling or folder.pooling, folder.padding
        self._longest = min(which.tokens, folder.longest or which.tokens)
        self._tokenizer = _tokenizer(folder, self._longest)
        self._session = _session(folder, which.threads)
        self._types = {one.name: TYPES.get(one.type, "") for one in self._session.get_inputs()}
        unknown = sorted(name for name, type_ in self._types.items() if name not in INPUTS or not type_)
        if unknown or "input_ids" not in self._types:
            raise ModelError(f"{folder.graph} is no model of text: it asks for {', '.join(unknown) or 'no tokens'}")
        names = [one.name for one in self._session.get_outputs()]
        self._output = "sentence_embedding" if "sentence_embedding" in names else names[0]

    def embedded(self, texts: Sequence[str]) -> Made:
        """Of unit length. Raises ModelError."""
        import numpy as np

        ids = [one.ids for one in self._tokenizer.encode_batch(list(texts))]
        found: Floats | None = None
        for places in _runs([len(one) for one in ids]):
            vectors = self._run([ids[place] for place in places])
            if found is None:
                found = np.empty((len(ids), vectors.shape[1]), dtype=np.float32)
            found[places] = vectors
        if found is None:
            return Made(b"", 0, 0)
        return Made(found.tobytes(), found.shape[1], sum(map(len, ids)))

    def _run(self, ids: Sequence[Sequence[int]]) -> "Floats":
        """One after another in a row each, padded to the longest."""
        import numpy as np

        rows, columns = len(ids), max(1, *map(len, ids))
        tokens = np.full((rows, columns), self._padding, dtype=np.int64)
        mask = np.zeros((rows, columns), dtype=np.int64)
        for row, its in enumerate(ids):
            tokens[row, : len(its)], mask[row, : len(its)] = its, 1
        given = {
            "input_ids": tokens,
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(tokens),
            "position_ids": np.broadcast_to(np.arange(columns), tokens.shape),
        }
        asked = {name: given[name].astype(type_) for name, type_ in self._types.items()}
        try:
            (said,) = self._session.run([self._output], asked)
        except Exception as error:  # noqa: BLE001  the library's own kinds, which share no base but this one
            raise ModelError(f"the model failed ({type(error).__name__})") from None
        return _of_unit_length(self._pooled(np.asarray(said, dtype=np.float32), mask))

    def _pooled(self, said: "Floats", mask: Any) -> "Floats":
        if said.ndim == 2:
            return said
        if said.ndim != 3:
            raise ModelError(f"the model's output {self._output} has {said.ndim} dimensions, and not 2 or 3")
        if self._pooling is None:
            raise ModelError("nothing says how the model's vectors are pooled: set `pooling` to mean or cls")
        if self._pooling == "cls":
            return said[:, 0]
        weights = mask[:, :, None].astype(said.dtype)
        pooled: Floats = (said * weights).sum(axis=1) / weights.sum(axis=1).clip(1)
        return pooled


def _of_unit_length(vectors: "Floats") -> "Floats":
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not lengths.all():
        raise NoDirectionError("the model made a vector without a direction")
    unit: Floats = vectors / lengths
    return unit


def _runs(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of texts that are run together: as long as each other, so that little of it is padding."""
    run: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda place: lengths[place]):
        if run and (len(run) + 1) * lengths[place] > AT_ONCE:
            yield run
            run = []
        run.append(place)
    if run:
        yield run


def _tokenizer(folder: Folder, longest: int) -> "tokenizers.Tokenizer":
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # of this process: else each of the machine's cores has a thread
    from tokenizers import Tokenizer

    try:
        made = Tokenizer.from_file(str(folder.tokenizer))
    except Exception as error:  # noqa: BLE001  the library raises nothing else
        raise ModelError(f"{folder.tokenizer} is no tokenizer ({type(error).__name__})") from None
    made.no_padding()
    made.enable_truncation(max_length=longest)
    return made


def _session(folder: Folder, threads: int) -> "onnxruntime.InferenceSession":
    """On the processor alone, and without an arena: what a long text took is given back."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    options.log_severity_level = 4  # what it says would go to the process's own output
    try:
        return onnxruntime.InferenceSession(str(folder.graph), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001  the library's own kinds, which share no base but this one
        raise ModelError(f"{folder.graph} cannot be loaded ({type(error).__name__})") from None
