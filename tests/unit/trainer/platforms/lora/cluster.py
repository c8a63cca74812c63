"""A loopback imitation of the three calls of a cluster's API: create, get and delete a Job."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import kubernetes_validate

from ratchet_trainer.platforms.lora.cluster import Access

NAMESPACE, TOKEN = "ratchet", "of-the-account"
JOBS = f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs"


class Cluster:
    """`lingers`: a removed Job stays, marked, until `let_go`. `broken`: the status that every call gets."""

    def __init__(self) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.calls: list[str] = []
        self.lingers, self.broken = False, 0

    def end(self, name: str, kind: str = "Complete", reason: str = "", message: str = "") -> None:
        condition = {"type": kind, "status": "True", "reason": reason, "message": message}
        self.jobs[name]["status"] = {"conditions": [condition]}

    def let_go(self, name: str) -> None:
        del self.jobs[name]

    def answer(self, method: str, path: str, token: str, body: bytes) -> tuple[int, Any]:
        self.calls.append(method)
        if self.broken:
            return self.broken, {"kind": "Status", "message": "the server is not itself"}
        if token != f"Bearer {TOKEN}":
            return 401, {"kind": "Status", "message": "Unauthorized"}
        if not path.startswith(JOBS):
            return 403, {"kind": "Status", "message": "this account may not"}
        if method == "POST":
            return self._make(json.loads(body))
        return self._of_one(method, path.removeprefix(f"{JOBS}/"))

    def _make(self, job: dict[str, Any]) -> tuple[int, Any]:
        kubernetes_validate.validate(job, "1.30", strict=True)
        name = job["metadata"]["name"]
        if name in self.jobs:
            return 409, {"kind": "Status", "message": f'jobs.batch "{name}" already exists'}
        self.jobs[name] = job | {"status": {}}
        return 201, self.jobs[name]

    def _of_one(self, method: str, name: str) -> tuple[int, Any]:
        job = self.jobs.get(name)
        if job is None:
            return 404, {"kind": "Status", "message": f'jobs.batch "{name}" not found'}
        if method == "DELETE" and self.lingers:
            job["metadata"]["deletionTimestamp"] = "2026-11-26T12:00:00Z"
        elif method == "DELETE":
            del self.jobs[name]
        return 200, job


@contextmanager
def cluster_in(folder: Path) -> Iterator[tuple[Cluster, Access]]:
    """`folder` becomes that of the service account."""
    cluster = Cluster()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, said = cluster.answer(self.command, self.path, self.headers.get("Authorization", ""), body)
            data = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = answer  # noqa: N815  as the library calls them

        def log_message(self, *_: object) -> None:
            """Nothing."""

    (folder / "token").write_text(f"{TOKEN}\n")
    (folder / "namespace").write_text(NAMESPACE)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield cluster, Access(f"http://127.0.0.1:{server.server_port}", folder)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
