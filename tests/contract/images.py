"""The Dockerfile's stages, and what each service's image has to hold by the workspace's own pyproject files."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"


@dataclass(frozen=True, slots=True)
class Stage:
    name: str
    base: str
    steps: tuple[tuple[str, str], ...]  # (instruction, its arguments)

    def all(self, instruction: str) -> list[str]:
        return [arguments for word, arguments in self.steps if word == instruction]


@cache
def stages() -> dict[str, Stage]:
    found: dict[str, Stage] = {}
    for block in re.split(r"(?m)^FROM ", "\n".join(_instructions(DOCKERFILE.read_text())))[1:]:
        head, *rest = block.strip().split("\n")
        base, _, name = head.split()
        steps = [line.split(maxsplit=1) for line in rest]
        found[name] = Stage(name, base, tuple((word, arguments) for word, arguments in steps))
    return found


def _instructions(text: str) -> Iterator[str]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    yield from re.sub(r"\s*\\\n\s*", " ", "\n".join(lines)).splitlines()


def chain(name: str) -> list[Stage]:
    """The stage and those that it stands on, the outermost first; the last one's base comes from a registry."""
    known = stages()
    found = [known[name]]
    while found[-1].base in known:
        found.append(known[found[-1].base])
    return found[::-1]


@cache
def environment() -> dict[str, str]:
    """What the images set for the services."""
    pairs = [pair for line in stages()["runtime"].all("ENV") for pair in line.split()]
    return dict(pair.split("=", 1) for pair in pairs)


def last(name: str, instruction: str) -> str:
    return [arguments for stage in chain(name) for arguments in stage.all(instruction)][-1]


def command(name: str) -> list[str]:
    words: list[str] = json.loads(last(name, "CMD"))
    return words


@cache
def workspace() -> dict[str, tuple[str, frozenset[str]]]:
    """Each member's folder, as the Dockerfile writes it, and the names that its pyproject.toml depends on."""
    found = {}
    for path in sorted([*ROOT.glob("libs/*/pyproject.toml"), *ROOT.glob("services/*/pyproject.toml")]):
        project = tomllib.loads(path.read_text())["project"]
        needs = frozenset(Requirement(line).name for line in project["dependencies"])
        found[project["name"]] = (f"./{path.parent.relative_to(ROOT)}", needs)
    return found


def needed_by(package: str) -> set[str]:
    """The folders of a member and of all members that it depends on, over any number of steps."""
    members = workspace()
    folder, needs = members[package]
    return {folder}.union(*(needed_by(name) for name in needs if name in members))
