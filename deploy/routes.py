"""Writes the gateway's routes, for nginx and for Kubernetes, from the one path table. `make routes` runs it."""

from pathlib import Path
from typing import Any

import yaml

from ratchet_common.paths import OWN, PREFIXES

HERE = Path(__file__).parent
NGINX, INGRESS = HERE / "gateway" / "nginx.conf", HERE / "k8s" / "ingress.yaml"
NOTE = "# Written by deploy/routes.py from ratchet_common/paths.py: change it there, then `make routes`.\n"
PORT = 8080

SERVER = """worker_processes auto;
pid /tmp/nginx.pid;
events { worker_connections 4096; }
http {
    client_body_temp_path /tmp/client;
    proxy_temp_path /tmp/proxy;
    fastcgi_temp_path /tmp/fastcgi;
    uwsgi_temp_path /tmp/uwsgi;
    scgi_temp_path /tmp/scgi;
    client_max_body_size 4m;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_buffering off;
    proxy_read_timeout 300s;
    access_log off;
    # Names are looked up at each request, so that the gateway starts before the services do.
    resolver 127.0.0.11 valid=5s;
    server {
        listen 8080;
        location = /healthz { return 200 "ok\\n"; }
%(locations)s
        location / { return 404; }
    }
}
"""


def nginx() -> str:
    own = [_own(service) for service in PREFIXES]
    paths = [_location(prefix, service) for service, prefixes in PREFIXES.items() for prefix in prefixes]
    return NOTE + SERVER % {"locations": "\n".join(own + paths)}


def _location(prefix: str, service: str) -> str:
    """Whole segments only, as `paths.service_of` has it: /v1 and /v1/…, never /v1x."""
    return (
        f"        location ~ ^{prefix}(/|$) {{ set $upstream http://{service}:{PORT};"
        " proxy_pass $upstream$request_uri; }"
    )


def _own(service: str) -> str:
    return (
        f"        location ~ ^{OWN}/{service}/(?<rest>.*)$ {{ set $upstream http://{service}:{PORT};"
        " proxy_pass $upstream/$rest$is_args$args; }"
    )


def ingress() -> str:
    paths = [_path(prefix, service) for service, prefixes in PREFIXES.items() for prefix in prefixes]
    document = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "ratchet"},
        "spec": {"rules": [{"http": {"paths": paths}}]},
    }
    return NOTE + yaml.safe_dump(document, sort_keys=False)


def _path(prefix: str, service: str) -> dict[str, Any]:
    backend = {"service": {"name": service, "port": {"name": "http"}}}
    return {"path": prefix, "pathType": "Prefix", "backend": backend}


if __name__ == "__main__":
    NGINX.write_text(nginx())
    INGRESS.write_text(ingress())
