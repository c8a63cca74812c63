"""What a request's Cache-Control asks of our cache (RFC 9111, section 5.2.1). Pure."""

import re
from dataclasses import dataclass
from typing import TypeVar

from msgspec.structs import replace

from ratchet_router.ask import Ask, CacheUse
from ratchet_router.embedded import EmbedAsk

A = TypeVar("A", Ask, EmbedAsk)
DIRECTIVE = re.compile(r"([a-z-]+)(?:\s*+=\s*+\"?(\d{1,9})\"?)?")


@dataclass(frozen=True, slots=True)
class CacheControl:
    """`max_age_s`: an older answer is none. `only`: nothing but the cache may answer."""

    no_store: bool = False
    no_cache: bool = False
    max_age_s: int | None = None
    only: bool = False

    def over(self, ask: A) -> A:
        """The header says less than the body may forbid: the stricter of both counts."""
        use: CacheUse = "off" if self.no_store else "refresh" if self.no_cache or self.max_age_s == 0 else "use"
        stricter = max(use, ask.cache, key=("use", "refresh", "off").index)
        return replace(ask, cache=stricter, max_age_s=self.max_age_s, only_cached=self.only)


def cache_control(header: str) -> CacheControl:
    """Directives that are not known, or are malformed, say nothing."""
    given: dict[str, str] = {}
    for part in header.lower().split(","):
        if (found := DIRECTIVE.fullmatch(part.strip())) is not None:
            given[found[1]] = found[2] or ""
    age = given.get("max-age", "")
    return CacheControl(
        no_store="no-store" in given,
        no_cache="no-cache" in given,
        max_age_s=int(age) if age else None,
        only="only-if-cached" in given,
    )
