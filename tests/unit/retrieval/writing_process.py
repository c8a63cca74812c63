"""A process that writes to an index: its folder, the name of the documents, how many; and one that all replace."""

import asyncio
import sys

from ratchet_retrieval.lance import LanceIndex
from tests.unit.retrieval.passages_for_tests import document


async def main(folder: str, name: str, count: str) -> None:
    index = LanceIndex(folder)
    for at in range(int(count)):
        await index.put("t", document(f"{name}{at}", [f"common {name} {at}", "common second"]))
        await index.put("t", document("shared", [f"common shared {name} {at}"], revision=at + 1))
    await index.tend()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
