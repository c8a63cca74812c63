"""What is held, as it is written in a command."""

from ratchet_common.errors import CannotStartError


def weights_of(given: str) -> dict[str, float]:
    """Of `A=.6,B=.4`. Raises CannotStartError."""
    weights: dict[str, float] = {}
    for part in filter(None, (one.strip() for one in given.split(","))):
        name, _, weight = part.rpartition("=")
        try:
            value = float(weight)
        except ValueError:
            raise CannotStartError(f"--weights takes NAME=WEIGHT by commas, not {part}: A=.6,B=.4, say.") from None
        if not name or name in weights:
            raise CannotStartError(f"--weights names {name or 'no instrument'} in {part}: each once, as NAME=WEIGHT.")
        weights[name] = value
    return weights
