import pytest

from tests.unit.router.responses.conversing import CASES, Case
from tests.unit.router.responses.in_memory import InMemoryConversations


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
async def test_kept_in_memory(case: Case) -> None:
    await case(InMemoryConversations())
