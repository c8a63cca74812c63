"""What the libraries read from the environment: set before they are imported."""

import logging
import os
import warnings
from pathlib import Path
from typing import Final

from ratchet_tuner.order import Order

CACHE: Final = "cache"


def settle(order: Order, work: Path) -> None:
    """Nothing is asked of a hub unless the order says so, nothing is told to anybody, and what is cached of the
    examples stays in the work folder, where it goes with them."""
    os.environ["HF_DATASETS_CACHE"] = str(work / CACHE)
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = os.environ["DO_NOT_TRACK"] = "1"
    os.environ["HF_HUB_OFFLINE"] = "0" if order.hub else "1"
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "0")  # one run, one GPU: the trainers refuse to spread over several
    os.environ["TQDM_DISABLE"] = os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    # The libraries' warnings quote examples, and others may read the log of this process.
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
