"""nginx and the ingress send a path where the path table says, and so where the embedded gateway sends it."""

import re
from pathlib import Path

import yaml
from deploy.routes import INGRESS, NGINX, PORT, ingress, nginx
from hypothesis import given
from hypothesis import strategies as st

from ratchet_common.paths import OWN, PREFIXES, service_of

LOCATION = re.compile(r"location ~ (\S+) \{ set \$upstream http://(\w+):(\d+); proxy_pass \$upstream\$request_uri; \}")
OWN_PAGES = re.compile(r"location \^~ (\S+) \{ set \$upstream http://(\w+):(\d+); rewrite (\S+) \$1 break;")
LOCATIONS = [(re.compile(path), service) for path, service, _ in LOCATION.findall(NGINX.read_text())]
RULES = [
    (rule["path"], rule["backend"]["service"]["name"])
    for rule in yaml.safe_load(INGRESS.read_text())["spec"]["rules"][0]["http"]["paths"]
]
ALL = [prefix for prefixes in PREFIXES.values() for prefix in prefixes]

near_a_prefix = st.builds(
    lambda prefix, cut, rest: prefix[: len(prefix) - cut] + rest,
    st.sampled_from(ALL),
    st.integers(0, 3),
    st.sampled_from(["", "/", "x", "/x", "/x/y", "-x", "//", "/.", "/services", "%2F", "?"]),
)
paths = st.one_of(near_a_prefix, st.text("/abeginoprstv1-._~%", max_size=30).map(lambda rest: "/" + rest))


def by_nginx(path: str) -> str | None:
    """nginx takes the first regular expression that matches, in the order of the file."""
    return next((service for pattern, service in LOCATIONS if pattern.search(path)), None)


def by_ingress(path: str) -> str | None:
    """`Prefix` compares whole segments; the longest rule that matches wins."""
    segments = path.split("/")
    fits = [(rule, service) for rule, service in RULES if segments[: rule.count("/") + 1] == rule.split("/")]
    return max(fits, key=lambda fit: len(fit[0]))[1] if fits else None


@given(paths)
def test_every_gateway_sends_a_path_to_the_same_service(path: str) -> None:
    assert by_nginx(path) == by_ingress(path) == service_of(path)


def test_every_prefix_reaches_its_service() -> None:
    wanted = {prefix: service for service, prefixes in PREFIXES.items() for prefix in prefixes}
    for found in (by_nginx, by_ingress, service_of):
        assert {prefix: found(prefix) for prefix in ALL} == wanted


def test_a_services_own_pages_are_behind_its_name_in_nginx_and_not_in_the_ingress() -> None:
    found = OWN_PAGES.findall(NGINX.read_text())
    assert found == [(f"{OWN}/{s}/", s, str(PORT), f"^{OWN}/{s}(/.*)$") for s in PREFIXES]
    assert not [rule for rule, _ in RULES if rule.startswith(OWN)]


def test_the_written_files_are_what_the_table_gives() -> None:
    written = {path: Path(path).read_text() for path in (NGINX, INGRESS)}
    assert written == {NGINX: nginx(), INGRESS: ingress()}, "run `make routes`"
