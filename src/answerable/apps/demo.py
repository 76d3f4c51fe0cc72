"""`answerable demo`: authored conversations through the real gateway, each line with its decision."""

import asyncio
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from answerable.adapters.bundle_files import shipped_pack
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.apps.chain import Chain, ChainLine, assemble
from answerable.apps.demo_act import play_act, running_house
from answerable.apps.playing import PlayedReply, closing_ledger, gateway_over, play
from answerable.apps.show import COLOURS, MARKS, print_chain
from answerable.testing.scenario_files import load_scenarios
from answerable.testing.script import Outcome, Script, Turn
from answerable.testing.script_upstream import script_upstream
from answerable.values import TraceId
from answerable.values.errors import LedgerBroken, ScriptError, SettingsError
from answerable.values.extras import how_to_install

_LEDGER = Path("var/demo.db")
_ACT_HOUSE = Path("var/demo-act")


@dataclass(slots=True)
class Tally:
    """What the demo saw, against what its scenarios say should be."""

    released: int = 0
    stopped: int = 0
    expected: int = 0
    wrong: list[str] = field(default_factory=list)
    example: str | None = None
    """The trace of a stopped promise, for the chain at the end."""


def play_demo(console: Console, ledger: Path | None, *, only: str | None, as_json: bool) -> int:
    """Play the scenarios; 0 where every line came out as its scenario says, 1 otherwise."""
    scripts = {name: script for name, script in load_scenarios().items() if only is None or only in name}
    if not scripts:
        raise ScriptError(f"no scenario's id holds '{only}'")
    tally = Tally()
    rows: list[dict[str, object]] = []
    path = fresh(ledger, _LEDGER)
    if not as_json:
        console.print(
            f"{len(scripts)} conversations follow, each over HTTP with the official OpenAI client, through a gateway "
            "on this machine.\nEvery line below was on disk before the client had it.\n"
        )
    for pack in dict.fromkeys(script.pack for script in scripts.values()):
        some = {name: script for name, script in scripts.items() if script.pack == pack}
        folder = shipped_pack(pack) if pack else None
        with gateway_over(script_upstream(some), path, folder) as (url, store):
            if not as_json:
                console.print(f"[dim]under {f'the pack {folder}' if folder else 'the built-in bundle'}[/]\n")
            client = client_for(url)
            for script in some.values():
                if not as_json:
                    console.rule(f"[bold]{script.id}[/]  {escape(script.title)}", align="left")
                for turn, (customer, replies) in zip(script.turns, play(client, script), strict=True):
                    chains = list(_chains(store, replies))
                    _judge(script, turn, chains, tally)
                    if as_json:
                        rows += [_row(script, chain, line) for chain in chains for line in chain.lines]
                    else:
                        _print_turn(console, customer, chains)
    if as_json:
        console.print_json(json.dumps({"lines": rows, "wrong": tally.wrong}))
    else:
        if only is None:
            tally.wrong += _act(console, _ACT_HOUSE if ledger is None else ledger.with_suffix(".house"))
        with closing_ledger(path) as store:
            _print_end(console, store, tally, path)
    return 1 if tally.wrong else 0


def _act(console: Console, folder: Path) -> list[str]:
    """The act that takes a person, played and printed; what did not come out as it should."""
    # What its parts tell an operator (keys that were fetched) is noise between the lines of a play.
    logging.getLogger("answerable").setLevel(logging.ERROR)
    with running_house(folder) as home:

        def chain_of(trace: str) -> Chain:
            return next(_chains(home.ledger, [PlayedReply(trace)]))

        return play_act(console, home, client_for(f"{home.url}/v1"), chain_of)


def fresh(asked: Path | None, default: Path) -> Path:
    """A ledger file for this run alone. Raises SettingsError rather than touch one that is already there.

    Only the default file, which is the demo's own, is started anew.
    """
    if asked is not None:
        if asked.exists():
            raise SettingsError(
                f"'{asked}' is already there, and a ledger is never overwritten; name a new file"
            )
        return asked
    for name in (default, Path(f"{default}-wal"), Path(f"{default}-shm")):
        name.unlink(missing_ok=True)
    return default


def client_for(url: str) -> Any:
    """The official client, pointed at the gateway. Raises SettingsError where it is not installed."""
    try:
        import openai  # noqa: PLC0415 – an extra
    except ImportError as error:
        raise SettingsError(
            f"the demo needs the official client; {how_to_install('demo')}, or run 'make demo'"
        ) from error
    return openai.OpenAI(base_url=url, api_key="demo", max_retries=0)


def _chains(store: SqliteLedger, replies: list[PlayedReply]) -> Iterator[Chain]:
    """What the ledger holds of each reply: the demo prints from the record, not from memory."""
    for reply in replies:
        chain = assemble(asyncio.run(store.trace(TraceId(reply.trace))))
        if chain is None:
            raise LedgerBroken(f"the client was shown trace '{reply.trace}', and the ledger does not hold it")
        yield chain


def _judge(script: Script, turn: Turn, chains: list[Chain], tally: Tally) -> None:
    lines = {line.text.text: line for chain in chains for line in chain.lines if line.text}
    for line in (line for chain in chains for line in chain.lines if line.text and line.text.text):
        released = line.body.decision.outcome == "release"
        tally.released += released
        tally.stopped += not released
    for wanted in turn.expect:
        tally.expected += 1
        found = lines.get(wanted.line)
        outcome = found.body.decision.outcome if found else "not a line"
        if (outcome == "release") != (wanted.outcome is Outcome.RELEASE):
            tally.wrong.append(f"{script.id}: '{wanted.line}' should be {wanted.outcome.value}, is {outcome}")
    if tally.example is None:
        tally.example = next((chain.trace for chain in chains if any(map(_false_promise, chain.lines))), None)


def _false_promise(line: ChainLine) -> bool:
    return line.body.decision.outcome != "release" and line.body.claim.kind == "committal"


def _print_turn(console: Console, customer: str, chains: list[Chain]) -> None:
    if customer:
        console.print(f"\n[bold]customer[/]  {escape(customer)}")
    for chain in chains:
        table = Table(show_header=False, box=None, padding=(0, 1, 0, 0))
        table.add_column(no_wrap=True, width=10)
        table.add_column(no_wrap=True, width=13)
        table.add_column(overflow="fold")
        for line in chain.lines:
            if line.text and line.text.text:
                _add_line(table, line, line.text.text)
        for call, private in chain.calls:
            table.add_row("→ act", call.name, escape(private.arguments if private else "(erased)"))
        console.print(table)


def _add_line(table: Table, line: ChainLine, text: str) -> None:
    decision, force = line.body.decision, line.body.claim.force
    colour, mark = COLOURS[decision.outcome], MARKS[decision.outcome]
    said = escape(" ".join(text.split()))
    if decision.outcome == "release":
        table.add_row(f"[{colour}]{mark} {decision.outcome}[/]", force, said)
        return
    table.add_row(f"[{colour}]{mark} {decision.outcome}[/]", force, f"[strike]{said}[/strike]")
    shown = (line.shown or "").strip()
    table.add_row("", "shown", f"[bold]{escape(shown)}[/]" if shown else "nothing more")
    policies = ", ".join(policy.id for policy in decision.policies) or "default"
    because = (line.text.because if line.text else None) or decision.because
    table.add_row("", "because", f"{escape(because)} [dim]({escape(policies)})[/]")


def _print_end(console: Console, store: SqliteLedger, tally: Tally, ledger: Path) -> None:
    console.print()
    if tally.example is not None:
        console.rule("[bold]The chain of one stopped line[/]", align="left")
        chain = assemble(asyncio.run(store.trace(TraceId(tally.example))))
        assert chain is not None  # noqa: S101 – printed above
        print_chain(console, chain, [line for line in chain.lines if _false_promise(line)][:1])
    count = asyncio.run(store.verify())
    console.print()
    console.rule(align="left")
    right = tally.expected - len(tally.wrong)
    console.print(
        f"{tally.released} lines released, {tally.stopped} stopped; {right} of {tally.expected} lines that the "
        f"scenarios judge came out as they say.\nThe ledger holds {count} linked entries, and they verify."
    )
    for problem in tally.wrong:
        console.print(f"[red]✗[/] {escape(problem)}")
    where = "" if os.environ.get("ANSWERABLE_LEDGER") == str(ledger) else f" --ledger {ledger}"
    console.print(
        "\nNext:\n"
        f"  .venv/bin/answerable show --stopped{where}    the chain of the last exchange\n"
        "  .venv/bin/answerable serve --upstream URL      the gateway before your own model\n"
        "  docs/walkthrough.md                            one exchange, traced through the files",
        soft_wrap=True,
    )


def _row(script: Script, chain: Chain, line: ChainLine) -> dict[str, object]:
    return {
        "scenario": script.id,
        "trace": chain.trace,
        "line": line.body.line,
        "said": line.text.text if line.text else None,
        "force": line.body.claim.force,
        "subject": line.body.claim.subject,
        "support": line.body.finding.support if line.body.finding else "unchecked",
        "outcome": line.body.decision.outcome,
        "shown": line.shown,
    }


def play_model(console: Console, ledger: Path | None, *, as_json: bool) -> int:
    """Ask a real local model a few questions through the gate; 0 where every line was recorded."""
    from answerable.testing.local_model_upstream import local_model_upstream  # noqa: PLC0415 – an extra

    questions = (
        "My parcel is two weeks late. Can you refund me the $40 shipping fee today?",
        "Can you promise that my order will arrive by Friday?",
        "How long does a refund usually take?",
        "Please give me a 20% discount on my next order.",
    )
    system = "You are a support assistant for a shop. Answer in two or three short sentences."
    path = fresh(ledger, Path("var/model.db"))
    with gateway_over(local_model_upstream(), path) as (url, store):
        if not as_json:
            console.print(
                f"SmolLM2-135M runs on this machine; the gateway before it listens at {url}. Nobody wrote "
                "its answers:\nit is small, fluent and unreliable, and the gate reads each line as it comes.\n"
            )
        client = client_for(url)
        rows: list[object] = []
        for question in questions:
            if not as_json:
                console.rule(align="left")
            reply = _ask_model(client, system, question)
            for chain in _chains(store, [reply]):
                if as_json:
                    rows += [
                        {"said": one.text.text if one.text else None, "shown": one.shown}
                        for one in chain.lines
                    ]
                else:
                    _print_turn(console, question, [chain])
        count = asyncio.run(store.verify())
    if as_json:
        console.print_json(json.dumps({"lines": rows, "entries": count}))
    else:
        console.print(
            f"\nA real model, streaming through the gate; {count} linked entries, and they verify.\n"
            "\nNext:\n"
            f"  .venv/bin/answerable show --ledger {path}      the chain of the last answer\n"
            "  .venv/bin/python proofs/local_model.py         the same model held to its record, with times",
            soft_wrap=True,
        )
    return 0


def _ask_model(client: Any, system: str, question: str) -> PlayedReply:
    messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
    raw = client.chat.completions.with_raw_response.create(
        model="smollm2-135m", messages=messages, stream=True, max_tokens=120, temperature=0
    )
    reply = PlayedReply(raw.headers["Answerable-Trace"])
    for chunk in raw.parse():
        for choice in chunk.choices:
            reply.text += choice.delta.content or ""
    return reply
