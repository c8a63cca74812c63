"""deploy/Dockerfile: an image holds one service, runs as nobody in particular, and cannot build anything."""

import re
import shlex
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ratchet_common.topics import EVERY_SERVICE
from tests.contract.images import DOCKERFILE, ROOT, chain, command, environment, last, needed_by, stages

BUILD_TOOLS = {"pip", "setuptools", "wheel", "uv", "hatchling", "cython", "meson", "ninja", "cmake", "build"}
each_service = pytest.mark.parametrize("service", EVERY_SERVICE)


def install_words(service: str) -> list[str]:
    (line,) = stages()[f"build-{service}"].all("RUN")
    return shlex.split(line.partition("&&")[0])


@each_service
def test_an_image_installs_the_members_that_its_service_needs_and_no_other(service: str) -> None:
    installed = {word for word in install_words(service) if word.startswith("./")}
    assert installed == needed_by(f"ratchet-{service}")


@each_service
def test_what_is_installed_is_locked_by_hash_and_stands_without_its_sources(service: str) -> None:
    words = install_words(service)
    assert words[:3] == ["uv", "pip", "install"]
    assert "--no-editable" in words
    for flag in ("--constraint", "--build-constraint"):
        assert words[words.index(flag) + 1] == "requirements.lock"


@each_service
def test_an_image_runs_its_service_as_a_user_without_rights(service: str) -> None:
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", last(service, "USER"))
    assert command(service) == ["python", "-m", f"ratchet_{service}"]
    assert find_spec(f"ratchet_{service}.__main__") is not None


@each_service
def test_an_image_takes_nothing_from_the_build_but_its_environment(service: str) -> None:
    last_stage, runtime = chain(service)[::-1]
    assert last_stage.steps[0] == ("COPY", f"--from=build-{service} /opt/ratchet /opt/ratchet")
    assert [word for word, _ in last_stage.steps] == ["COPY", "CMD"]
    assert not runtime.all("COPY")
    assert runtime.base == stages()["build"].base  # the environment's links lead to the same Python


def test_the_images_lose_the_build_tools_that_python_brings() -> None:
    (prepared,) = stages()["runtime"].all("RUN")
    assert re.search(r"pip uninstall [^&]*setuptools wheel pip", prepared)
    assert "rm -rf /usr/local/lib/python3.11/ensurepip" in prepared
    assert not re.search(r"apt-get|apk |curl|gcc|\buv\b", prepared)


@each_service
def test_no_build_tool_comes_back_as_a_dependency(service: str) -> None:
    brought = closure(f"ratchet-{service}") & BUILD_TOOLS
    (line,) = stages()[f"build-{service}"].all("RUN")
    removed = re.search(r"uv pip uninstall --python /opt/ratchet ([\w -]+)", line)
    assert brought == (set(removed[1].split()) if removed else set())


def test_the_routers_image_comes_with_what_a_model_on_the_machine_needs_too() -> None:
    assert stages()["build-router-local"].base == "build-router"
    (install,) = stages()["build-router-local"].all("RUN")
    assert "--constraint requirements-local.lock" in install
    assert "'./libs/providers[local]'" in install
    assert command("router-local") == command("router")
    assert last("router-local", "USER") == last("router", "USER")
    assert chain("router-local")[-1].steps[0] == ("COPY", "--from=build-router-local /opt/ratchet /opt/ratchet")


def test_the_extra_is_locked_and_changes_no_version_of_what_is_there_without_it() -> None:
    plain, local = (_locked(ROOT / name) for name in ("requirements.lock", "requirements-local.lock"))
    extras = distribution("ratchet-providers").requires or []
    asked = {
        canonicalize_name(Requirement(line).name) for line in extras if 'extra == "local"' in line.replace("'", '"')
    }
    assert asked
    assert asked <= {name for name, _ in local}
    assert not asked & {name for name, _ in plain}
    names = {name for name, _ in plain}
    assert {pair for pair in local if pair[0] in names} <= plain


def _locked(path: Path) -> set[tuple[str, str]]:
    return set(re.findall(r"(?m)^([a-z0-9-]+)==(\S+)", path.read_text()))


def closure(name: str, extras: frozenset[str] = frozenset(), seen: frozenset[str] = frozenset()) -> set[str]:
    """All distributions that the installed `name` asks for here, itself included."""
    found: set[str] = {canonicalize_name(name)}
    for line in distribution(name).requires or []:
        needs = Requirement(line)
        wanted = needs.marker is None or any(needs.marker.evaluate({"extra": e}) for e in (extras or {""}))
        if wanted and canonicalize_name(needs.name) not in found | seen:
            found |= closure(needs.name, frozenset(needs.extras), frozenset(found | seen))
    return found


def test_the_images_listen_where_they_say() -> None:
    port = environment()["PORT"]
    assert environment()["HOST"] == "0.0.0.0"  # noqa: S104  inside a container
    (runtime,) = [stage for stage in chain("router") if stage.name == "runtime"]
    assert runtime.all("EXPOSE") == [port]
    assert f"http://127.0.0.1:{port}/healthz" in runtime.all("HEALTHCHECK")[0]


def test_one_version_of_uv_everywhere() -> None:
    (in_image,) = re.findall(r"uv==([\d.]+)", DOCKERFILE.read_text())
    assert re.findall(r"(?m)^uv==([\d.]+)", (ROOT / "requirements.lock").read_text()) == [in_image]
    assert re.findall(r"(?m)^UV_VERSION := (\S+)", (ROOT / "Makefile").read_text()) == [in_image]


def test_the_build_sees_what_it_copies_and_nothing_else() -> None:
    copied = {word for line in stages()["build"].all("COPY") for word in line.split()[:-1]}
    ignored = DOCKERFILE.with_name("Dockerfile.dockerignore").read_text().splitlines()
    assert ignored[1] == "*"
    assert {line.removeprefix("!") for line in ignored if line.startswith("!")} == copied
