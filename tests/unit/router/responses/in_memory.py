"""The fake at the border. The same cases run on it and on the real store."""

from collections.abc import Collection
from datetime import datetime

from msgspec.structs import replace

from ratchet_router.conversations import Kept


class InMemoryConversations:
    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Kept] = {}

    async def keep(self, kept: Kept) -> None:
        self.kept[kept.tenant, kept.response_id] = kept
        for name in kept.before:
            if (found := self.kept.get((kept.tenant, name))) is not None:
                later = max(found.expires_at, kept.expires_at)
                self.kept[kept.tenant, name] = replace(found, expires_at=later)

    async def read(self, tenant: str, names: Collection[str], now: datetime) -> list[Kept]:
        found = [self.kept[tenant, name] for name in names if (tenant, name) in self.kept]
        return [kept for kept in found if kept.expires_at > now]

    async def delete(self, tenant: str, name: str) -> bool:
        return self.kept.pop((tenant, name), None) is not None

    async def forget(self, tenant: str, user: str) -> int:
        theirs = [key for key, kept in self.kept.items() if (kept.tenant, kept.user) == (tenant, user)]
        for key in theirs:
            del self.kept[key]
        return len(theirs)
