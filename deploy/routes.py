"""Writes the gateway's routes, for nginx and for Kubernetes, from the one path table. `make routes` runs it."""

import json
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
    client_max_body_size 40m;  # the services' own limits are lower, and they say so in the API's own shape
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_buffering off;
    proxy_connect_timeout 3s;
    proxy_read_timeout 600s;
    access_log off;
    server_tokens off;
    # Names are looked up at each request, so that the gateway starts before the services do.
    resolver 127.0.0.11 valid=5s;
    server {
        listen 8080;
        location = /healthz { return 200 "ok\\n"; }
        # Files of batches: ROUTER_BATCH_FILE_BYTES is lower. They go on as they come.
        location = /v1/files {
            client_max_body_size 520m;
            proxy_request_buffering off;
            set $upstream http://router:%(port)s;
            proxy_pass $upstream$request_uri;
        }
        # Documents: ROUTER_DOCUMENT_BYTES is lower.
        location = /api/documents {
            client_max_body_size 120m;
            proxy_request_buffering off;
            set $upstream http://router:%(port)s;
            proxy_pass $upstream$request_uri;
        }
%(locations)s
        location / {
            default_type application/problem+json;
            return 404 '%(nobody)s';
        }
        error_page 502 504 =503 @away;
        location @away {
            default_type application/problem+json;
            add_header Retry-After 2 always;
            return 503 '%(away)s';
        }
    }
}
"""


def nginx() -> str:
    own = [_own(service) for service in PREFIXES]
    paths = [_location(prefix, service) for service, prefixes in PREFIXES.items() for prefix in prefixes]
    nobody = _problem(404, "not-found", "Not Found", "No service has this path.")
    away = _problem(503, "unavailable", "Service Unavailable", "The service of this path does not answer.")
    return NOTE + SERVER % {"locations": "\n".join(own + paths), "port": PORT, "nobody": nobody, "away": away}


def _problem(status: int, kind: str, title: str, detail: str) -> str:
    """As the services write them (RFC 9457), without an apostrophe: it stands between two in nginx.conf."""
    return json.dumps({"type": f"urn:ratchet:problem:{kind}", "title": title, "status": status, "detail": detail})


def _location(prefix: str, service: str) -> str:
    """Whole segments only, as `paths.service_of` has it: /v1 and /v1/…, never /v1x."""
    return (
        f"        location ~ ^{prefix}(/|$) {{ set $upstream http://{service}:{PORT};"
        " proxy_pass $upstream$request_uri; }"
    )


def _own(service: str) -> str:
    """By `rewrite`, which encodes the path anew: a capture handed on as it is would let a %0d through decoded."""
    return (
        f"        location ^~ {OWN}/{service}/ {{ set $upstream http://{service}:{PORT};"
        f" rewrite ^{OWN}/{service}(/.*)$ $1 break; proxy_pass $upstream; }}"
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
