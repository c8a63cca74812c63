"""A whole file before it is uploaded: every line by the format's rules, all of it by the base model's. Pure.

Nothing of the texts is told, only the line and the reason.
"""

import codecs
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from ratchet_common.plurals import so_many
from ratchet_providers.usage import estimated_tokens
from ratchet_trainer.formats.format import Format

TOLD: Final = 20  # faults by line; the others are counted
WIDE: Final = "The file is not UTF-8, but UTF-16 or UTF-32: save it as UTF-8."


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLimits:
    """Of a base model at its platform, for one side. `line_tokens`: estimated from the line's length. `needed_by`: who
    takes no fewer lines, where that is to be said.
    """

    least_lines: int = 1
    most_lines: int = 10_000_000
    most_bytes: int = 1024**3
    line_tokens: int = 10_000_000
    needed_by: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """`line` counts from 1."""

    line: int
    reason: str


@dataclass(slots=True)
class Checked:
    """`whole`: what is wrong with the file as such. `left_out`: lines that were wrong, and are in it no more."""

    lines: int = 0
    bytes: int = 0
    wrong: int = 0  # lines
    faults: list[Fault] = field(default_factory=list)  # the first of them
    whole: list[str] = field(default_factory=list)
    left_out: int = 0
    left_out_because: list[str] = field(default_factory=list)  # of the first of them

    @property
    def passed(self) -> bool:
        return not self.wrong and not self.whole

    @property
    def estimated_tokens(self) -> int:
        return estimated_tokens(self.bytes)

    def said(self) -> str:
        """A sentence, or several."""
        of_lines = [f"Line {fault.line}: {fault.reason}." for fault in self.faults]
        more = [f"{self.wrong - len(self.faults)} further lines are wrong."] if self.wrong > len(self.faults) else []
        return " ".join([*self.whole, *of_lines, *more])


def checked(lines: Iterable[bytes], format_: Format, limits: FileLimits) -> Checked:
    """An empty line is a fault: no platform skips it. Of a file in UTF-16 that is all that is said."""
    found = Checked()
    for line in lines:
        if found.lines == 0 and has_wide_letters(line):
            found.whole.append(WIDE)
        found.lines += 1
        found.bytes += len(line)
        if WIDE in found.whole:
            continue
        reason = line_fault(line, format_, limits)
        if reason is not None:
            found.wrong += 1
            if len(found.faults) < TOLD:
                found.faults.append(Fault(found.lines, reason))
    if WIDE not in found.whole:
        found.whole += _of_the_whole(found, limits)
    return found


def has_wide_letters(first: bytes) -> bool:
    """`first`: of a file's lines. No JSON in UTF-8 has NUL bytes; half of a plain text in UTF-16 is such."""
    return b"\0" in first or first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def line_fault(line: bytes, format_: Format, limits: FileLimits) -> str | None:
    """Why the platform would refuse it; None: it would not."""
    bare = line.strip()
    if not bare:
        return "it is empty"
    tokens = estimated_tokens(len(bare))
    if tokens > limits.line_tokens:
        return f"it has about {tokens} tokens, and an example may have {limits.line_tokens}"
    return format_.fault(bare)


def _of_the_whole(found: Checked, limits: FileLimits) -> list[str]:
    said = []
    if found.lines < limits.least_lines:
        by = f" by {limits.needed_by}" if limits.needed_by else ""
        said.append(
            f"The file has {so_many(found.lines, 'example')}, and at least {limits.least_lines} are needed{by}."
        )
    if found.lines > limits.most_lines:
        said.append(f"The file has {found.lines} examples, and at most {limits.most_lines} are taken.")
    if found.bytes > limits.most_bytes:
        said.append(f"The file has {found.bytes} bytes, and at most {limits.most_bytes} are taken.")
    return said
