"""How much memory did a process and its children have at most? From what the kernel counts."""

from pathlib import Path

MB = 1024


def peak_mb(pid: int) -> dict[int, float]:
    """By process, the one asked for first: each at its own peak, which need not be at the same time."""
    return {one: _peak(one) / MB for one in [pid, *_descendants(pid)]}


def _descendants(pid: int) -> list[int]:
    children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in _children(task)]
    return children + [grandchild for child in children for grandchild in _descendants(child)]


def _children(task: Path) -> list[str]:
    return (task / "children").read_text().split()


def _peak(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)
