"""Signatures that were stored by datasketch are compared with ours."""

from random import Random

import datasketch
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_trainer.datasets.minhash import PERMUTATIONS, PORTION, SEED, minhash


def by_datasketch(parts: list[bytes]) -> list[int]:
    theirs = datasketch.MinHash(num_perm=PERMUTATIONS, seed=SEED, scheme="affine32")
    theirs.update_batch(parts)
    return [int(number) for number in theirs.hashvalues]


@given(st.lists(st.binary(max_size=40), max_size=30))
def test_it_is_datasketchs(parts: list[bytes]) -> None:
    assert minhash(parts).tolist() == by_datasketch(parts)


@pytest.mark.parametrize("count", [PORTION - 1, PORTION, PORTION + 1, 3 * PORTION + 7])
def test_however_many_there_are(count: int) -> None:
    random = Random(count)
    parts = [random.randbytes(random.randrange(60)) for _ in range(count)]
    assert minhash(parts).tolist() == by_datasketch(parts)


def test_whose_order_does_not_matter() -> None:
    parts = [b"one", b"two", b"three"]
    assert minhash(parts).tolist() == minhash(parts[::-1]).tolist()
