"""What is ordered: `order.json` in the work folder."""

from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from ratchet_tuner.failing import CannotTuneError

ORDER: Final = "order.json"
TRAIN: Final = "train.jsonl"
VALIDATION: Final = "validation.jsonl"
Method = Literal["supervised", "dpo", "embeddings"]
Device = Literal["auto", "cuda", "cpu"]


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`base_model`: the folder of its weights, or its name on a hub, which is asked only where `hub` is on.

    `device`: auto takes a GPU where there is one. `at_once`: so many examples lie in the device's memory together;
    `batch_size` is reached by adding up their gradients. `max_tokens`: a longer example is left out. `lineage`: what
    the adapter's card shall say of where it comes from, such as the dataset.
    """

    base_model: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    method: Method = "supervised"
    device: Device = "auto"
    hub: bool = False
    four_bit: bool = False
    epochs: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 3
    batch_size: Annotated[int, msgspec.Meta(ge=1, le=4096)] = 8
    at_once: Annotated[int, msgspec.Meta(ge=1, le=4096)] = 8
    learning_rate: Annotated[float, msgspec.Meta(gt=0, le=10)] = 2e-4
    rank: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 16
    alpha: Annotated[float, msgspec.Meta(gt=0, le=4096)] = 32
    dropout: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.05
    beta: Annotated[float, msgspec.Meta(ge=0, le=10)] = 0.1  # of dpo: how near it stays to the base model
    max_tokens: Annotated[int, msgspec.Meta(ge=8, le=1_000_000)] = 2048
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**31)] = 42
    lineage: dict[str, str] = {}


def read_order(work: Path) -> Order:
    """Raises CannotTuneError."""
    try:
        return msgspec.json.decode((work / ORDER).read_bytes(), type=Order)
    except OSError as error:
        raise CannotTuneError(f"{ORDER} cannot be read in {work} ({error.strerror}): write the order there.") from error
    except msgspec.DecodeError as error:
        raise CannotTuneError(f"{ORDER} is wrong: {error}. Correct it there.") from error
