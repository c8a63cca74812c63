"""Alerts on real parts: one event a change whoever tells, deliveries that outlive a bad receiver, and all of it."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope
from typer.testing import CliRunner, Result

from ratchet_cli.main import app as cli
from ratchet_common import mongo
from ratchet_common.bus import Bus
from ratchet_common.events import AlertChanged
from ratchet_common.outbox import Relay
from ratchet_monitor.alerts.alert import Alert
from ratchet_monitor.alerts.changing import acknowledged
from ratchet_monitor.alerts.delivering import Delivering
from ratchet_monitor.alerts.delivery import Delivery
from ratchet_monitor.alerts.receivers import Receiver
from ratchet_monitor.alerts.sending import MailServer, Senders
from ratchet_monitor.alerts.telling import Telling
from ratchet_monitor.hours import Keeping
from ratchet_monitor.main import build
from ratchet_monitor.settings import MonitorSettings
from ratchet_monitor.store import MonitorStore
from ratchet_providers.secrets import Secret
from ratchet_providers.webhooks import Webhooks
from ratchet_providers.wire import Wire
from tests.integration.conftest import Ground, Running, SettingsFor, Tenant, running_app
from tests.integration.test_monitor import a_store, publish, until
from tests.unit.monitor.alerts.make import condition, receiver, silence
from tests.unit.monitor.make import NOW, prediction

SECRET = "between us two"
WAIT = timedelta(seconds=30)
NO_MAIL = MailServer("", 25, "none", "", Secret(""), "r@example.org")


@pytest.fixture
async def store(stack: Ground) -> AsyncIterator[MonitorStore]:
    async with a_store(stack) as found:
        yield found


@dataclass
class Listener:
    """Answers as it is told to, then with 200. `hang`: not at all."""

    says: list[int | str] = field(default_factory=list)
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    end: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def hear(self, request: web.Request) -> web.Response:
        self.heard.append((dict(request.headers), await request.read()))
        self.came.set()
        said = self.says.pop(0) if self.says else 200
        if isinstance(said, str):
            await self.end.wait()
            said = 200
        return web.Response(status=said, headers={"Location": self.url} if said == 302 else {})

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.heard]


@asynccontextmanager
async def listening(*says: int | str) -> AsyncIterator[Listener]:
    its = Listener(list(says))
    app = web.Application()
    app.router.add_post("/hook", its.hear)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    its.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield its
    finally:
        its.end.set()
        await runner.cleanup()


class People:
    """Who is told, of one store, at a time that the test sets."""

    def __init__(self, store: MonitorStore, secret: Path, mail: MailServer = NO_MAIL, patience_s: float = 0.5) -> None:
        secret.write_text(SECRET)
        self.now, self.store, self.wire = NOW, store, Wire()
        webhooks = Webhooks(self.wire, private=True, patience_s=patience_s)
        senders = Senders(webhooks, {"s": Secret(f"file:{secret}")}, mail)
        self.telling = Telling(store.alerts, store.deliveries, store.receivers, store.silences, WAIT)
        self.delivering = Delivering(store.deliveries, store.receivers, senders)

    async def add(self, its: Receiver, tenant: str = "acme") -> None:
        await self.store.receivers.add(tenant, its.receiver_id, its)

    async def tell(self, **said: Any) -> None:
        await self.store.alerts.tell([condition(at=self.now, **said)])

    async def later(self, **time: float) -> None:
        self.now += timedelta(**time)
        await self.telling.once(self.now)

    async def deliver(self) -> list[Delivery]:
        """All that is due; the latest first."""
        while await self.delivering.once(self.now):
            pass
        return [one for _, one in await self.store.deliveries.page("acme", "", "", 100)]


async def events(store: MonitorStore) -> list[AlertChanged]:
    """What the relay sends."""
    sent: list[AlertChanged] = []

    async def publish_(_topic: str, _key: bytes, body: bytes, _headers: dict[str, bytes]) -> None:
        sent.append(msgspec.json.decode(body, type=AlertChanged))

    await Relay(store.alerts.collection, publish_).run_once()
    return sent


async def test_one_change_has_one_event_however_many_tell_of_it(store: MonitorStore) -> None:
    times = [(NOW + timedelta(minutes=m), m < 2) for m in (0, 1, 2, 9)]
    said = [condition(subject=f"s{n}", at=at, holds=holds) for at, holds in times for n in range(5)]
    for start in range(0, len(said), 5):
        await asyncio.gather(*(store.alerts.tell(said[start : start + 5]) for _ in range(4)))
    sent = await events(store)
    assert sorted((one.subject, one.revision, one.change) for one in sent) == [
        (f"s{n}", revision, change) for n in range(5) for revision, change in ((1, "opened"), (2, "closed"))
    ]
    await store.alerts.tell([condition(subject="open", tenant=tenant) for tenant in ("acme", "globex")])
    assert await store.alerts.open_by_severity() == {"info": 0, "warning": 2, "critical": 0}


async def test_a_receiver_that_hangs_then_fails_then_works(store: MonitorStore, tmp_path: Path) -> None:
    async with listening("hang", 500, 302) as its, listening() as other:
        people = People(store, tmp_path / "secret")
        async with people.wire:
            await people.add(receiver(url=its.url))
            await people.add(receiver(url=other.url), tenant="globex")
            await people.tell(subject="a")
            await people.tell(subject="b")
            await store.alerts.tell([condition(tenant="globex", at=NOW)])
            await people.later(seconds=30)
            states = []
            for _ in range(4):
                (one,) = await people.deliver()
                states.append((one.state, one.error))
                people.now = one.due_at or people.now
    assert states == [
        ("waiting", "It did not answer within 0.5 s."),
        ("waiting", "It answered 500."),
        ("waiting", "It answered 302."),  # and where that points was not called
        ("delivered", ""),
    ]
    assert len(its.heard) == 4
    assert len({body for _, body in its.heard}) == 1
    assert len({headers["Ratchet-Delivery"] for headers, _ in its.heard}) == 1
    assert sorted(one["subject"] for one in its.told[0]["alerts"]) == ["a", "b"]
    headers, body = its.heard[-1]
    at = headers["Ratchet-Signature"].removeprefix("t=").partition(",")[0]
    digest = hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["Ratchet-Signature"] == f"t={at},v1={digest}"
    assert len(other.heard) == 1


async def test_who_hangs_keeps_nobody_else_waiting(store: MonitorStore, tmp_path: Path) -> None:
    async with listening("hang") as its, listening() as other:
        people = People(store, tmp_path / "secret", patience_s=60)
        async with people.wire:
            await people.add(receiver(url=its.url))
            await people.tell()
            await people.later(seconds=30)
            hanging = asyncio.create_task(people.delivering.once(people.now))
            await its.came.wait()
            await people.add(receiver(url=other.url), tenant="globex")
            await store.alerts.tell([condition(tenant="globex", at=people.now)])
            await people.later(seconds=30)
            assert await people.delivering.once(people.now)
            assert (len(other.heard), hanging.done()) == (1, False)
            hanging.cancel()
            await asyncio.gather(hanging, return_exceptions=True)


async def test_what_was_cut_off_between_the_two_writes_is_told_once(store: MonitorStore, tmp_path: Path) -> None:
    class CutOffError(Exception):
        pass

    async def cut_off(_made: object) -> None:
        raise CutOffError

    people = People(store, tmp_path / "secret")
    async with people.wire, listening() as its:
        await people.add(receiver(url=its.url))
        await people.tell(subject="a")
        adds, store.deliveries.add = store.deliveries.add, cut_off  # type: ignore[method-assign,assignment]
        with pytest.raises(CutOffError):
            await people.later(seconds=30)
        store.deliveries.add = adds  # type: ignore[method-assign]
        await people.tell(subject="b")
        await asyncio.gather(*(people.telling.once(people.now) for _ in range(3)))
        await people.later(seconds=31)
        await people.later(seconds=31)
        await people.deliver()
    assert [[one["subject"] for one in body["alerts"]] for body in its.told] == [["a"], ["b"]]


async def test_one_who_was_held_up_in_the_middle_of_a_batch_adds_nothing_to_it(
    store: MonitorStore, tmp_path: Path
) -> None:
    """Between a look at its turn and a write. Meanwhile another delivers what the batch has, and it is over."""
    people = People(store, tmp_path / "secret")
    settle, deliver = store.alerts.settle, store.deliveries.add
    reached, delivered, given = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def held_up(before: Alert, after: Alert, tell_at: datetime | None) -> bool:
        if before.subject == "b" and not reached.is_set():
            await store.deliveries._turns.update_one({"_id": "acme"}, {"$set": {"lease.until_ms": 0}})
            reached.set()
            await delivered.wait()
            done = await settle(before, after, tell_at)
            given.set()
            return done
        return await settle(before, after, tell_at)

    async def noted(made: Collection[Delivery]) -> None:
        await deliver(made)
        if not delivered.is_set():
            delivered.set()
            await given.wait()

    store.alerts.settle, store.deliveries.add = held_up, noted  # type: ignore[method-assign]
    async with people.wire, listening() as its:
        await people.add(receiver(url=its.url))
        for subject in ("a", "b", "c"):
            await people.tell(subject=subject)
            people.now += timedelta(seconds=1)
        people.now += WAIT
        first = asyncio.create_task(people.telling.once(people.now))
        await reached.wait()
        await people.telling.once(people.now)
        await first
        for _ in range(3):
            await people.later(minutes=2)
        await people.deliver()
    assert sorted(one["subject"] for body in its.told for one in body["alerts"]) == ["a", "b", "c"]


async def test_two_who_make_deliveries_at_once_tell_each_change_once(store: MonitorStore, tmp_path: Path) -> None:
    people = People(store, tmp_path / "secret")
    async with people.wire, listening() as its:
        await people.add(receiver(url=its.url))
        for n in range(20):
            await people.tell(subject=f"s{n}", source=f"rule:{n % 4}")
        people.now += WAIT
        await asyncio.gather(*(people.telling.once(people.now) for _ in range(4)))
        await people.deliver()
    told = sorted(one["subject"] for body in its.told for one in body["alerts"])
    assert told == sorted(f"s{n}" for n in range(20))
    assert len(its.told) == 4


async def test_what_is_silenced_is_told_when_the_silence_ends(store: MonitorStore, tmp_path: Path) -> None:
    people = People(store, tmp_path / "secret")
    async with people.wire, listening() as its:
        await people.add(receiver(url=its.url))
        await store.silences.add("acme", "s-1", silence(until=NOW + timedelta(minutes=10), task="qa"))
        await people.tell(subject="stays")
        await people.tell(subject="goes")
        for _ in range(10):
            await people.later(minutes=1)
            await people.tell(subject="goes", holds=False)
            await people.deliver()
        assert its.heard == []
        await people.later(minutes=2)
        await people.later(minutes=1)
        await people.deliver()
    assert [one["subject"] for body in its.told for one in body["alerts"]] == ["stays"]


class Mailbox:
    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.refuses = True

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        if self.refuses:
            self.refuses = False
            return "451 come again"
        self.taken.append(envelope)
        return "250 taken"


async def test_mail_goes_through_a_server_that_first_refuses(store: MonitorStore, tmp_path: Path) -> None:
    box = Mailbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(box, hostname="mail.test"), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    people = People(store, tmp_path / "secret", MailServer("127.0.0.1", port, "none", "", Secret(""), "r@example.org"))
    async with people.wire, server:
        await people.add(receiver("mail", kind="email", url="", secret="", to=["ann@example.org", "bob@example.org"]))
        await people.tell()
        await people.later(seconds=30)
        (first,) = await people.deliver()
        assert (first.state, first.error) == ("waiting", "The mail server answered 451.")
        await people.later(seconds=5)
        (second,) = await people.deliver()
    assert second.state == "delivered"
    (mail,) = box.taken
    assert mail.rcpt_tos == ["ann@example.org", "bob@example.org"]
    content = mail.original_content.decode() if mail.original_content else ""
    assert "Subject: [acme] warning: opened latency, task qa" in content
    assert f"Message-ID: <{second.delivery_id}@ratchet.invalid>" in content.replace("\r\n ", " ")


async def test_slacks_url_is_a_secret_and_stands_nowhere(store: MonitorStore, tmp_path: Path) -> None:
    async with listening() as its:
        people = People(store, tmp_path / "secret")
        (tmp_path / "secret").write_text(its.url)
        async with people.wire:
            await people.add(receiver("slack", kind="slack", url=""))
            await people.tell()
            await people.later(seconds=30)
            await people.deliver()
    assert its.told[0]["text"] == "[acme] warning: opened latency, task qa"
    kept = [repr(one) for one in [*await store.receivers.all("acme"), *await store.deliveries.page("acme", "", "", 9)]]
    assert not any(its.url in one for one in kept)


async def test_what_nobody_can_be_told_any_more_has_visibly_failed(store: MonitorStore, tmp_path: Path) -> None:
    people = People(store, tmp_path / "secret")
    async with people.wire:
        await people.add(receiver(url="http://127.0.0.1:9/x"))
        await people.tell()
        await people.later(seconds=30)
        await store.receivers.delete("acme", "pager")
        (one,) = await people.deliver()
    assert (one.state, one.error) == ("failed", "Its receiver is gone or switched off.")
    assert [its for _, its in await store.deliveries.page("acme", "failed", "", 10)] == [one]


async def test_a_tenant_is_looked_at_by_one_worker_and_rests(store: MonitorStore) -> None:
    every, idle, day = timedelta(seconds=30), timedelta(minutes=10), timedelta(days=1)
    watched = store.watched
    await watched.stir({"acme"}, NOW)
    looks = [one for one in await asyncio.gather(*(watched.take(NOW) for _ in range(4))) if one]
    assert len(looks) == 1
    await watched.stir({"acme"}, NOW)  # while it is looked at
    assert await watched.take(NOW) is None
    assert await watched.late_by(NOW) == timedelta(0)
    await watched.rest(looks[0], NOW, every=every, idle=idle, drop=day)
    assert await watched.take(NOW + timedelta(seconds=29)) is None
    second = await watched.take(NOW + every)
    assert second is not None
    await watched.rest(second, NOW + every, every=every, idle=idle, drop=day)
    assert await watched.take(NOW + idle) is None
    await watched.stir({"acme"}, NOW + idle)  # it is due at once: it has rested
    assert await watched.late_by(NOW + idle + every) == every  # told by whoever is asked, though nobody looks
    third = await watched.take(NOW + idle)
    assert third is not None
    taken_over = await watched.take(NOW + idle + timedelta(seconds=60))  # whoever had it was killed
    assert taken_over is not None
    await watched.rest(third, NOW + 2 * idle, every=every, idle=idle, drop=day)  # late: it changes nothing
    await watched.rest(taken_over, NOW + 2 * day, every=every, idle=idle, drop=day)
    assert await watched.take(NOW + 9 * day) is None


async def test_a_person_and_a_condition_at_once_lose_no_change(store: MonitorStore) -> None:
    await store.alerts.tell([condition(at=NOW)])
    (alert,) = await store.alerts.watched("acme")
    decide = lambda its: acknowledged(its, "ann", "", NOW + timedelta(seconds=1))  # noqa: E731
    words = [store.alerts.tell([condition(at=NOW + timedelta(minutes=n), severity="critical")]) for n in (1, 2, 3)]
    await asyncio.gather(*words, *(store.alerts.change("acme", alert.alert_id, decide) for _ in range(3)))
    assert sorted(one.change for one in await events(store)) == ["acknowledged", "opened", "worsened"]
    assert await store.alerts.change("globex", alert.alert_id, decide) is None  # another tenant's is none


@pytest.fixture
async def app(settings_for: SettingsFor, tenant: Tenant, tmp_path: Path) -> AsyncIterator[tuple[Running, Bus]]:
    (tmp_path / "hook").write_text(SECRET)
    settings = settings_for(
        MonitorSettings,
        alert_every_s=0.2,
        alert_wait_s=0,
        alert_private=True,
        alert_secrets={"hook": f"file:{tmp_path / 'hook'}"},
    )
    assert isinstance(settings, MonitorSettings)
    async with running_app(build(settings), tenant) as running, Bus(settings) as bus:
        yield running, bus


async def test_failing_answers_open_an_alert_that_a_receiver_hears_of(app: tuple[Running, Bus], tenant: Tenant) -> None:
    running, bus = app
    async with listening() as its:
        hook = {"receiver_id": "hook", "kind": "webhook", "url": its.url, "secret": "hook"}
        assert (await running.post("/api/models/alerts/receivers", hook))[0] == 201
        now = datetime.now(UTC)
        made = [prediction(n, at=now, outcome="failed", tenant=tenant.name, event_id=uuid4()) for n in range(30)]
        await publish(bus, *made)
        async with asyncio.timeout(60):
            found = await until(running, "/api/models/performance/alerts", lambda body: bool(body["items"]))
            await its.came.wait()
    (alert,) = [one for one in found["items"] if one["source"] == "rule:answers-fail"]
    assert (alert["severity"], alert["task_type"], alert["revision"]) == ("critical", "summary", 1)
    assert alert["numbers"]["burn_rate_60m"] == pytest.approx(100)
    assert its.told[0]["alerts"][0]["alert_id"] == alert["alert_id"]
    path = f"/api/models/alerts/{alert['alert_id']}"
    status, seen = await running.post(f"{path}/acknowledge", {"why": "looking"})
    assert (status, seen["history"][-1]["what"]) == (200, "acknowledged")
    status, seen = await running.post(f"{path}/resolve", {})
    assert (status, seen["state"]) == (200, "closed")
    assert (await running.get("/api/models/alerts/deliveries"))[1]["items"]
    assert (await running.post(f"{path}/resolve", {}))[0] == 409


async def test_rules_receivers_and_silences_come_and_go(app: tuple[Running, Bus]) -> None:
    running, _ = app
    rules = "/api/models/alerts/rules"
    own = {"rule_id": "slow", "metric": "latency_p95_ms", "threshold": 900, "by": ["model"]}
    assert (await running.post(rules, own))[0] == 201
    assert (await running.post(rules, own))[0] == 409
    assert (await running.post(rules, own | {"rule_id": "other", "threshold": "much"}))[0] == 422
    status, problem = await running.post(rules, {"rule_id": "share", "metric": "error_rate", "threshold": 25})
    assert (status, problem["type"], problem["field"]) == (422, "urn:ratchet:problem:unfit-rule", "threshold")
    status, found = await running.get(rules)
    assert {one["rule_id"]: one["default"] for one in found["items"]}["slow"] is False
    body = {"metric": "latency_p95_ms", "threshold": 800, "enabled": False}
    status, found = await call(running, "PUT", f"{rules}/answers-fail", body)
    assert (status, found["enabled"], found["default"]) == (200, False, False)
    assert (await call(running, "DELETE", f"{rules}/answers-fail"))[0] == 204
    assert (await running.get(f"{rules}/answers-fail"))[1]["default"] is True
    status, found = await call(running, "PUT", rules, {"enabled": False})
    assert [one["rule_id"] for one in found["items"]] == ["slow"]
    assert (await running.get(f"{rules}/answers-fail"))[0] == 404

    receivers = "/api/models/alerts/receivers"
    hook = {"receiver_id": "hook", "kind": "webhook", "url": "http://127.0.0.1:9/x", "secret": "nobody's"}
    status, problem = await running.post(receivers, hook)
    assert (status, problem["type"]) == (422, "urn:ratchet:problem:unfit-receiver")
    status, problem = await running.post(receivers, {"receiver_id": "m", "kind": "email", "to": ["ann@example.org"]})
    assert "MONITOR_SMTP_HOST" in problem["detail"]
    assert (await running.post(receivers, hook | {"secret": "hook"}))[0] == 201
    misspelt = hook | {"receiver_id": "deaf", "secret": "hook", "match": {"tasks": "qa"}}
    for status, problem in (
        await running.post(receivers, misspelt),
        await call(
            running, "PUT", f"{receivers}/hook", {name: misspelt[name] for name in misspelt if name != "receiver_id"}
        ),
    ):
        assert (status, problem["type"], problem["field"]) == (422, "urn:ratchet:problem:unknown-label", "match")
        assert "No alert has the label tasks" in problem["detail"]
    assert [one["match"] for one in (await running.get(receivers))[1]["items"]] == [{}]
    assert (await call(running, "DELETE", f"{receivers}/hook"))[0] == 204
    assert (await call(running, "DELETE", f"{receivers}/hook"))[0] == 404

    silences = "/api/models/alerts/silences"
    until_ = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    status, made = await running.post(silences, {"match": {"task": "qa"}, "until": until_, "why": "planned"})
    assert (status, made["who"] != "") == (201, True)
    assert (await running.post(silences, {"match": {"task": "qa"}, "until": "2020-01-01T00:00:00Z", "why": "x"}))[
        0
    ] == 422
    status, problem = await running.post(silences, {"match": {"tsk": "qa"}, "until": until_, "why": "planned"})
    assert (status, problem["type"], problem["field"]) == (422, "urn:ratchet:problem:unknown-label", "match")
    assert len((await running.get(silences))[1]["items"]) == 1
    assert (await call(running, "DELETE", f"{silences}/{made['silence_id']}"))[0] == 204


async def test_the_command_line_shows_and_changes_them(
    app: tuple[Running, Bus], stack: Ground, tenant: Tenant, tmp_path: Path
) -> None:
    running, _ = app
    file = tmp_path / "rule.json"

    async def ratchet(*arguments: str) -> Result:
        where = ["--url", running.url, "--token", tenant.token]
        return await asyncio.to_thread(CliRunner().invoke, cli, ["alerts", *arguments, *where])

    async with told_store(stack) as store:
        slow: dict[str, Any] = {"tenant": tenant.name, "kind": "drift", "source": "drift"}
        await store.alerts.tell([condition(at=datetime.now(UTC), sentence="[bold]It is slow.", **slow)])
        (alert,) = await store.alerts.watched(tenant.name)
    listed = await ratchet("list")
    assert (alert.alert_id in listed.stdout, "[bold]It is slow." in listed.stdout) == (True, True)
    assert "ack" in (await ratchet("ack", alert.alert_id, "--why", "on it")).stdout.lower()
    assert "on it" in (await ratchet("show", alert.alert_id)).stdout
    assert json.loads((await ratchet("resolve", alert.alert_id, "--json")).stdout)["state"] == "closed"
    file.write_text((await ratchet("rules", "show", "answers-fail", "--json")).stdout)
    assert json.loads((await ratchet("rules", "put", str(file), "--json")).stdout)["default"] is False
    assert (await ratchet("rules", "delete", "answers-fail")).exit_code == 0
    assert "answers-fail" not in (await ratchet("rules", "defaults", "off")).stdout
    silenced = json.loads((await ratchet("silence", "task=qa", "--for", "2h", "--why", "planned", "--json")).stdout)
    assert "planned" in (await ratchet("silences")).stdout
    assert (await ratchet("unsilence", silenced["silence_id"])).exit_code == 0
    for wrong, why in [
        (("silence", "qa", "--why", "x"), "write it as task=qa"),
        (("silence", "task=qa", "--for", "soon", "--why", "x"), "write it as 30m"),
        (("show", "0" * 24), "There is no alert"),
        (("rules", "put", str(tmp_path / "none.json")), "cannot be read"),
    ]:
        refused = await ratchet(*wrong)
        assert (refused.exit_code, why in refused.stderr) == (1, True), refused.stderr


@asynccontextmanager
async def told_store(stack: Ground) -> AsyncIterator[MonitorStore]:
    """The store of the service that runs."""
    client = mongo.connect(stack.mongodb_url)
    yield MonitorStore(mongo.database(client, "monitor"), Keeping(timedelta(days=30), timedelta(days=400)))
    await client.close()


async def call(running: Running, method: str, path: str, body: object = None) -> tuple[int, Any]:
    async with running.http.request(method, running.url + path, json=body) as answer:
        return answer.status, await answer.json(content_type=None) if answer.status != 204 else None
