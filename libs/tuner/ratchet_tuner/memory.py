"""Where the memory does not hold a run, a sentence that says what to do about it."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from ratchet_tuner.failing import CannotTuneError


@contextmanager
def memory_holds(device: str) -> Iterator[None]:
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise CannotTuneError(_too_much(device)) from error
    except RuntimeError as error:
        if "allocate memory" in str(error) or "out of memory" in str(error):
            raise CannotTuneError(_too_much(device)) from error
        raise


def _too_much(device: str) -> str:
    what = "The GPU's memory" if device == "cuda" else "The memory of this machine"
    return f"{what} does not hold it: take a smaller batch_size, max_tokens or rank, or a smaller base model."
