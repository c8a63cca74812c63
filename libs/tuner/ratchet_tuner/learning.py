"""From an order to an adapter. Only the process that tunes imports this: it loads what is heavy."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from transformers import PrinterCallback, set_seed

from ratchet_tuner.adapter import keep_adapter
from ratchet_tuner.base import load_model, load_tokenizer, place_for
from ratchet_tuner.checkpoints import forget, last_whole
from ratchet_tuner.digest import folder_sha256
from ratchet_tuner.embeddings import embeddings
from ratchet_tuner.memory import memory_holds
from ratchet_tuner.order import Method, Order
from ratchet_tuner.preferences import preferences
from ratchet_tuner.report import Report
from ratchet_tuner.status import State, forget_metrics_after
from ratchet_tuner.stopping import Stop
from ratchet_tuner.supervised import supervised
from ratchet_tuner.surroundings import CACHE
from ratchet_tuner.tuning import Bench, Prepared
from ratchet_tuner.watching import Watch

WAYS: Final[dict[Method, Callable[[Bench], Prepared]]] = {
    "supervised": supervised,
    "dpo": preferences,
    "embeddings": embeddings,
}


def learn(work: Path, order: Order, report: Report, stop: Stop) -> None:
    """Raises CannotTuneError, StoppedError."""
    place = place_for(order)
    set_seed(order.seed)
    with memory_holds(place.device):
        bench = Bench(order, work, place, load_model(order, place), load_tokenizer(order))
        prepared = WAYS[order.method](bench)
        _tell(report, prepared, place.device)
        prepared.trainer.remove_callback(PrinterCallback)
        prepared.trainer.add_callback(Watch(work, report, stop, epoch_tokens=prepared.epoch_tokens))
        prepared.trainer.train(resume_from_checkpoint=_taken_up(work, report))
    stop.deafen()
    folder = keep_adapter(work, order, prepared, bench.tokenizer)
    forget(work)
    shutil.rmtree(work / CACHE, ignore_errors=True)
    tokens = prepared.epoch_tokens * order.epochs
    report.write(state=State.SUCCEEDED, progress=1.0, trained_tokens=tokens, adapter_sha256=folder_sha256(folder))
    report.say("The adapter is written.")


def _tell(report: Report, prepared: Prepared, device: str) -> None:
    report.say(f"{prepared.examples} examples of {prepared.epoch_tokens} tokens, on {device}.")
    if prepared.left_out:
        report.say(f"{prepared.left_out} examples are longer than max_tokens and were left out.", "warn")


def _taken_up(work: Path, report: Report) -> str | None:
    found = last_whole(work)
    forget_metrics_after(work, found[1] if found else 0)
    if found is None:
        return None
    report.say(f"Goes on from the checkpoint after step {found[1]}.")
    return str(found[0])
