"""Appends to our ledger beside two peers' audit trails, in one run: python benchmarks/audit_peers.py [--seconds S]

One act with 1.7 KB of arguments is appended at a time, each to its trail's end: to our ledger, to Vaara's trail
on SQLite, and to the file sink of the Agent Governance Toolkit. Neither peer makes an append durable as it
ships (Vaara sets SQLite to synchronous=NORMAL, which synchronises at WAL checkpoints only; the toolkit opens,
writes and closes its file), so each is measured a second time made durable from outside. All take turns, so a
change in the machine's speed meets all of them. Where strace is installed, calls of fsync and fdatasync are counted.

The peers are installed into var/peers, an environment of their own, and run there as processes.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE.parent / "var" / "peers"
PACKAGES = ("vaara==2.15.0", "agent-governance-toolkit-core==5.0.0")
ROUNDS = 6
COUNTED = 200
NAMES = {
    "answerable": "Answerable's ledger",
    "vaara": "Vaara 2.15.0, as it ships",
    "vaara-full": "Vaara, synchronous=FULL",
    "agt": "Agent Governance Toolkit 5.0.0, file sink",
    "agt-fsync": "the toolkit's file sink, fsync after each",
}


def environment() -> Path:
    """The peers' interpreter; its environment is made where it is not there yet."""
    stamp = ENVIRONMENT / "installed"
    if not stamp.exists() or stamp.read_text() != "\n".join(PACKAGES):
        print(f"installing {' and '.join(PACKAGES)} into {ENVIRONMENT}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        pip = str(ENVIRONMENT / "bin" / "pip")
        subprocess.run(
            [pip, "install", "-q", "--disable-pip-version-check", *PACKAGES], check=True, stdout=sys.stderr
        )
        stamp.write_text("\n".join(PACKAGES))
    return ENVIRONMENT / "bin" / "python"


class Trail:
    """A trail in a process of its own."""

    def __init__(self, name: str, folder: Path, python: Path, before: tuple[str, ...] = ()) -> None:
        folder.mkdir()
        self.process = subprocess.Popen(
            [*before, str(python), str(HERE / "audit_peer.py"), name, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # Vaara lists every trail that it writes in its owner's home; the toolkit warns of its own module's name.
            env={**os.environ, "HOME": str(folder), "PYTHONWARNINGS": "ignore"},
        )

    def append(self, **order: float) -> list[float]:
        """The seconds that each append took."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        taken: list[float] = json.loads(self.process.stdout.readline())
        return taken

    def end(self) -> None:
        self.process.communicate(timeout=60)


def synchronised(name: str, folder: Path, python: Path) -> str:
    """How often an append calls fsync or fdatasync, told by strace."""
    if shutil.which("strace") is None:
        return "not counted"
    calls: list[int] = []
    for count in (0, COUNTED):
        log = folder / f"{name}-{count}.strace"
        before = ("strace", "-f", "-e", "trace=fsync,fdatasync", "-o", str(log))
        trail = Trail(name, folder / f"{name}-{count}", python, before)
        trail.append(count=count)
        trail.end()
        calls.append(sum("sync(" in line for line in log.read_text().splitlines()))
    return f"{(calls[1] - calls[0]) / COUNTED:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=1.0, help="for each turn of each")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    peers = environment()
    interpreters = {name: Path(sys.executable) if name == "answerable" else peers for name in NAMES}
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        trails = {name: Trail(name, Path(one) / name, interpreters[name]) for name in NAMES}
        turns: dict[str, list[list[float]]] = {name: [] for name in NAMES}
        for trail in trails.values():
            trail.append(count=20)  # warm
        for _ in range(given.rounds):
            for name, trail in trails.items():
                turns[name].append(trail.append(seconds=given.seconds))
        for trail in trails.values():
            trail.end()
        calls = {name: synchronised(name, Path(other), interpreters[name]) for name in NAMES}
    rates = {
        name: statistics.median(len(taken) / sum(taken) for taken in found) for name, found in turns.items()
    }
    print("| trail | appends/s, median turn | p50 / p99 ms | beside ours | fsyncs an append |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, label in NAMES.items():
        milli = sorted(one * 1000 for taken in turns[name] for one in taken)
        spread = f"{statistics.median(milli):.3f} / {milli[int(len(milli) * 0.99)]:.3f}"
        ratio = rates[name] / rates["answerable"]
        print(f"| {label} | {rates[name]:,.0f} | {spread} | {ratio:.2f} | {calls[name]} |")


if __name__ == "__main__":
    main()
