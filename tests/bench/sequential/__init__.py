"""Tests that may be watched all the time: how often are they wrong, and how long do they take?"""

from tests.bench.figure import Figure
from tests.bench.sequential import blocks, past, shares, unbounded, weighed


def run() -> list[Figure]:
    return [*weighed.figures(), *unbounded.figures(), *shares.figures(), *past.figures(), *blocks.figures()]
