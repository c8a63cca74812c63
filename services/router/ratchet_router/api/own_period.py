"""HTTP in: the period of a document, and a sentence to whoever writes it otherwise."""

import re
from typing import Final

OWN_PERIOD: Final = r"^(19|20)\d\d(-(Q[1-4]|H[12]))?$"
_WRITTEN: Final = "2022-Q3, 2022-H1 or 2022"


def own_period(said: str | None) -> str | None:
    """None: it is not said."""
    if said is not None and not re.fullmatch(OWN_PERIOD, said):
        raise ValueError(f"a period is written as {_WRITTEN}")
    return said
