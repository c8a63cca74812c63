"""Alerts: one document each. A change is written where nobody changed it meanwhile, with its event."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, get_args

from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common.errors import RetryLaterError
from ratchet_common.events import AlertChanged
from ratchet_common.mongo import Database, Document, duplicates_are_fine, waiting_is_worth_it
from ratchet_common.outbox import entry, holding, push
from ratchet_monitor.alerts.alert import KEPT, Alert, alert_id
from ratchet_monitor.alerts.changing import Next, told
from ratchet_monitor.alerts.condition import Condition, Severity
from ratchet_monitor.store.documents import document_of, struct_of

KEPT_QUIET: Final = timedelta(days=1)  # one that never opened
ATTEMPTS: Final = 8
AT_ONCE: Final = 100
COUNTED_AT_MOST: Final = 10_000  # of one severity
MOST: Final = 1000  # alerts of a tenant that are looked at together
WITHOUT_OUTBOX: Final = {"outbox": 0}
TIMES: Final = ("tell_at", "until")  # that are there or not: what has none is in neither index
LISTED: Final = ("open", "pending", "closed")

Decide = Callable[[Alert], Next | None]
Stir = Callable[[str], Awaitable[None]]  # a tenant, that time alone may change something of


class MongoAlerts:
    def __init__(self, database: Database, stir: Stir) -> None:
        self._alerts, self._stir = database.alerts, stir

    @property
    def collection(self) -> AsyncCollection[Document]:
        """For the relay."""
        return self._alerts

    async def create_indexes(self) -> None:
        await self._alerts.create_index([("tenant", 1), ("state", 1), ("place", 1)])
        await self._alerts.create_index([("tenant", 1), ("watched", 1)])
        await self._alerts.create_index([("state", 1), ("severity", 1)])
        await self._alerts.create_index("tell_at", sparse=True)
        await self._alerts.create_index([("tenant", 1), ("tell_at", 1)])
        await self._alerts.create_index("until", expireAfterSeconds=0)

    async def tell(self, conditions: Sequence[Condition]) -> None:
        """See alerts/condition.py. Raises RetryLaterError."""
        for start in range(0, len(conditions), AT_ONCE):
            await self._tell(conditions[start : start + AT_ONCE])

    async def _tell(self, said: Sequence[Condition]) -> None:
        keyed = [(alert_id(one.tenant, one.source, one.subject), one) for one in said]
        found = await self._found([key for key, _ in keyed])
        for key, one in keyed:
            before = found.get(key)
            for _ in range(ATTEMPTS):
                then = told(before, one)
                if then is None:
                    break
                if await self._write(before, then):
                    found[key] = then[0]
                    break
                before = (await self._found([key])).get(key)
            else:
                raise RetryLaterError("An alert is being changed by others at the same time.")

    async def change(self, tenant: str, its: str, decide: Decide) -> Alert | None:
        """As `decide` says of it as it is, or not at all where that is None. None: there is no such alert.

        Raises RetryLaterError.
        """
        for _ in range(ATTEMPTS):
            before = await self.alert(tenant, its)
            if before is None:
                return None
            then = decide(before)
            if then is None:
                return before
            if await self._write(before, then):
                return then[0]
        raise RetryLaterError("The alert is being changed by others at the same time.")

    async def alert(self, tenant: str, its: str) -> Alert | None:
        """One that has opened, or waits to."""
        wanted = {"_id": its, "tenant": tenant, "state": {"$in": LISTED}}
        with waiting_is_worth_it():
            found = await self._alerts.find_one(wanted, WITHOUT_OUTBOX)
        return struct_of(Alert, found) if found else None

    async def page(self, tenant: str, state: str, after: str, limit: int) -> Sequence[tuple[str, Alert]]:
        """Each with its place, the latest change first; `after`: the place of the last one of the page before."""
        wanted = {"tenant": tenant, "state": state, **({"place": {"$gt": after}} if after else {})}
        with waiting_is_worth_it():
            found = await self._alerts.find(wanted, WITHOUT_OUTBOX).sort("place", 1).limit(limit).to_list()
        return [(document["place"], struct_of(Alert, document)) for document in found]

    async def changed_since(self, tenant: str, at: datetime, limit: int) -> Sequence[Alert]:
        """Those that are open, and those whose last change is not before `at`: of each state the latest `limit`."""
        latest = {"place": {"$lte": _place(at, "~")}}
        found: dict[str, Alert] = {}  # one whose state changes meanwhile is met twice
        for state in LISTED:
            wanted = {"tenant": tenant, "state": state, **({} if state == "open" else latest)}
            with waiting_is_worth_it():
                these = await self._alerts.find(wanted, WITHOUT_OUTBOX).sort("place", 1).limit(limit).to_list()
            found |= {str(one.alert_id): one for one in (struct_of(Alert, document) for document in these)}
        return list(found.values())

    async def watched(self, tenant: str) -> Sequence[Alert]:
        with waiting_is_worth_it():
            found = self._alerts.find({"tenant": tenant, "watched": True}, WITHOUT_OUTBOX).limit(MOST)
            return [struct_of(Alert, document) for document in await found.to_list()]

    async def open_by_severity(self) -> dict[str, int]:
        """Of all tenants; of each severity `COUNTED_AT_MOST`."""
        with waiting_is_worth_it():
            return {
                severity: await self._alerts.count_documents(
                    {"state": "open", "severity": severity}, limit=COUNTED_AT_MOST
                )
                for severity in get_args(Severity)
            }

    async def untold(self, until: datetime) -> Sequence[str]:
        """Tenants of whose alerts changes wait since then or longer."""
        with waiting_is_worth_it():
            waits = self._alerts.find({"tell_at": {"$lte": until}}, {"tenant": 1, "tell_at": 1})
            found = await waits.sort("tell_at", 1).limit(MOST).to_list()
        return sorted({document["tenant"] for document in found})

    async def to_tell(self, tenant: str) -> Sequence[Alert]:
        """Of one tenant: those with changes that wait, however long; the longest first."""
        with waiting_is_worth_it():
            found = self._alerts.find(_waits(tenant), WITHOUT_OUTBOX).sort("tell_at", 1).limit(MOST)
            return [struct_of(Alert, document) for document in await found.to_list()]

    async def withhold(self, tenant: str) -> None:
        """What is in no batch comes into none any more by whoever has read it before now."""
        with waiting_is_worth_it():
            await self._alerts.update_many(_waits(tenant) | {"telling": None}, {"$inc": {"writes": 1}})

    async def settle(self, before: Alert, after: Alert, tell_at: datetime | None) -> bool:
        """What is told of it, and when it is looked at again; no revision. False: it was changed meanwhile."""
        return await self._write(before, (after, None), tell_at=tell_at)

    async def _found(self, keys: Collection[str]) -> dict[str, Alert]:
        with waiting_is_worth_it():
            found = await self._alerts.find({"_id": {"$in": list(keys)}}, WITHOUT_OUTBOX).to_list()
        return {document["_id"]: struct_of(Alert, document) for document in found}

    async def _write(self, before: Alert | None, then: Next, *, tell_at: datetime | None = None) -> bool:
        after, event = then
        if after.live and (before is None or not before.live):
            await self._stir(after.tenant)  # before: after a crash between the two it is looked at for nothing
        fields = _fields(after, tell_at)
        if before is None:
            return await self._insert(after, fields, event)
        unset = {name: "" for name in TIMES if fields[name] is None}
        change: Document = {"$set": {name: value for name, value in fields.items() if name not in unset}}
        change |= {"$unset": unset} if unset else {}
        if event:
            change |= push(event)
        with waiting_is_worth_it():
            result = await self._alerts.update_one({"_id": after.alert_id, "writes": before.writes}, change)
        return result.matched_count == 1

    async def _insert(self, alert: Alert, fields: Document, event: AlertChanged | None) -> bool:
        document = {"_id": alert.alert_id} | {
            name: value for name, value in fields.items() if name not in TIMES or value is not None
        }
        document |= holding(entry(event)) if event else {"outbox": [], "unsent": 0}
        with waiting_is_worth_it(), duplicates_are_fine():
            inserted = await self._alerts.insert_many([document], ordered=False)
            return bool(inserted.inserted_ids)
        return False


def _waits(tenant: str) -> Document:
    return {"tell_at": {"$gt": datetime.fromtimestamp(0, UTC)}, "tenant": tenant}


def _fields(alert: Alert, tell_at: datetime | None) -> Document:
    first = alert.telling.changes[0].at if alert.telling else alert.to_tell[0].at if alert.to_tell else None
    latest = alert.history[-1].at if alert.history else alert.since
    return {
        **document_of(alert),
        "watched": alert.watched,
        "place": _place(latest, alert.alert_id),
        "tell_at": (tell_at or first) if first else None,
        "until": None if alert.live else alert.at + (KEPT if alert.revision else KEPT_QUIET),
    }


def _place(latest: datetime, its: str) -> str:
    return f"{_LAST - round(latest.timestamp() * 1000):015d}/{its}"


_LAST: Final = 10**14  # milliseconds: what changed last has the lowest place, since indexes are read upwards
