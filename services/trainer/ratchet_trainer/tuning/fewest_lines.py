"""How many lines a file of a format must have, by the base models that read it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ratchet_trainer.formats.checking import FileLimits
from ratchet_trainer.tuning.base_models import ANY, BaseModel, BaseModels, ended_on


@dataclass(frozen=True, slots=True)
class Fewest:
    """`by`: who takes so few, in words."""

    lines: int
    by: str


def fewest_lines(models: BaseModels, format_name: str, today: date, *, validation: bool = False) -> Sequence[Fewest]:
    """Of each platform that reads the format, the least that any of its base models takes: the smallest first.

    Base models that take jobs no more count only where a platform has no others.
    """
    reading: dict[str, list[BaseModel]] = {}
    for model in models.models:
        if format_name in model.methods.values():
            reading.setdefault(model.platform, []).append(model)
    return sorted((_fewest(its, today, validation=validation) for its in reading.values()), key=lambda one: one.lines)


def _fewest(models: Sequence[BaseModel], today: date, *, validation: bool) -> Fewest:
    """`models`: of one platform."""
    open_ = [model for model in models if ended_on(model, today) is None] or models
    limits = {model.name: model.file_limits(validation=validation) for model in open_}
    name, least = min(limits.items(), key=lambda pair: pair[1].least_lines)
    platform = open_[0].platform
    if name == ANY or all(one.least_lines == least.least_lines for one in limits.values()):
        return Fewest(least.least_lines, platform)
    return Fewest(least.least_lines, f"{name} of {platform}, which takes the fewest there")


def limits_by(fewest: Sequence[Fewest]) -> FileLimits:
    """What at least one platform takes."""
    return FileLimits(least_lines=fewest[0].lines, needed_by=fewest[0].by) if fewest else FileLimits()
