"""Whether there is a base model that may be loaded: asked before anything heavy is."""

from pathlib import Path

from ratchet_tuner.failing import CannotTuneError
from ratchet_tuner.order import Order


def checked_base(order: Order) -> None:
    """Raises CannotTuneError where nothing can be loaded from it."""
    name, folder = order.base_model, Path(order.base_model)
    if not folder.is_dir():
        if order.hub and not folder.is_absolute():
            return
        instead = "name an existing folder" if order.hub else "name an existing folder, or allow the hub"
        raise CannotTuneError(f"The base model {name} is not there: {instead}.")
    if not (folder / "config.json").is_file():
        raise CannotTuneError(f"The folder {name} holds no model: it has no config.json.")
    if not any(folder.glob("*.safetensors")):
        raise CannotTuneError(
            f"The base model {name} has no *.safetensors: weights of other kinds can run code when they are loaded. "
            "Convert them first."
        )
