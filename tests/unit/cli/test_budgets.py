"""A budget is put as it is listed."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ratchet_cli.router_calls import Router
from ratchet_cli.spending import put_budget

BUDGET = {"budget_id": "team", "amount_usd": 500.0, "task_type": "", "model": "", "shares": [0.5, 1.0]}
LISTED = {**BUDGET, "used": 0.25, "month": {"month": "2026-11", "spent": 125.0}}


@dataclass(frozen=True, slots=True)
class Site(Router):
    """One budget, and what is told of it."""

    told: list[tuple[str, object]] = field(default_factory=list)

    def get(self, path: str) -> Any:
        return {"items": [LISTED] if path.endswith("/budgets") else []}

    def put(self, path: str, body: object) -> Any:
        self.told.append((path, body))
        return BUDGET

    def post(self, path: str, body: object, patience_s: float = 0) -> Any:  # noqa: ARG002  as of every router
        self.told.append((path, body))
        return BUDGET


@pytest.mark.parametrize("name", ["team", "other"])
def test_what_is_spent_of_it_is_left_out(tmp_path: Path, name: str) -> None:
    file, site = tmp_path / "budget.json", Site("http://127.0.0.1:1", "")
    file.write_text(json.dumps(LISTED | {"budget_id": name}))
    put_budget(site, file, as_json=True)
    ((path, body),) = site.told
    rest = {field: value for field, value in BUDGET.items() if field != "budget_id"}
    made = path.endswith("/budgets")
    assert (made, body) == (name == "other", {"budget_id": name} | rest if made else rest)
