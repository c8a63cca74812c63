"""What a kill after the provider's answer can lose: docs/money.md."""

from pathlib import Path

import pytest

from ratchet_cli.stack.start import start_stack
from tests.crash.reconciling import reconcile
from tests.places import store_folder


@pytest.mark.slow
async def test_a_kill_loses_the_record_of_requests_in_flight_at_most(tmp_path: Path) -> None:
    with store_folder() as folder, start_stack(folder / "stack") as stack:
        found = await reconcile(stack, tmp_path, requests=240, kills=3, seed=7)
    print(f"\n{found}")
    assert found.kills == 3
    assert found.acknowledged <= found.recorded.keys()  # whoever got an answer, its cost is known
    assert found.recorded.keys() <= found.bill.keys()
    assert all(found.bill[name] == cost for name, cost in found.recorded.items())  # to the last digit
    assert len(found.missing) <= found.in_flight
