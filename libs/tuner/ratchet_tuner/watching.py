"""Looks on while a trainer works: reports each step, marks checkpoints, and ends what makes no sense."""

import math
from pathlib import Path
from typing import Any, Final

from transformers import TrainerCallback

from ratchet_tuner.checkpoints import mark_whole
from ratchet_tuner.failing import CannotTuneError, StoppedError
from ratchet_tuner.report import Report
from ratchet_tuner.status import State
from ratchet_tuner.stopping import Stop

NAMES: Final = {
    "loss": "train_loss",
    "eval_loss": "validation_loss",
    "learning_rate": "learning_rate",
    "grad_norm": "grad_norm",
    "mean_token_accuracy": "train_accuracy",
    "eval_mean_token_accuracy": "validation_accuracy",
    "rewards/accuracies": "train_accuracy",
    "eval_rewards/accuracies": "validation_accuracy",
    "rewards/margins": "train_margin",
    "eval_rewards/margins": "validation_margin",
}


class Watch(TrainerCallback):
    def __init__(self, work: Path, report: Report, stop: Stop, *, epoch_tokens: int) -> None:
        """`epoch_tokens`: of all examples, once."""
        self._work, self._report, self._stop, self._epoch_tokens = work, report, stop, epoch_tokens

    def on_train_begin(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        self._report.write(state=State.RUNNING, **self._place(state))

    def on_step_end(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        self._report.moved(**self._place(state))
        if self._stop.asked:
            raise StoppedError

    def on_epoch_end(self, _args: Any, _state: Any, control: Any, **_: Any) -> None:
        """A loss is the mean since the last one that was told. Told at each checkpoint, it is the same with and without
        a restart there."""
        control.should_log = True

    def on_log(self, _args: Any, state: Any, _control: Any, logs: dict[str, Any] | None = None, **_: Any) -> None:
        values = {NAMES[name]: float(value) for name, value in (logs or {}).items() if name in NAMES}
        for name in ("train_loss", "validation_loss"):
            if not math.isfinite(values.get(name, 0.0)):
                raise CannotTuneError(
                    f"The {name.replace('_', ' ')} is no number any more at step {state.global_step} of "
                    f"{state.max_steps}: take a lower learning_rate, and look for odd examples."
                )
        finite = {name: value for name, value in values.items() if math.isfinite(value)}
        if finite:
            self._report.measured(state.global_step, float(state.epoch or 0), finite)

    def on_evaluate(
        self, _args: Any, state: Any, _control: Any, metrics: dict[str, float] | None = None, **_: Any
    ) -> None:
        loss = (metrics or {}).get("eval_loss", math.nan)
        self._report.say(f"Epoch {state.epoch:g}: validation loss {loss:.4f}.")

    def on_save(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        mark_whole(self._work, state.global_step)
        self._report.write(**self._place(state))
        self._report.say(f"Checkpoint after step {state.global_step} of {state.max_steps}.")

    def _place(self, state: Any) -> dict[str, Any]:
        epoch = float(state.epoch or 0)
        return {
            "step": state.global_step,
            "steps": state.max_steps,
            "epoch": round(epoch, 4),
            "progress": round(state.global_step / state.max_steps, 4) if state.max_steps else 0.0,
            "trained_tokens": round(self._epoch_tokens * epoch),
        }
