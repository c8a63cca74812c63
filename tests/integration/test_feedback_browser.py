"""What a browser makes of a link's page, a form and the script tag. It runs where there is a browser."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from ratchet_feedback.main import build
from ratchet_feedback.settings import FeedbackSettings
from tests.integration.conftest import Running, SettingsFor, Tenant, running_app

PATH = "/api/models/feedback"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_S = 60
SLOW_AT_FIRST = """
const send = window.fetch, waits = [1000];
window.fetch = async (...what) => {
  await new Promise((go) => setTimeout(go, waits.pop() ?? 0));
  return send(...what);
};
"""
CLICK = "document.querySelector('.ratchet-feedback button[data-rating=negative]').click()"


@dataclass(frozen=True, slots=True)
class Rig:
    app: Running
    browser: str
    folder: Path
    result_id: str
    link: str

    async def opened(self, url: str) -> str:
        """The page as it is once its scripts have come to rest."""
        flags = [
            "--headless",
            "--no-sandbox",  # which root cannot have
            "--disable-gpu",
            "--disable-dev-shm-usage",
            f"--user-data-dir={self.folder / 'profile'}",
            "--virtual-time-budget=20000",
            "--dump-dom",
        ]
        quiet = asyncio.subprocess.DEVNULL
        browser = await asyncio.create_subprocess_exec(
            self.browser, *flags, url, stdout=asyncio.subprocess.PIPE, stderr=quiet
        )
        try:
            async with asyncio.timeout(PATIENCE_S):
                dom, _ = await browser.communicate()
        finally:
            if browser.returncode is None:
                browser.kill()
                await browser.wait()
        return dom.decode()

    async def page(self, body: str) -> str:
        file = self.folder / "page.html"
        file.write_text(f'<!doctype html><html><head><meta charset="utf-8"></head><body>{body}</body></html>')
        return await self.opened(file.as_uri())

    async def said(self) -> list[dict[str, Any]]:
        status, body = await self.app.get(f"{PATH}/{self.result_id}")
        assert status in (200, 404)
        items: list[dict[str, Any]] = body["items"] if status == 200 else []
        return items


@pytest.fixture
async def rig(settings_for: SettingsFor, tenant: Tenant, tmp_path: Path) -> AsyncIterator[Rig]:
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        pytest.skip(f"There is no browser here: none of {', '.join(BROWSERS)} is on PATH.")
    settings = settings_for(FeedbackSettings)
    assert isinstance(settings, FeedbackSettings)
    async with running_app(build(settings), tenant) as app:
        result_id = str(uuid4())
        _, link = await app.post(f"{PATH}/links", {"result_id": result_id, "user_id": "ann"})
        yield Rig(app, browser, tmp_path, result_id, link["url"])


async def test_the_script_tag_makes_its_buttons_and_a_click_arrives(rig: Rig) -> None:
    tag = f'<script src="{rig.app.url}{PATH}/widget.js" data-link="{rig.link}"></script>'
    shown = await rig.page(tag)
    assert 'data-rating="positive"' in shown
    assert 'data-rating="negative"' in shown
    assert await rig.said() == []
    assert "Thank you" in await rig.page(f"{tag}<script>{CLICK}</script>")
    assert [(one["rating"], one["user_id"]) for one in await rig.said()] == [("negative", "ann")]


async def test_of_two_quick_clicks_the_last_one_counts_where_the_first_is_slow(rig: Rig) -> None:
    tag = f'<script src="{rig.app.url}{PATH}/widget.js" data-link="{rig.link}"></script>'
    shown = await rig.page(
        f"<script>{SLOW_AT_FIRST}</script>{tag}<script>{CLICK.replace('negative', 'positive')};{CLICK}</script>"
    )
    assert "Thank you" in shown
    assert [(one["rating"], one["revision"]) for one in await rig.said()] == [("negative", 2)]


async def test_opening_a_link_says_nothing_and_one_with_a_rating_sends_it_by_itself(rig: Rig) -> None:
    assert "How was the answer?" in await rig.opened(rig.link)
    assert await rig.said() == []
    assert "Thank you" in await rig.opened(f"{rig.link}?rating=positive")
    assert [one["rating"] for one in await rig.said()] == ["positive"]


async def test_a_form_of_a_page_is_sent_with_what_was_filled_in(rig: Rig) -> None:
    form = (
        f'<form method="post" action="{rig.link}">'
        '<input type="radio" name="rating" value="negative" checked>'
        '<textarea name="comments">The dates are wrong: 数字不对</textarea><button>Send</button></form>'
        "<script>document.querySelector('button').click()</script>"
    )
    assert "Thank you" in await rig.page(form)
    assert [(one["rating"], one["comments"]) for one in await rig.said()] == [
        ("negative", "The dates are wrong: 数字不对")
    ]
