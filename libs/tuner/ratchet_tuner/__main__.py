"""`python -m ratchet_tuner --work DIR`. Exit status: 0 done, 3 failed (status.json says why), 4 another is at it,
143 told to stop."""

import argparse
import sys
from pathlib import Path
from typing import Final

from ratchet_tuner.failing import AnotherIsAtItError
from ratchet_tuner.run import FAILED, run

OCCUPIED: Final = 4


def main() -> int:
    parser = argparse.ArgumentParser(prog="ratchet-tuner", description="Tunes an open-weight model in one work folder.")
    parser.add_argument("--work", type=Path, required=True, metavar="DIR", help="with order.json and train.jsonl")
    work = parser.parse_args().work.resolve()
    try:
        return run(work)
    except AnotherIsAtItError as error:
        sys.stderr.write(f"{error}\n")
        return OCCUPIED
    except OSError as error:
        sys.stderr.write(f"{work} cannot be worked in ({error.strerror}): make it a folder that can be written to.\n")
        return FAILED


if __name__ == "__main__":
    sys.exit(main())
