import json
from pathlib import Path

import pytest

from ratchet_common.errors import CannotStartError
from tests.imitations.rig import HERE, finish, node_that_will_do, program


def test_a_missing_program_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotStartError, match=r"need `npm`, which is not on the PATH: install Node 20 or newer"):
        program("npm")


def test_a_node_that_is_too_old_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    old = tmp_path / "node"
    old.write_text("#!/bin/sh\necho v18.19.0\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotStartError, match=r"need Node 20 or newer, and `.*/node` is v18\.19\.0: install a newer"):
        node_that_will_do()


def test_a_command_that_is_not_done_in_time_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match=r"`sleep 5` was not done within 0\.05 s"):
        finish(["/bin/sleep", "5"], folder=tmp_path, patience_s=0.05)


def test_the_lock_names_no_host_and_pins_every_package_by_its_hash() -> None:
    lock = (HERE / "package-lock.json").read_text()
    packages = {name: package for name, package in json.loads(lock)["packages"].items() if name}
    assert "://" not in lock
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
