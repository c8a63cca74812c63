"""Anthropic's batches of messages, against somebody who takes them as Anthropic documents it."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anthropic
import pytest
from anthropic.types.messages.batch_create_params import Request

from ratchet_providers.anthropic.batches import AnthropicBatches
from ratchet_providers.anthropic.provider import Anthropic
from ratchet_providers.base import ModelAnswer, ModelRequest
from ratchet_providers.batching import NotYetKnownError, Result
from ratchet_providers.failing import ProviderError
from ratchet_providers.secrets import Secret
from ratchet_providers.wire import Wire
from tests.unit.providers.anthropic_batches_rig import USED, AnthropicUpstream, anthropic_upstream

NAME = "0123456789abcdef01234567-0"
KEYS = [f"0123456789abcdef01234567-{line}" for line in (1, 2, 3)]
KEY = "sk-ant-between-us"


@asynccontextmanager
async def platform(tmp_path: Path) -> AsyncIterator[tuple[AnthropicBatches, AnthropicUpstream]]:
    (tmp_path / "key").write_text(KEY)
    async with anthropic_upstream(KEY) as up, Wire() as wire:
        provider = Anthropic(wire, up.url, Secret(f"file:{tmp_path / 'key'}"))
        yield AnthropicBatches(wire, up.url, provider), up


def asked(*keys: str, text: str = "When?") -> Mapping[str, ModelRequest]:
    return {
        key: ModelRequest(
            model="claude-sonnet-4-5", task_type="chat", messages=[{"role": "user", "content": text}], document=""
        )
        for key in keys
    }


async def test_the_imitation_speaks_with_anthropics_own_client() -> None:
    params: Request = {
        "custom_id": "a",
        "params": {"model": "claude-sonnet-4-5", "max_tokens": 9, "messages": [{"role": "user", "content": "When?"}]},
    }
    async with anthropic_upstream(KEY) as up, anthropic.AsyncAnthropic(base_url=up.url, api_key=KEY) as client:
        made = await client.messages.batches.create(requests=[params])
        assert made.request_counts.processing == 1
        found = await client.messages.batches.retrieve(made.id)
        assert (found.processing_status, found.request_counts.succeeded) == ("ended", 1)
        (line,) = [one async for one in await client.messages.batches.results(made.id)]
        assert line.result.type == "succeeded"
        assert line.result.message.usage.input_tokens == USED["input_tokens"]
        assert [one.id async for one in client.messages.batches.list(limit=1)] == [made.id]
        assert up.wrong == []


async def test_a_batch_is_taken_and_every_answer_finds_its_request(tmp_path: Path) -> None:
    async with platform(tmp_path) as (its, up):
        id_ = await its.submit(NAME, asked(*KEYS))
        assert (await its.state(id_)).state == "ended"
        results = await _results(its, id_, asked(*KEYS))
        assert up.wrong == []
    assert sorted(results) == KEYS
    answers = [one.answer for one in results.values() if isinstance(one.answer, ModelAnswer)]
    assert [(a.output, a.usage.input_tokens, a.usage.output_tokens) for a in answers] == [
        ("On Monday.", 1_000, 100)
    ] * 3


async def test_a_result_that_cannot_be_read_fails_alone(tmp_path: Path) -> None:
    async with platform(tmp_path) as (its, up):
        up.before = ["{half of", "7", '{"custom_id": 7}', json.dumps({"custom_id": f"{NAME}-{KEYS[0]}", "result": 7})]
        id_ = await its.submit(NAME, asked(*KEYS[1:]))
        assert (await its.state(id_)).state == "ended"
        assert await its.find(NAME, datetime.now(UTC)) == id_
        results = await _results(its, id_, asked(*KEYS))
    assert sorted(key for key, one in results.items() if one.answer is not None) == KEYS[1:]
    assert results[KEYS[0]].error is not None
    assert not results[KEYS[0]].expired


async def test_it_goes_on_until_it_has_ended(tmp_path: Path) -> None:
    async with platform(tmp_path) as (its, up):
        up.holds_back = True
        id_ = await its.submit(NAME, asked(*KEYS))
        assert (await its.state(id_)).state == "running"
        up.holds_back = False
        assert (await its.state(id_)).state == "ended"


async def test_one_that_is_refused_leaves_the_others_alone(tmp_path: Path) -> None:
    async with platform(tmp_path) as (its, up):
        up.refuses.add("unlucky")
        requests = {**asked(KEYS[0]), **asked(KEYS[1], text="unlucky")}
        results = await _results(its, await _ended(its, requests), requests)
    assert results[KEYS[0]].answer is not None
    error = results[KEYS[1]].error
    assert error is not None
    assert error.said is not None
    assert (error.kind, error.said.message) == ("bad_request", "It was refused.")


async def test_what_expired_there_is_told_from_what_was_refused(tmp_path: Path) -> None:
    async with platform(tmp_path) as (its, up):
        up.expires_after = 1
        results = await _results(its, await _ended(its, asked(*KEYS)), asked(*KEYS))
    assert [results[key].expired for key in KEYS] == [False, True, True]


async def test_a_cancelled_one_keeps_what_was_answered(tmp_path: Path) -> None:
    async with platform(tmp_path) as (its, up):
        up.holds_back = True
        id_ = await its.submit(NAME, asked(*KEYS))
        await its.cancel(id_)
        assert (await its.state(id_)).state == "ended"
        results = await _results(its, id_, asked(*KEYS))
        await its.cancel(id_)  # it has ended: that changes nothing
    assert [results[key].answer is not None for key in KEYS] == [True, False, False]


async def test_one_whose_submission_was_cut_off_is_found_by_its_requests(tmp_path: Path) -> None:
    async with platform(tmp_path) as (its, up):
        since = datetime.now(UTC)
        await its.submit("another-1", asked("another-2"))
        up.drops_submissions = 1
        with pytest.raises(ProviderError):
            await its.submit(NAME, asked(*KEYS))
        with pytest.raises(NotYetKnownError):
            await its.find(NAME, since)
        for made in up.batches.values():
            made.ended = True
        assert await its.find(NAME, since) == list(up.batches)[1]
        assert await its.find("0123456789abcdef01234567-1", since) is None
        assert len(up.batches) == 2


async def test_it_is_found_behind_a_page_of_others_and_older_ones_are_not_looked_at(tmp_path: Path) -> None:
    async with platform(tmp_path) as (its, up):
        ours = await its.submit(NAME, asked(*KEYS))
        for number in range(120):
            await its.submit(f"other-{number}", asked(f"other-{number}"))
        for made in up.batches.values():
            made.ended = True
        assert await its.find(NAME, datetime.now(UTC)) == ours
        assert await its.find(NAME, datetime.now(UTC) + timedelta(minutes=5)) is None


@pytest.mark.parametrize(("status", "kind"), [(529, "overloaded"), (500, "unavailable"), (429, "rate_limited")])
async def test_a_provider_that_takes_nothing_now_says_why(tmp_path: Path, status: int, kind: str) -> None:
    async with platform(tmp_path) as (its, up):
        up.fails_with = status
        with pytest.raises(ProviderError) as failed:
            await its.submit(NAME, asked(*KEYS))
    assert failed.value.kind == kind


async def test_a_key_that_is_wrong_is_told(tmp_path: Path) -> None:
    async with platform(tmp_path) as (its, up):
        up.key = "another"
        with pytest.raises(ProviderError) as failed:
            await its.submit(NAME, asked(*KEYS))
    assert failed.value.kind == "unauthorized"


async def test_one_that_is_not_there_any_more_is_told(tmp_path: Path) -> None:
    async with platform(tmp_path) as (its, _):
        with pytest.raises(ProviderError) as failed:
            await its.state("msgbatch_gone")
    assert failed.value.status == 404


async def _ended(its: AnthropicBatches, requests: Mapping[str, ModelRequest]) -> str:
    id_ = await its.submit(NAME, requests)
    await its.state(id_)
    return id_


async def _results(its: AnthropicBatches, id_: str, requests: Mapping[str, ModelRequest]) -> dict[str, Result]:
    return {key: result async for key, result in its.results(id_, requests)}
