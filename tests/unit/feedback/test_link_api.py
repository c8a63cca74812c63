"""Links that need no token, over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from ratchet_feedback.answers import answer_of, key_of
from tests.unit.feedback.in_memory import InMemoryStore
from tests.unit.feedback.said import prediction
from tests.unit.feedback.test_api import PATH, client, store

__all__ = ["client", "store"]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def made(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await client.post(f"{PATH}/links", json={"result_id": str(uuid4())} | fields)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def nobody(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Without a token."""
    del client.headers["Authorization"]
    return client


async def test_one_click_says_it_and_opening_alone_says_nothing(
    client: httpx.AsyncClient, store: InMemoryStore
) -> None:
    link = await made(client, user_id="ann")
    del client.headers["Authorization"]
    page = await client.get(link["by_rating"]["positive"])
    assert page.status_code == 200
    assert "requestSubmit" in page.text
    assert 'value="positive" checked' in page.text
    assert not store.kept
    sent = await client.post(link["by_rating"]["positive"], content="rating=positive", headers=FORM)
    assert sent.status_code == 200
    assert "Thank you" in sent.text
    (kept,) = store.kept.values()
    assert (kept.saved.said.tenant, kept.saved.said.user_id, kept.saved.said.rating) == ("acme", "ann", "positive")


async def test_who_only_asks_what_a_link_is_says_nothing(client: httpx.AsyncClient, store: InMemoryStore) -> None:
    link = await made(client)
    page = await client.head(link["by_rating"]["positive"])
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert (await client.head(f"{PATH}/said/x")).status_code == 403
    assert not store.kept


async def test_a_form_says_more_and_replaces_what_was_said(client: httpx.AsyncClient, store: InMemoryStore) -> None:
    link = await made(client)
    page = await client.get(link["url"])
    assert "requestSubmit" not in page.text
    for form in ("rating=positive", "stars=2&comments=Too+long.&specific_issues=too_long&specific_issues=wrong_facts"):
        assert (await client.post(link["url"], content=form, headers=FORM)).status_code == 200
    (kept,) = store.kept.values()
    said = kept.saved.said
    assert (said.stars, said.comments, said.issues) == (2, "Too long.", ("too_long", "wrong_facts"))
    assert (kept.saved.revision, said.user_id[:5]) == (2, "link-")


async def test_a_script_on_any_page_may_send_json(client: httpx.AsyncClient, store: InMemoryStore) -> None:
    link = await made(client)
    origin = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    asked = await client.options(link["url"], headers=origin)
    assert asked.headers["access-control-allow-origin"] == "*"
    answer = await client.post(link["url"], json={"signal": "copied"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (202, "*")
    assert answer.json()["status"] == "pending"
    refused = await client.post(link["url"], json={"rating": "perfect"})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (422, "*")
    assert refused.json()["detail"].startswith("rating: ")


async def test_links_of_nobody_in_particular_are_somebody_each(client: httpx.AsyncClient, store: InMemoryStore) -> None:
    result = str(uuid4())
    for link in [await made(client, result_id=result) for _ in range(2)]:
        await client.post(link["url"], json={"rating": "negative"})
    assert len(store.kept) == 2


@pytest.mark.parametrize("path", ["x", "a.b", "%2e", "\u00e4"])
async def test_a_forged_link_is_refused_in_a_sentence(
    client: httpx.AsyncClient, store: InMemoryStore, path: str
) -> None:
    page = await client.get(f"{PATH}/said/{path}")
    assert (page.status_code, "This link is not whole" in page.text) == (403, True)
    answer = await client.post(f"{PATH}/said/{path}", json={"rating": "negative"})
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:ratchet:problem:link-forged")
    assert not store.kept


async def test_an_expired_link_is_refused_with_its_end(client: httpx.AsyncClient, store: InMemoryStore) -> None:
    link = await made(client, valid_hours=1e-9)
    answer = await client.post(link["url"], json={"rating": "negative"})
    assert (answer.status_code, answer.json()["type"]) == (410, "urn:ratchet:problem:link-expired")
    page = await client.post(link["url"], content="rating=negative", headers=FORM)
    assert (page.status_code, "This link was good until" in page.text) == (410, True)
    assert not store.kept


async def test_a_link_ends_when_its_answer_goes(client: httpx.AsyncClient, store: InMemoryStore) -> None:
    answered_at = datetime.now(UTC) - timedelta(days=5)
    answer = answer_of(prediction(occurred_at=answered_at))
    store.known[key_of(answer)] = answer
    for of, kept_until in ((answer.result_id, answered_at), (uuid4(), datetime.now(UTC))):
        link = await made(client, result_id=str(of), valid_hours=24 * 90)
        assert abs(datetime.fromisoformat(link["expires_at"]) - kept_until - timedelta(days=30)) < timedelta(minutes=1)


async def test_a_page_of_a_link_is_nobody_else_s_and_runs_no_script_but_its_own(client: httpx.AsyncClient) -> None:
    page = await client.get((await made(client))["url"])
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "form", ["", "comments=", "comments=+%0A", "stars=9", "specific_issues=nonsense", "comments=%ff", "a=1&" * 200]
)
async def test_a_form_that_says_nothing_or_nonsense_is_told_so(
    client: httpx.AsyncClient, store: InMemoryStore, form: str
) -> None:
    link = await made(client)
    page = await client.post(link["url"], content=form, headers=FORM)
    assert (page.status_code, "This did not work" in page.text) == (422, True)
    assert "Value error" not in page.text
    assert not store.kept


async def test_whoever_asks_for_a_link_needs_a_token(nobody: httpx.AsyncClient) -> None:
    assert (await nobody.post(f"{PATH}/links", json={"result_id": str(uuid4())})).status_code == 401


async def test_a_script_for_pages_is_given_to_everybody(nobody: httpx.AsyncClient) -> None:
    answer = await nobody.get(f"{PATH}/widget.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "data-link" in answer.text


async def test_a_form_is_known_by_its_type_in_whatever_letters(client: httpx.AsyncClient, store: InMemoryStore) -> None:
    link = await made(client)
    headers = {"Content-Type": "Application/X-WWW-Form-Urlencoded; charset=UTF-8"}
    said = await client.post(link["url"], content="rating=positive", headers=headers)
    assert (said.status_code, len(store.kept)) == (200, 1)
    assert "Thank you" in said.text


async def test_a_form_in_parts_is_told_on_a_page_what_to_leave_out(
    client: httpx.AsyncClient, store: InMemoryStore
) -> None:
    link = await made(client)
    said = await client.post(link["url"], files={"rating": (None, "positive")})
    assert (said.status_code, said.headers["content-type"]) == (422, "text/html; charset=utf-8")
    assert "leave its enctype out" in said.text
    assert not store.kept


async def test_a_rating_that_there_is_not_is_asked_for(client: httpx.AsyncClient) -> None:
    link = await made(client)
    plain, unknown = await client.get(link["url"]), await client.get(f"{link['url']}?rating=great")
    assert unknown.status_code == 200
    assert unknown.headers["content-type"] == plain.headers["content-type"]
    assert len(unknown.text) == len(plain.text)
