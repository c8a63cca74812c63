"""The graph of a tenant's documents over HTTP: as they are read, revised and deleted by a real worker."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from defusedxml import ElementTree

from tests.integration.router_site import until
from tests.integration.test_documents import Site, site

pytestmark = pytest.mark.asyncio(loop_scope="module")
__all__ = ["site"]  # a fixture
REPORT = """# {name} quarterly report

{name} (“{short}”) reports. For the quarterly period ended June 28, 2025. (In millions)

|  | Three Months Ended June 28, 2025 | Three Months Ended June 29, 2024 |
|---|---|---|
| Net sales | $ {now} | $ {then} |

{more}
"""
FERNWOOD = {"name": "Fernwood Mills, Inc.", "short": "Fernwood", "now": "1,250", "then": "1,100"}
QUILLON = {"name": "Quillon Paper Ltd.", "short": "Quillon", "now": "730", "then": "700", "more": ""}
COMPARED = "Fernwood Mills, Inc. competes with Quillon Paper Ltd. in packaging."


async def graph(site: Site, headers: Mapping[str, str] | None = None, **asked: Any) -> dict[str, Any]:
    status, found = await site.app.get(f"/api/documents/graph?{urlencode(asked)}", headers=headers)
    assert status == 200, found
    said: dict[str, Any] = found
    return said


def ids(found: dict[str, Any], kind: str = "") -> set[str]:
    return {one["id"] for one in found["entities"] if one["kind"].startswith(kind)}


async def test_what_documents_speak_of_is_there_with_its_pages_and_goes_with_them(site: Site) -> None:
    first = await site.read(REPORT.format(**FERNWOOD, more=COMPARED), "fernwood.md")
    second = await site.read(REPORT.format(**QUILLON), "quillon.md")
    assert (first["state"], second["state"]) == ("ready", "ready")
    both = await graph(site)
    assert ids(both, "company") == {"company:fernwood mills", "company:quillon paper"}
    assert [one["id"] for one in both["documents"]] == [second["id"], first["id"]]
    reported = {(*one["ends"], one["value"]) for one in both["relations"] if one["type"] == "reports"}
    assert ("company:quillon paper", "metric:revenue", "period:3M-2025-06-28", 730e6) in reported
    alone = await graph(site, document=first["id"])
    assert {one["where"]["document_id"] for one in alone["relations"]} == {first["id"]}
    around = await graph(site, entity="Quillon Paper", kind="company")
    assert (around["seeds"], ids(around, "company")) == (["company:quillon paper"], ids(both, "company"))
    by_short_name = await graph(site, entity="Quillon")  # by which only its own report calls it
    assert [by_short_name[which] for which in ("seeds", "relations", "documents")] == [
        (await graph(site, entity="company:quillon paper"))[which] for which in ("seeds", "relations", "documents")
    ]
    assert "compares" in {one["type"] for one in by_short_name["relations"]}
    quillon = next(one for one in around["entities"] if one["id"] == "company:quillon paper")
    assert {"document_id": first["id"], "pages": [1]} in quillon["documents"]

    revised = await site.read(REPORT.format(**FERNWOOD | {"now": "1,300"}, more=""), "fernwood.md")
    assert (revised["id"], revised["revision"]) == (first["id"], 2)
    anew = await graph(site, document=first["id"])
    assert {one["value"] for one in anew["relations"]} == {1_300e6, 1_100e6}
    assert not [one for one in (await graph(site))["relations"] if one["type"] == "compares"]

    async with site.app.http.delete(f"{site.app.url}/api/documents/{first['id']}"):
        pass

    async def gone() -> bool:
        return (await site.app.get(f"/api/documents/{first['id']}"))[0] == 404

    assert await until(gone)
    left = await graph(site)
    assert ids(left, "company") == {"company:quillon paper"}
    assert "fernwood" not in str(left).lower()


async def test_a_company_is_found_by_the_first_words_of_its_name_and_that_is_said(site: Site) -> None:
    mills = {"name": "Osterwald Mills, Inc.", "short": "OWM", "now": "1,250", "then": "1,100", "more": ""}
    await site.read(REPORT.format(**mills), "osterwald.md")
    for found in (await graph(site, entity="Osterwald"), await graph(site, company="osterwald")):
        assert {one["ends"][0] for one in found["relations"]} == {"company:osterwald mills"}
        assert found["notes"] == ["Taken for the company osterwald mills."]
    assert not (await graph(site, entity="Oster"))["relations"]
    await site.read(REPORT.format(**mills | {"name": "Osterwald Chemicals, Inc.", "short": "OWC"}), "chemicals.md")
    several = await graph(site, entity="Osterwald")
    assert several["relations"] == []
    assert several["notes"] == [
        "Several companies begin so: osterwald chemicals, osterwald mills. Ask for one of them."
    ]


async def test_the_list_goes_on_page_by_page_and_narrows(site: Site) -> None:
    sent = [
        await site.read(REPORT.format(**QUILLON | {"now": f"{n},000"}), f"page-{n}.md", user_id="pages")
        for n in range(1, 4)
    ]
    whole = await graph(site, limit=1_000)
    asked: dict[str, Any] = {"limit": 1}
    found: list[Any] = []
    while len(found) <= len(whole["relations"]):
        page = await graph(site, **asked)
        found += page["relations"]
        if page["next"] is None:
            break
        asked["cursor"] = page["next"]
    assert sorted(map(str, found)) == sorted(map(str, whole["relations"]))
    later = await graph(site, period="2025-Q2", document=sent[0]["id"])
    assert {end for one in later["relations"] for end in one["ends"] if end.startswith("period:")} == {
        "period:3M-2025-06-28"
    }
    nowhere = await graph(site, company="Nobody at all")
    assert (nowhere["entities"], nowhere["documents"]) == ([], [])
    assert (await graph(site, kind="decision"))["documents"] == []  # that they come from
    nobody = await graph(site, entity="Nobody at all")
    assert (nobody["seeds"], nobody["entities"], nobody["next"]) == ([], [], None)
    said = "Nothing that the documents speak of has the name Nobody at all."
    assert nobody["notes"] == [said]
    async with site.app.http.get(f"{site.app.url}/api/documents/graph?entity=Nobody+at+all&format=svg") as answer:
        assert said in await answer.text()


async def test_a_picture_is_drawn_where_it_is_asked_for(site: Site) -> None:
    await site.read(REPORT.format(**FERNWOOD, more=COMPARED), "drawn.md")
    for query, headers in (("&format=svg", {}), ("", {"Accept": "image/svg+xml"})):
        url = f"{site.app.url}/api/documents/graph?entity=Fernwood+Mills&depth=2{query}"
        async with site.app.http.get(url, headers=headers) as answer:
            assert (answer.status, answer.content_type) == (200, "image/svg+xml")
            drawn = await answer.text()
        assert ElementTree.fromstring(drawn).tag.endswith("svg")
        assert "Quillon Paper" in drawn
    async with site.app.http.get(f"{site.app.url}/api/documents/graph", headers={"Accept": "*/*"}) as answer:
        assert answer.content_type == "application/json"


async def test_anothers_documents_are_in_nobody_elses_graph(site: Site) -> None:
    found = await site.read(REPORT.format(**FERNWOOD | {"now": "1,299"}, more=COMPARED), "mine.md")
    theirs = {"Authorization": f"Bearer {site.other}"}
    for asked in ({}, {"document": found["id"]}, {"entity": "Fernwood Mills"}, {"company": "Fernwood Mills"}):
        seen = await graph(site, theirs, **asked)
        assert (seen["entities"], seen["relations"], seen["documents"]) == ([], [], [])
    assert (await site.app.get("/api/documents/graph?document=doc_1"))[0] == 422
    assert (await site.app.get("/api/documents/graph?kind=novel"))[0] == 422
