"""`ratchet data check`: files for tuning that somebody made himself, looked through here before they go anywhere."""

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final

from ratchet_common.errors import CannotStartError
from ratchet_common.plurals import so_many
from ratchet_trainer.datasets.overlap import OverlapError, overlaps, refuse_overlaps
from ratchet_trainer.formats.checking import WIDE, Checked, checked
from ratchet_trainer.formats.format import Format
from ratchet_trainer.formats.known import FORMATS
from ratchet_trainer.privacy.finding.sought import DIRECTLY
from ratchet_trainer.privacy.rescan import Left, left_in
from ratchet_trainer.tuning.base_models import BaseModels
from ratchet_trainer.tuning.base_models_file import read_base_models
from ratchet_trainer.tuning.fewest_lines import Fewest, fewest_lines, limits_by

NEARLY: Final = 0.85  # as TRAINER_NEAR_DUPLICATE has it by default
TOLD: Final = 5  # lines with private data
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Looked:
    """What stands against a file, in sentences that quote nothing of it. `besides`: what only some platforms mind."""

    lines: int
    against: tuple[str, ...]
    besides: tuple[str, ...] = ()
    readable: bool = True


def check(train: Path, held_out: Path | None, format_name: str, base_models: Path | None, *, as_json: bool) -> int:
    """0, or 1 where something stands against a file. Raises CannotStartError."""
    if format_name not in FORMATS:
        raise CannotStartError(f"There is no format {format_name}: known are {', '.join(FORMATS)}.")
    models = read_base_models() if base_models is None else read_base_models(base_models)
    format_ = FORMATS[format_name]
    found = {str(train): _looked_through(train, format_, _fewest(models, format_name, validation=False))}
    if held_out is not None:
        held = _looked_through(held_out, format_, _fewest(models, format_name, validation=True))
        seen = _overlap(train, held_out) if held.readable and found[str(train)].readable else []
        found[str(held_out)] = replace(held, against=(*held.against, *seen))
    _say(found, as_json=as_json)
    return 1 if any(one.against for one in found.values()) else 0


def _fewest(models: BaseModels, format_name: str, *, validation: bool) -> Sequence[Fewest]:
    return fewest_lines(models, format_name, datetime.now(UTC).date(), validation=validation)


def _looked_through(path: Path, format_: Format, fewest: Sequence[Fewest]) -> Looked:
    try:
        with path.open("rb") as lines:
            by_rules = checked(lines, format_, limits_by(fewest))
        if WIDE in by_rules.whole:  # what would be looked for in it is not there as it is written
            return Looked(by_rules.lines, (WIDE,), readable=False)
        against = (*_of_rules(by_rules), *_of_private_data(path))
        return Looked(by_rules.lines, against, tuple(_too_few_for(by_rules.lines, fewest[1:])))
    except OSError as error:
        raise CannotStartError(f"The file {path} cannot be read: {error.strerror}.") from None


def _too_few_for(lines: int, others: Sequence[Fewest]) -> list[str]:
    return [f"At least {one.lines} examples are needed by {one.by}." for one in others if lines < one.lines]


def _of_rules(found: Checked) -> list[str]:
    return [] if found.passed else [found.said()]


def _of_private_data(path: Path) -> list[str]:
    counts: Counter[str] = Counter()
    first: list[Left] = []
    with path.open("rb") as lines:
        number = 1
        while some := list(islice(lines, AT_ONCE)):
            for one in left_in(some, number, DIRECTLY):
                counts[one.kind] += one.count
                first = [*first, one][:TOLD]
            number += len(some)
    if not counts:
        return []
    told = ", ".join(f"{count} of {kind}" for kind, count in counts.most_common())
    return [f"Private data is in it: {told}; first in line {', '.join(str(one.line) for one in first)}."]


def _overlap(train: Path, held_out: Path) -> list[str]:
    with train.open("rb") as trained, held_out.open("rb") as held:
        try:
            refuse_overlaps(overlaps(trained, held, NEARLY))
        except OverlapError as error:
            return [error.detail]
    return []


def _say(found: Mapping[str, Looked], *, as_json: bool) -> None:
    if as_json:
        shown = {
            path: {"lines": one.lines, "against": list(one.against), "besides": list(one.besides)}
            for path, one in found.items()
        }
        sys.stdout.write(json.dumps(shown, indent=2) + "\n")
        return
    for path, one in found.items():
        sys.stdout.write(
            f"{path}: {so_many(one.lines, 'line')}, {'refused' if one.against else 'nothing stands against it'}.\n"
        )
        for sentence in (*one.against, *one.besides):
            sys.stdout.write(f"  {sentence}\n")
