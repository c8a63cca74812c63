"""The programs that the router is measured beside, each installed once into a folder of its own under build/peers."""

import shutil
import sys
from pathlib import Path

from ratchet_common.errors import CannotStartError
from tests.kafka.rig import finish, program

PEERS = Path(__file__).parents[3] / "build" / "peers"
PATIENCE_S = 600.0
PORTKEY, LITELLM = "1.15.2", "1.108.7"


def nginx() -> Path:
    """The one on the PATH, else Debian's package, unpacked without being installed. Raises CannotStartError."""
    if there := shutil.which("nginx"):
        return Path(there)
    found = PEERS / "nginx" / "usr" / "sbin" / "nginx"
    if not found.exists():
        folder = _made("nginx")
        apt, dpkg = program("apt-get", "nginx by hand"), program("dpkg", "nginx by hand")
        shell = f"cd '{folder}' && '{apt}' download nginx && '{dpkg}' -x nginx_*.deb ."
        finish(["sh", "-c", shell], patience_s=PATIENCE_S)
    return found


def portkey() -> list[str]:
    """The command, without its port. Raises CannotStartError."""
    node = program("node", "Node.js with npm")
    server = PEERS / "portkey" / "node_modules" / "@portkey-ai" / "gateway" / "build" / "start-server.js"
    if not server.exists():
        npm = [program("npm", "Node.js with npm"), "install", "--silent", "--no-audit", "--no-fund"]
        folder = str(_made("portkey"))
        finish([*npm, "--prefix", folder, f"@portkey-ai/gateway@{PORTKEY}"], patience_s=PATIENCE_S)
    return [node, str(server), "--headless"]


def litellm() -> list[str]:
    """The command, without its port. Raises CannotStartError."""
    return [str(environment("litellm", f"litellm[proxy]=={LITELLM}") / "litellm")]


def environment(name: str, package: str) -> Path:
    """The folder of its programs. Raises CannotStartError."""
    programs, done = PEERS / name / "bin", PEERS / name / "installed"
    if not done.exists() or done.read_text() != package:
        finish([sys.executable, "-m", "venv", str(_made(name))], patience_s=PATIENCE_S)
        pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        finish([*pip, package], patience_s=PATIENCE_S)
        done.write_text(package)
    return programs


def _made(name: str) -> Path:
    folder = PEERS / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def with_reason(error: CannotStartError) -> str:
    return str(error).splitlines()[0][:300]
