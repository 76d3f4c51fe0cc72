"""Gate on beside gate off, on loopback, in one run: python benchmarks/gateway.py [--house] [--quick] [--json FILE]

Both servers run the same stack before the same stub upstream, and are measured
in turns, so a change in the machine's speed meets both. Gate on writes the
durable ledger (SQLite, WAL, synchronous=FULL). The load comes from this
process; with the stub that makes three processes on the machine's cores.

first line   from sending the request to having the whole first line and the
             chunk that makes its end certain. A sentence inside a paragraph is
             only known to be over when the next word begins, so that one chunk
             is counted for both; what differs is the gate's own work.
requests/s   whole streamed replies as fast as they go, upstream without pauses.
memory       growth of the server's resident set with streams held open.
turn         a reply in one piece at the end of a conversation of so many turns.

--house puts everything behind the gate that a company has there: a workload that proves who it is with each
request, a bundle of policies and terms, approvals, grants, connectors to a shop, and people's pages.
"""

import argparse
import asyncio
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from stub_upstream import FIRST_LINE

HERE = Path(__file__).parent
SYSTEM = "You are the assistant of a shop. Items can be returned within 30 days of delivery."


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


AUDIENCE = "spiffe://shop.example/gateway"
CONNECTORS = """
shop:
  kind: http
  url: http://127.0.0.1:{shop}
  grants: true
  workload: spiffe://shop.example/shop
  tools: {{refund_order: {{reference: refund_id}}, get_order: {{method: GET, path: "/orders/{{order_id}}"}}}}
"""


def answerable(*arguments: str) -> str:
    command = [sys.executable, "-m", "answerable.apps.cli", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def house(folder: Path, ports: dict[str, int]) -> dict[str, str]:
    """The settings of a gateway with everything behind it. From here on the load proves who it is."""
    issuer, trust = f"http://localhost:{ports['on']}", folder / "trust"
    answerable("identity", "init", str(trust), "--trust-domain", "shop.example")
    svids = {
        workload: answerable(
            *("identity", "issue", str(trust), "--workload", workload),
            *("--jwt", "--ttl", "24h", "--audience", AUDIENCE),
        )
        for workload in ("bot", "shop")
    }
    JSON["Authorization"] = f"Bearer {svids['bot']}"
    (folder / "shop.svid").touch(mode=0o600)
    (folder / "shop.svid").write_text(svids["shop"])
    (folder / "connectors.yaml").write_text(CONNECTORS.format(**ports))
    (folder / "operators.yaml").write_text(f"url: {issuer}\npasskeys: true\n")
    return {
        "ANSWERABLE_ISSUER": issuer,
        "ANSWERABLE_BUNDLE": str(HERE.parent / "packs" / "store"),
        "ANSWERABLE_CONNECTORS": str(folder / "connectors.yaml"),
        "ANSWERABLE_OPERATORS": str(folder / "operators.yaml"),
        "ANSWERABLE_TRUST_BUNDLES": str(trust / "bundle.json"),
        "ANSWERABLE_AUDIENCE": AUDIENCE,
    }


@contextmanager
def servers(folder: Path, *, whole: bool) -> Iterator[dict[str, tuple[str, int]]]:
    """Start all; yields name -> (base URL, process id)."""
    ports = {name: free_port() for name in ("stub", "off", "on", *(["shop"] if whole else []))}
    stub = f"http://127.0.0.1:{ports['stub']}/v1"
    python = sys.executable
    environment = {
        **os.environ,
        "ANSWERABLE_LIMIT_REPLIES": "5000",
        **(house(folder, ports) if whole else {}),
    }
    commands = {
        "stub": [python, str(HERE / "stub_upstream.py"), "--port", str(ports["stub"])],
        "off": [python, str(HERE / "passthrough.py"), "--port", str(ports["off"]), "--upstream", stub],
        "on": [python, "-m", "answerable.apps.cli", "serve", "--port", str(ports["on"]), "--upstream", stub,
               "--ledger", str(folder / "ledger.db")],
    }  # fmt: skip
    if whole:
        commands["shop"] = [
            *(python, "-m", "answerable.apps.cli", "shop", "serve", "--port", str(ports["shop"])),
            *("--database", str(folder / "shop.db"), "--issuer", environment["ANSWERABLE_ISSUER"]),
            *("--issuer-key", str(folder / "shop.svid")),
        ]
    running = {
        name: subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for name, command in commands.items()
    }
    try:
        for name, port in ports.items():
            wait_for(port, running[name])
        yield {name: (f"http://127.0.0.1:{port}/v1", running[name].pid) for name, port in ports.items()}
    finally:
        for process in running.values():
            process.kill()  # nothing of theirs is kept, and the stub may still be holding streams open
            process.wait()


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SystemExit(f"a server stopped at once: {process.args!r}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"nothing listens on port {port}")


def body(delay: float, *, stream: bool = True, turns: int = 1, conversation: str | None = None) -> bytes:
    messages = [{"role": "system", "content": SYSTEM}]
    for turn in range(turns):
        messages.append(
            {"role": "user", "content": f"Question {turn}: where is my order L-{20000 + turn}? " * 4}
        )
        if turn < turns - 1:
            messages.append(
                {"role": "assistant", "content": f"Order L-{20000 + turn} was delivered on March 2. " * 8}
            )
    asked: dict[str, Any] = {"model": "stub", "messages": messages, "stream": stream, "delay": delay}
    if conversation:
        asked["metadata"] = {"conversation_id": conversation}
    return json.dumps(asked, separators=(",", ":")).encode()  # as the official clients write it


async def first_line(session: aiohttp.ClientSession, url: str, payload: bytes) -> float:
    """Seconds until the first line and what makes its end certain are here; reads the rest too."""
    start = time.perf_counter()
    text, taken = "", 0.0
    async with session.post(f"{url}/chat/completions", data=payload, headers=JSON) as response:
        async for raw in response.content:
            if not raw.startswith(b"data: {"):
                continue
            delta = json.loads(raw[6:])["choices"][0]["delta"]
            text += delta.get("content") or ""
            # Through the gate the line itself is proof that the next chunk came; without it, wait for that chunk.
            if not taken and (len(text) >= len(FIRST_LINE) + 2 or "answerable" in json.loads(raw[6:])):
                taken = time.perf_counter() - start
    return taken


async def round_of_streams(url: str, streams: int, delay: float, each: int) -> list[float]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        payload = body(delay)

        async def one(number: int) -> list[float]:
            await asyncio.sleep(delay * number / streams)  # clients don't march in step
            return [await first_line(session, url, payload) for _ in range(each)]

        found = await asyncio.gather(*(one(number) for number in range(streams)))
    return [seconds for times in found for seconds in times]


async def throughput(url: str, streams: int, seconds: float) -> float:
    """Whole streamed replies a second."""
    done = 0
    payload = body(0)
    end = time.perf_counter() + seconds

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def one() -> None:
            nonlocal done
            while time.perf_counter() < end:
                async with session.post(f"{url}/chat/completions", data=payload, headers=JSON) as response:
                    data = await response.read()
                    assert data.endswith(b"[DONE]\n\n"), data[-200:]
                done += 1

        start = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(streams)))
        return done / (time.perf_counter() - start)


async def memory(url: str, pid: int, streams: int) -> float:
    """Kilobytes of resident memory for each stream held open."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        before = resident(pid)
        payload = body(3.0)
        open_ones = [
            asyncio.ensure_future(session.post(f"{url}/chat/completions", data=payload, headers=JSON))
            for _ in range(streams)
        ]
        responses = await asyncio.gather(*open_ones)
        await asyncio.sleep(1)
        grown = resident(pid) - before
        for response in responses:
            response.close()
    return grown / streams


def resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    raise SystemExit(f"process {pid} is gone")


async def turn_cost(url: str, turns: int, repeats: int) -> float:
    """Median milliseconds of one turn, in one piece, with `turns` turns behind it already heard."""
    async with aiohttp.ClientSession() as session:
        times = []
        for number in range(repeats):
            taken = 0.0
            name = f"c-{turns}-{number}-{time.monotonic_ns()}"
            for length in (turns, turns + 1):
                payload = body(0, stream=False, turns=length, conversation=name)
                start = time.perf_counter()
                async with session.post(f"{url}/chat/completions", data=payload, headers=JSON) as response:
                    await response.read()
                    assert response.status == 200
                taken = time.perf_counter() - start
            times.append(taken * 1000)
    return statistics.median(times)


JSON = {"Content-Type": "application/json"}


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def measure(urls: dict[str, tuple[str, int]], *, quick: bool) -> dict[str, Any]:
    rounds, delay = (3, 0.01) if quick else (7, 0.01)
    results: dict[str, Any] = {"first_line_ms": {}, "requests_per_second": {}, "turn_ms": {}}
    for warm in ("off", "on"):
        await round_of_streams(urls[warm][0], 5, 0, 5)
    for streams in (1, 10, 50):
        say(f"first line, {streams} streams")
        times: dict[str, list[float]] = {"off": [], "on": []}
        for _ in range(rounds):
            for name in ("off", "on"):
                times[name] += await round_of_streams(urls[name][0], streams, delay, max(1, 20 // streams))
        row = {f"{name}_{label}": 1000 * quantile(times[name], share) for name in times
               for label, share in (("p50", 0.5), ("p99", 0.99))}  # fmt: skip
        row["added_p50"], row["added_p99"] = row["on_p50"] - row["off_p50"], row["on_p99"] - row["off_p99"]
        row["samples"] = len(times["on"])
        results["first_line_ms"][streams] = row
    for streams in (1, 10, 50):
        say(f"requests a second, {streams} clients")
        rates: dict[str, list[float]] = {"off": [], "on": []}
        for _ in range(rounds):
            for name in ("off", "on"):
                rates[name].append(await throughput(urls[name][0], streams, 2 if quick else 4))
        off, on = statistics.median(rates["off"]), statistics.median(rates["on"])
        ratio = statistics.median(a / b for a, b in zip(rates["on"], rates["off"], strict=True))
        results["requests_per_second"][streams] = {"off": off, "on": on, "ratio": ratio}
    say("memory")
    results["memory_kb_per_stream"] = {name: await memory(*urls[name], 200) for name in ("off", "on")}
    for turns in (1, 10, 50, 200):
        say(f"a turn after {turns} turns")
        row = {name: await turn_cost(urls[name][0], turns, 20 if quick else 60) for name in ("off", "on")}
        results["turn_ms"][turns] = {**row, "added": row["on"] - row["off"]}
    return results


def say(what: str) -> None:
    print(f"  … {what}", file=sys.stderr, flush=True)


def print_table(results: dict[str, Any]) -> None:
    print("| streams | first line off p50 / p99 ms | on p50 / p99 ms | added p50 ms | added p99 ms |")
    print("| --- | --- | --- | --- | --- |")
    for streams, row in results["first_line_ms"].items():
        print(f"| {streams} | {row['off_p50']:.1f} / {row['off_p99']:.1f} | {row['on_p50']:.1f} / {row['on_p99']:.1f} "
              f"| {row['added_p50']:.1f} | {row['added_p99']:.1f} |")  # fmt: skip
    print("\n| clients | off replies/s | on replies/s | on / off |\n| --- | --- | --- | --- |")
    for streams, row in results["requests_per_second"].items():
        print(f"| {streams} | {row['off']:.0f} | {row['on']:.0f} | {row['ratio']:.2f} |")
    memory_of = results["memory_kb_per_stream"]
    print(f"\nmemory for each open stream: off {memory_of['off']:.0f} kB, on {memory_of['on']:.0f} kB\n")
    print("| turns before | off ms | on ms | added ms |\n| --- | --- | --- | --- |")
    for turns, row in results["turn_ms"].items():
        print(f"| {turns} | {row['off']:.2f} | {row['on']:.2f} | {row['added']:.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--house", action="store_true", help="with everything behind the gate")
    parser.add_argument("--quick", action="store_true", help="three short rounds instead of seven")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument(
        "--folder", type=Path, help="where the ledger goes (its disk is part of the measurement)"
    )
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(dir=given.folder) as folder,
        servers(Path(folder), whole=given.house) as urls,
    ):
        results = asyncio.run(measure(urls, quick=given.quick))
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    print(f"{datetime.now(UTC):%Y-%m-%d}, {machine}\n")
    print_table(results)
    if given.json:
        given.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
