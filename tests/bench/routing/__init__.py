"""`make bench-routing`: is the strong model asked where it helps, and what does an answer of some quality cost?"""

from tests.bench.routing.run import run

__all__ = ["run"]
