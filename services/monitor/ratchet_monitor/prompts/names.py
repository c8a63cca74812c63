"""What templates are called: predictions name them with their version, `executive_summary_short_v2`. Pure."""

import re
from typing import Final, NamedTuple

WRITTEN: Final = re.compile(r"(?P<id>.+?)(?:(?:@|_v)(?P<version>[1-9]\d*))?")


class TemplateName(NamedTuple):
    template_id: str
    version: int  # 0: none is named


def name_of(written: str) -> TemplateName:
    """Of `id`, `id@2` or `id_v2`."""
    match = WRITTEN.fullmatch(written)
    if match is None or not match["version"]:
        return TemplateName(written, 0)
    return TemplateName(match["id"], int(match["version"]))


def is_named(asked: str, used: str) -> bool:
    """`used`: as predictions name it. One that is asked for without a version stands for all of its versions."""
    wanted, found = name_of(asked), name_of(used)
    return asked == used or (wanted.template_id == found.template_id and wanted.version in (0, found.version))
