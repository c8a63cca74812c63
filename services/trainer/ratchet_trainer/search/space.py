"""Which hyper-parameters are tried: a grid, or draws by a seed. Pure."""

import itertools
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass

from ratchet_trainer.platforms.platform import Method, Value
from ratchet_trainer.tuning.base_models import BaseModel, BaseModelRefusedError, Range, in_range

Point = Mapping[str, Value]
DRAWS_A_POINT = 20  # that may be like earlier ones, before a space counts as used up


@dataclass(frozen=True, slots=True)
class Span:
    """Both ends may be drawn; `log`: as likely in each power of ten."""

    least: float
    most: float
    log: bool = False


Axis = tuple[Value, ...] | Span
Space = Mapping[str, Axis]


def grid(space: Space, most: int) -> list[Point]:
    """All combinations in the order of the axes, the last one changing first. Raises BaseModelRefusedError."""
    spans = [name for name, axis in space.items() if isinstance(axis, Span)]
    if spans:
        raise BaseModelRefusedError(
            f"A grid needs values to try for {spans[0]}, not a range.", field=f"space.{spans[0]}"
        )
    axes = [axis for axis in space.values() if not isinstance(axis, Span)]
    count = math.prod(len(axis) for axis in axes)
    if count > most:
        raise BaseModelRefusedError(
            f"The grid has {count} points, and {most} jobs may be made: take values out, or search by random.",
            field="space",
        )
    return [dict(zip(space, values, strict=True)) for values in itertools.product(*axes)]


def drawn(space: Space, model: BaseModel, count: int, seed: int) -> list[Point]:
    """Different points, at most `count`: fewer where the space has fewer. The same seed draws the same ones."""
    draw = random.Random(seed)  # noqa: S311  no secret is made of it
    points: list[Point] = []
    for _ in range(count * DRAWS_A_POINT):
        point = {name: _drawn(axis, model.hyperparameters[name], draw) for name, axis in space.items()}
        if point not in points:
            points.append(point)
        if len(points) == count:
            break
    return points


def checked(space: Space, model: BaseModel, method: Method) -> Space:
    """Each value once, whole where it must be. Raises BaseModelRefusedError for what the base model does not take."""

    def taken(name: str, value: Value) -> Value:
        return in_range(model, method, {name: value}, "space")[name]

    for name, axis in space.items():
        if isinstance(axis, Span) and not axis.least <= axis.most:
            raise BaseModelRefusedError(f"{name} goes from {axis.least:g} to {axis.most:g}.", field=f"space.{name}")
        if isinstance(axis, Span) and axis.log and axis.least <= 0:
            raise BaseModelRefusedError(f"{name} is drawn by powers and must be above 0.", field=f"space.{name}")
        for value in (axis.least, axis.most) if isinstance(axis, Span) else axis:
            taken(name, value)
    return {
        name: axis if isinstance(axis, Span) else tuple(dict.fromkeys(taken(name, value) for value in axis))
        for name, axis in space.items()
    }


def _drawn(axis: Axis, its: Range, draw: random.Random) -> Value:
    if not isinstance(axis, Span):
        return draw.choice(axis)
    if its.only:
        value = draw.choice([one for one in its.only if axis.least <= one <= axis.most])
    elif axis.log:
        value = math.exp(draw.uniform(math.log(axis.least), math.log(axis.most)))
    else:
        value = draw.uniform(axis.least, axis.most)
    value = min(max(value, axis.least), axis.most)
    return round(value) if its.whole else float(f"{value:.3g}")
