"""Thinking aloud on demand: what the model is told, and how its answer is told from its thoughts. Pure."""

import re
from typing import Final

MARKER: Final = "=== FINAL ANSWER ==="
INSTRUCTION: Final = f"""\
Think before you answer. First write down, step by step, what in the text matters, what follows from it, and what
speaks against it. Then write this line, alone and exactly as it stands here:
{MARKER}
Under it write the answer, in the form that was asked for, and nothing else. Readers see only what stands under it."""

_MARKED: Final = re.compile(rf"^[ \t*#>`]*{re.escape(MARKER)}[ \t*`]*$", re.MULTILINE)


def answer_in(output: str) -> str:
    """What stands under the last marker; all of it where there is none: not every model does as it is told."""
    found = list(_MARKED.finditer(output))
    return output[found[-1].end() :].strip() if found else output
