"""Kill the gateway at random instants under load: python proofs/crash.py [--kills N] [--seed N] [--store postgres]

Claim: no client ever holds text that the ledger lacks, whenever the gateway dies.

1. A real `answerable serve` stands before a real upstream; 8 to 16 clients ask at once, again and again.
2. 20 to 400 ms after the first request the gateway gets SIGKILL; in every other round not before some client has a
   tool call, however slow the machine is.
   With `--store postgres` the database server gets it in the same instant, in every third round.
3. Every byte that had reached a client is held against the ledger: the text of each choice is
   the beginning of what the ledger's entries of that trace say was released, in their order; of a
   reply that the client has to its end it is all of it, and the ledger says that the reply is complete.
   Every tool call that a client has is there too, with its arguments.
4. The ledger's chain is verified from its first entry. The gateway starts again on it.

In every other round the new gateway opens it first, so that both the gateway
and an auditor meet a ledger just as the kill left it. One round in five asks for
whole replies instead of streams. At the end everything is held against the ledger once more.

SIGKILL ends the process and leaves the machine running: what the disk itself
would lose with its power is not shown by this.
"""

import asyncio
import itertools
import json
import random
import re
import signal
import statistics
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crash_proof import Given, Proved, end, main, say, start, table
from crash_stores import SqliteStore, Store

from answerable.apps.chain import Chain, assemble
from answerable.values import TraceId
from answerable.values.errors import LedgerError

HERE = Path(__file__).parent
EARLIEST, LATEST = 0.02, 0.4
FEWEST, MOST = 8, 16
WHOLE_EVERY = 5
STORE_EVERY = 3


# -- what a client has ------------------------------------------------------------


class Connection(asyncio.Protocol):
    """Keeps every byte that arrives: what a client library may drop when a connection breaks is kept here."""

    def __init__(self) -> None:
        self.raw = bytearray()
        self.lost = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        self.raw += data

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.lost.done():
            self.lost.set_result(None)


Call = tuple[int, str, str, str]
"""A tool call: choice, id, name, arguments."""


@dataclass(frozen=True, slots=True)
class Received:
    """What one client has of one reply: the text of each choice, as far as it came."""

    status: int
    trace: str
    texts: dict[int, str]
    complete: bool
    calls: tuple[Call, ...] = ()


def received(raw: bytes) -> Received | None:
    """Read the bytes of an HTTP answer, broken off anywhere. None where not even the headers came."""
    head, blank, rest = raw.partition(b"\r\n\r\n")
    if not blank:
        return None
    start, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    if headers.get("transfer-encoding") == "chunked":
        body, ended = dechunked(rest)
    else:
        body, ended = rest, len(rest) == int(headers.get("content-length", "-1"))
    streamed = headers.get("content-type", "").startswith("text/event-stream")
    texts, calls, whole = read_stream(body) if streamed else read_whole(body, complete=ended)
    trace = headers.get("answerable-trace", "")
    return Received(int(start.split()[1]), trace, texts, whole and ended, tuple(calls))


def dechunked(data: bytes) -> tuple[bytes, bool]:
    """The body in a chunked transfer, and whether it came to its end."""
    body = bytearray()
    while True:
        size, line_end, data = data.partition(b"\r\n")
        if not line_end:
            return bytes(body), False
        count = int(size, 16)
        if count == 0:
            return bytes(body), True
        body += data[:count]
        if len(data) < count + 2:
            return bytes(body), False
        data = data[count + 2 :]


Contents = tuple[dict[int, str], list[Call], bool]
"""Text by choice, tool calls, and whether that is the whole reply."""


def read_stream(body: bytes) -> Contents:
    texts: dict[int, str] = {}
    calls: list[Call] = []
    *events, tail = body.split(b"\n\n")
    done = False
    for one in events:
        data = one.removeprefix(b"data: ")
        if data == b"[DONE]":
            done = True
            continue
        for choice in json.loads(data).get("choices", ()):
            index = choice["index"]
            texts[index] = texts.get(index, "") + (choice["delta"].get("content") or "")
            calls += calls_of(index, choice["delta"])
    # Half an event is no event to a client that keeps to the rules, but its words have left the house.
    found = re.search(rb'"index":(\d+)', tail)
    if found:
        index = int(found[1])
        texts[index] = texts.get(index, "") + half_content(tail)
    return texts, calls, done


def read_whole(body: bytes, *, complete: bool) -> Contents:
    if not complete:
        return {0: half_content(body)}, [], False
    messages = {choice["index"]: choice["message"] for choice in json.loads(body).get("choices", ())}
    texts = {index: message.get("content") or "" for index, message in messages.items()}
    return texts, [call for index, message in messages.items() for call in calls_of(index, message)], True


def calls_of(choice: int, message: dict[str, Any]) -> list[Call]:
    """The tool calls in a message or delta. The gateway sends a call in one piece."""
    return [
        (choice, call["id"], call["function"]["name"], call["function"]["arguments"])
        for call in message.get("tool_calls") or ()
    ]


def half_content(data: bytes) -> str:
    """The words in JSON that breaks off, as far as they can be read."""
    found = re.search(rb'"content":"((?:[^"\\]|\\(?:u[0-9a-fA-F]{4}|[^u]))*)', data)
    return json.loads(f'"{found[1].decode("utf-8", "ignore")}"') if found else ""


# -- what the ledger has ----------------------------------------------------------


def recorded(chain: Chain, choice: int) -> list[str]:
    """What the ledger says was released of a choice, line by line."""
    lines = (line for line in chain.lines if (line.body.choice, line.body.track) == (choice, "content"))
    return [line.shown or "" for line in lines]


def uncovered(got: Received, chain: Chain | None) -> list[str]:
    """What a client has and the ledger does not, in words; an empty list where there is no such thing."""
    if got.status != 200:
        return [f"an answer with status {got.status}"]
    if chain is None:
        return [f"trace '{got.trace}' reached a client, and the ledger has nothing of it"]
    problems = []
    for choice, text in got.texts.items():
        released = "".join(recorded(chain, choice))
        if not released.startswith(text):
            problems.append(f"{got.trace}, choice {choice}: a client has {text!r}, the ledger {released!r}")
        elif got.complete and released != text:
            problems.append(
                f"{got.trace}, choice {choice}: the reply was complete without {released[len(text) :]!r}"
            )
    on_record = {
        # The load offers no tools, so the name is where the model's own words are.
        (c.choice, c.id, private.tool or c.name, private.arguments)
        for c, private in chain.calls
        if private
    }
    problems += [
        f"{got.trace}: a client has the call {call!r}" for call in got.calls if call not in on_record
    ]
    if got.complete and (chain.reply is None or chain.reply.ending != "complete"):
        problems.append(
            f"{got.trace}: a client has the whole reply, and the ledger does not say that it ended"
        )
    return problems


@dataclass(slots=True)
class Tally:
    """What was seen over all rounds."""

    kills: int = 0
    whole_kills: int = 0
    store_kills: int = 0
    asked: int = 0
    complete: int = 0
    cut: int = 0
    unanswered: int = 0
    calls_received: int = 0
    lines_received: int = 0
    lines_kept_back: int = 0
    """Lines on record that no client has: the kill came between the commit and the client."""
    entries: int = 0
    verified: int = 0
    instants: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    held: list[Received] = field(default_factory=list)
    known: set[str] = field(default_factory=set)


async def hold_against(place: Store, answers: list[Received], asked: int, tally: Tally) -> None:
    """Hold what clients have against the ledger, and verify all of it."""
    store = await asyncio.to_thread(place.open)
    try:
        count = await store.verify()
        tally.verified += 1
        if count < tally.entries:
            tally.problems.append(f"the ledger has shrunk from {tally.entries} entries to {count}")
        tally.entries = count
        for got in answers:
            chain = assemble(await store.trace(TraceId(got.trace)))
            tally.problems += uncovered(got, chain)
            count_lines(got, chain, tally)
        tally.known |= {got.trace for got in answers}
        # Exchanges of this round whose client never heard a word.
        for trace in await store.traces(asked):
            if trace not in tally.known:
                tally.known.add(trace)
                count_lines(None, assemble(await store.trace(trace)), tally)
    except LedgerError as error:
        tally.problems.append(f"after kill {tally.kills}: {error}")
    finally:
        await store.close()


def count_lines(got: Received | None, chain: Chain | None, tally: Tally) -> None:
    for choice in {line.body.choice for line in chain.lines} if chain else ():
        has = len(got.texts.get(choice, "")) if got else 0
        at = 0
        for shown in filter(None, recorded(chain, choice) if chain else ()):
            tally.lines_received += at < has
            tally.lines_kept_back += at >= has
            at += len(shown)


# -- the processes ----------------------------------------------------------------


def start_gateway(upstream: str, store: Store, log: Path) -> tuple["subprocess.Popen[str]", str]:
    command = ["-m", "answerable.apps.cli", "serve", "--port", "0", "--json", "--upstream", upstream]
    return start([*command, *store.options], log, **store.environment)


# -- the load ---------------------------------------------------------------------


async def ask(url: str, question: str, *, stream: bool, choices: int) -> Connection:
    """Send one request; the connection goes on to take the answer. Raises OSError."""
    asked = {
        "model": "crash",
        "stream": stream,
        "n": choices,
        "messages": [{"role": "user", "content": question}],
    }
    body = json.dumps(asked).encode()
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    transport, connection = await asyncio.get_running_loop().create_connection(
        Connection, parts.hostname, parts.port
    )
    head = (
        f"POST {parts.path}/chat/completions HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    transport.write(head.encode() + body)
    return connection


class Load:
    """Clients that ask one question after another until the gateway is gone."""

    def __init__(self, url: str, name: str, chance: random.Random, *, stream: bool) -> None:
        self.connections: list[Connection] = []
        self._url = url
        self._name = name
        self._stream = stream
        self._numbers = itertools.count()
        self._choices = [chance.choice((1, 1, 1, 2)) if stream else 1 for _ in range(997)]

    async def run(self, clients: int, *, most: int) -> None:
        """Each client asks up to `most` questions."""
        await asyncio.gather(*(self._client(most) for _ in range(clients)))

    async def _client(self, most: int) -> None:
        for _ in range(most):
            number = next(self._numbers)
            choices = self._choices[number % len(self._choices)]
            try:
                connection = await ask(
                    self._url, f"{self._name}-{number}", stream=self._stream, choices=choices
                )
            except OSError:
                return
            self.connections.append(connection)
            await connection.lost

    async def called(self) -> None:
        """Wait until a tool call has reached somebody."""
        while not any(b'"call_' in one.raw for one in self.connections):  # noqa: ASYNC110 – few, and short
            await asyncio.sleep(0.002)

    def answers(self, tally: Tally) -> list[Received]:
        """What the clients have now, counted."""
        tally.asked += len(self.connections)
        found = [received(bytes(one.raw)) for one in self.connections]
        answers = [one for one in found if one is not None]
        tally.unanswered += len(found) - len(answers)
        tally.complete += sum(one.complete for one in answers)
        tally.cut += sum(not one.complete for one in answers)
        tally.calls_received += sum(len(one.calls) for one in answers)
        tally.held += answers
        return answers


async def one_kill(
    gateway: "subprocess.Popen[str]",
    store: Store | None,
    load: Load,
    chance: random.Random,
    tally: Tally,
    *,
    wait: bool,
) -> list[Received]:
    """Load the gateway, kill it (and the store with it), and return what its clients have.

    `wait`: not before one of them has a tool call.
    """
    clients = asyncio.ensure_future(load.run(chance.randint(FEWEST, MOST), most=1_000_000))
    clock = asyncio.get_running_loop().time
    begun = clock()
    await asyncio.sleep(chance.uniform(EARLIEST, LATEST))
    if wait:
        await asyncio.wait_for(load.called(), 20)
    instant = clock() - begun
    gateway.send_signal(signal.SIGKILL)
    tally.store_kills += store is not None and store.kill()
    await asyncio.to_thread(end, gateway, signal.SIGKILL)
    if store is not None:
        await asyncio.to_thread(store.start)
    await asyncio.wait_for(clients, 20)
    tally.kills += 1
    tally.instants.append(instant)
    return load.answers(tally)


async def kill_again_and_again(kills: int, seed: int, folder: Path, store: Store | None = None) -> Tally:
    """The whole proof, on one ledger, a file in `folder` without a store. Stops at the first round with a problem."""
    ledger = store or SqliteStore(folder)
    chance, tally, log = random.Random(seed), Tally(), folder / "gateway.log"
    upstream, upstream_url = start([str(HERE / "crash_upstream.py")], folder / "upstream.log")
    gateway, url = start_gateway(upstream_url, ledger, log)
    try:
        for number in range(kills):
            stream = number % WHOLE_EVERY != WHOLE_EVERY - 1
            load = Load(url, f"{number}", chance, stream=stream)
            dies_too = ledger if number % STORE_EVERY == STORE_EVERY - 1 else None
            answers = await one_kill(gateway, dies_too, load, chance, tally, wait=not number % 2)
            tally.whole_kills += not stream
            if number % 2:
                gateway, url = start_gateway(upstream_url, ledger, log)
            await hold_against(ledger, answers, len(load.connections), tally)
            say(
                f"kill {tally.kills} of {kills}: {tally.lines_received} lines received, {tally.entries} entries"
            )
            if tally.problems:
                return tally
            if not number % 2:
                gateway, url = start_gateway(upstream_url, ledger, log)
        # After the last kill it serves as if nothing had happened, and the chain goes on.
        before = tally.entries
        load = Load(url, "after", chance, stream=True)
        await load.run(FEWEST, most=1)
        end(gateway, signal.SIGTERM)
        answers = load.answers(tally)
        await hold_against(ledger, answers, len(load.connections), tally)
        if tally.entries <= before or sum(one.complete for one in answers) != FEWEST:
            tally.problems.append("after the last kill the gateway did not serve whole replies again")
        await hold_all(ledger, tally)
        if not (tally.cut and tally.lines_received and tally.calls_received):
            tally.problems.append("too little was under way when the gateway was killed to prove anything")
    finally:
        for process in (gateway, upstream):
            if process.poll() is None:
                end(process, signal.SIGKILL)
    return tally


async def hold_all(place: Store, tally: Tally) -> None:
    """Everything that any client got in any round, held against the ledger as it is at the end."""
    store = await asyncio.to_thread(place.open)
    try:
        for got in tally.held:
            tally.problems += uncovered(got, assemble(await store.trace(TraceId(got.trace))))
    finally:
        await store.close()


# -- the report -------------------------------------------------------------------


def report(tally: Tally, seed: int) -> str:
    instants = [1000 * one for one in tally.instants]
    quartiles = statistics.quantiles(instants, n=4, method="inclusive") if len(instants) > 1 else instants
    rows = {
        "kills (SIGKILL)": f"{tally.kills}, of them {tally.whole_kills} with whole replies, the rest with streams",
        "… of them together with the database server": f"{tally.store_kills}",
        "instant of the kill after the load began": f"{min(instants):.0f} to {max(instants):.0f} ms, "
        f"quartiles {', '.join(f'{one:.0f}' for one in quartiles)}",
        "requests": f"{tally.asked}",
        "replies that a client has to their end": f"{tally.complete}",
        "replies cut by the kill": f"{tally.cut}",
        "requests without a byte of an answer": f"{tally.unanswered}",
        "lines that clients received": f"{tally.lines_received}",
        "lines on record that no client received": f"{tally.lines_kept_back}",
        "tool calls that clients received": f"{tally.calls_received}",
        "entries in the ledger": f"{tally.entries}, verified from the first one {tally.verified} times",
        "**with a client and not in the ledger, and other problems**": f"**{len(tally.problems) or 'none'}**",
        "seed": f"{seed}",
    }
    if not tally.store_kills:
        del rows["… of them together with the database server"]
    return table(rows)


def prove(given: Given) -> Proved:
    tally = asyncio.run(kill_again_and_again(given.kills, given.seed, given.folder, given.store))
    return Proved(report(tally, given.seed), tally.problems)


if __name__ == "__main__":
    main(__doc__, 200, "in all", prove)
