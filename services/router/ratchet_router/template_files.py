"""Templates as files: those that ship, and those of a folder of one's own. Read and checked at start and SIGHUP."""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ratchet_common.errors import CannotStartError
from ratchet_common.toml_checks import MisplacedError, converted
from ratchet_common.toml_lines import Lines
from ratchet_common.vocabulary import TaskType
from ratchet_router.shelf import Known, Origin, Shelf, of_files
from ratchet_router.template import Fault, Template, faults

SHIPPED: Final = Path(__file__).parent / "templates"
SETTING: Final = "ROUTER_TEMPLATES"
VARIABLES: Final = "variables."


@dataclass(frozen=True, slots=True)
class Filed:
    path: Path
    template: Template
    origin: Origin


def read_templates(own: Path | None = None, shipped: Path = SHIPPED) -> Shelf:
    """Those that ship, and over them those of the folder `own`.

    Raises CannotStartError with a sentence that names the file, and the line or the field that is wrong.
    """
    filed = _in_folder(shipped, "shipped") + (_in_folder(own, "operator") if own is not None else [])
    _refuse_two_of_one_version(filed)
    _refuse_two_tasks(filed)
    shelf = of_files(Known(one.template, one.origin) for one in filed)
    _refuse_two_defaults(shelf, {(one.template.id, one.template.version): one.path for one in filed})
    for task in TaskType:
        if task is not TaskType.CHAT and not any(known.template.default for known in shelf.of_task(task)):
            raise CannotStartError(
                f"The task {task} has no template with `default = true` in {shipped} or the folder of the setting "
                f"{SETTING}: give it one."
            )
    return shelf


def _in_folder(folder: Path, origin: Origin) -> list[Filed]:
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".toml")
    except OSError as error:
        raise CannotStartError(
            f"The folder of templates {folder} (setting {SETTING}) cannot be read: {error.strerror}."
        ) from error
    if not paths:
        raise CannotStartError(
            f"The folder of templates {folder} (setting {SETTING}) holds no file that ends in .toml."
        )
    return [Filed(path, _read(path), origin) for path in paths]


def _read(path: Path) -> Template:
    try:
        text = path.read_text(encoding="utf-8-sig")
        template = converted(tomllib.loads(text), Template)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise CannotStartError(f"The template {path} cannot be read: {why}.") from error
    except (tomllib.TOMLDecodeError, MisplacedError) as error:
        why = error.placed(text) if isinstance(error, MisplacedError) else error
        raise CannotStartError(f"The template {path} is malformed: {why}. Correct it there.") from error
    wrong = faults(template)
    if wrong:
        sentences = " ".join(f"`{fault.field}`{_where(text, fault)} {fault.why}." for fault in wrong)
        raise CannotStartError(f"The template {path} cannot be used. {sentences} Correct it there.")
    return template


def _where(text: str, fault: Fault) -> str:
    line = _line_of(text, fault)
    return f" (line {line})" if line else ""


def _line_of(text: str, fault: Fault) -> int | None:
    """Of a variable's own; else where the quoted words are a key, or first stand."""
    if fault.field.startswith(VARIABLES):
        return Lines(text).of(("variables", fault.field.removeprefix(VARIABLES)))
    if not fault.quote:
        return None
    lines = text.splitlines()
    key = re.compile(rf"\s*{re.escape(fault.quote)}\s*[=.]")
    found = next((n for n, line in enumerate(lines, 1) if key.match(line)), None)
    return found or next((n for n, line in enumerate(lines, 1) if fault.quote in line), None)


def _refuse_two_of_one_version(filed: Sequence[Filed]) -> None:
    seen: dict[str, Path] = {}
    for one in filed:
        other = seen.setdefault(one.template.name, one.path)
        if other is not one.path:
            raise CannotStartError(
                f"The templates {other} and {one.path} have the same id and version ({one.template.name}): "
                "give the one that shall be used a higher version."
            )


def _refuse_two_tasks(filed: Sequence[Filed]) -> None:
    first: dict[str, Filed] = {}
    for one in filed:
        other = first.setdefault(one.template.id, one)
        if other.template.task is not one.template.task:
            raise CannotStartError(
                f"The templates {other.path} and {one.path} have the id {one.template.id}, and the tasks "
                f"{other.template.task} and {one.template.task}: give one of them another id."
            )


def _refuse_two_defaults(shelf: Shelf, paths: Mapping[tuple[str, int], Path]) -> None:
    defaults = [known for task in TaskType for known in shelf.of_task(task) if known.template.default]
    for (task, origin), number in Counter((known.template.task, known.origin) for known in defaults).items():
        if number > 1:
            listed = " and ".join(
                str(paths[known.template.id, known.template.version])
                for known in defaults
                if (known.template.task, known.origin) == (task, origin)
            )
            raise CannotStartError(
                f"The templates {listed} are each the default of the task {task}: take `default` out of all but one."
            )
