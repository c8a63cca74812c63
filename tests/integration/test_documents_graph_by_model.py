"""A worker that asks a model for the graph: over real sockets, with the cost on the bus."""

import json
from pathlib import Path

from tests.integration.conftest import Ground
from tests.integration.router_process import catalogue
from tests.integration.test_documents import site_at
from tests.integration.upstream import failing, saying, upstream

TEXT = "Minutes of the meeting.\n\nOskar Lind looks after the budget until Friday.\n"
FOUND = {
    "passage": 1,
    "type": "owns",
    "who": "Oskar Lind",
    "what": "look after the budget",
    "detail": "Friday",
    "quote": "Oskar Lind looks after the budget until Friday",
}
INVENTED = FOUND | {"who": "Nora Holm"}


async def test_a_worker_asks_the_model_and_keeps_what_stands_in_the_document(stack: Ground, tmp_path: Path) -> None:
    async with upstream() as model:
        model.will("m", failing(503), saying(json.dumps({"relations": [FOUND, INVENTED]})))
        models = tmp_path / "catalogue.toml"
        models.write_text(catalogue(model.url, "m"))
        async with site_at(stack, tmp_path, catalogue=models, graph_model="m") as site:
            read = await site.read(TEXT, "minutes.md")
            assert read["state"] == "ready"
            _, graph = await site.app.get("/api/documents/graph?kind=task")
            (one,) = graph["relations"]
            assert (one["ends"], one["text"]) == (["person:oskar lind", "task:look after the budget"], "Friday")
            assert one["where"]["document_id"] == read["id"]
            assert "nora" not in str(graph).lower()
            assert model.asked[-1]["response_format"]["json_schema"]["strict"] is True
            async with site.worker.http.get(f"{site.worker.url}/metrics") as answer:
                shown = await answer.text()
    assert any('task="entities"' in line and 'model="m"' in line for line in shown.splitlines())
