"""The official OpenAI client for Node against the gateway: python proofs/node_client.py

Starts an upstream that plays two scenarios and the gateway before it, both over
HTTP, runs `node proofs/node/check.mjs`, and then holds every text that the client
was shown against the ledger's releases. Exit code 1 where anything fails.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.apps.chain import Chain, assemble
from answerable.apps.playing import gateway_over
from answerable.testing.scenario_files import load_scenarios
from answerable.testing.script import Call, Outcome, Say, Script
from answerable.testing.script_upstream import script_upstream
from answerable.values import TraceId

FOLDER = Path(__file__).parent / "node"
PAUSE = 0.002
"""Seconds before each event of the upstream: long enough to leave in the middle of a reply."""


def request(script: Script, replies: int) -> dict[str, Any]:
    """The request that gets a script's reply number `replies`, as a host would send it."""
    messages: list[dict[str, Any]] = [{"role": "system", "content": script.system}]
    spoken = 0
    for turn in script.turns:
        messages.append({"role": "user", "content": turn.customer})
        for step in turn.steps:
            if spoken == replies:
                break
            spoken += 1
            messages += (
                answered(step) if isinstance(step, Call) else [{"role": "assistant", "content": step.text}]
            )
        else:
            continue
        break
    context = [{"source": item.source, "text": item.text} for item in script.context]
    return {
        "model": script.id,
        "messages": messages,
        "tools": list(script.tools),
        "metadata": dict(script.metadata),
        "answerable": {"context": context},
    }


def answered(step: Call) -> list[dict[str, Any]]:
    """A tool call in the conversation, and what the tools said."""
    calls = [
        {
            "id": one.call.id,
            "type": "function",
            "function": {"name": one.call.name, "arguments": one.call.arguments},
        }
        for one in step.calls
    ]
    results = [{"role": "tool", "tool_call_id": one.call.id, "content": one.result} for one in step.calls]
    return [{"role": "assistant", "content": step.text or None, "tool_calls": calls}, *results]


def plan(url: str) -> dict[str, Any]:
    """What the Node side needs to know."""
    scripts = load_scenarios()
    false, true = scripts["refund-false"], scripts["refund-true"]
    act = next(step for step in true.replies if isinstance(step, Call)).calls[0].call
    place, offer = next((place, step) for place, step in enumerate(true.replies) if isinstance(step, Say))
    wanted = {one.line: one.outcome for turn in false.turns for one in turn.expect}
    return {
        "url": url,
        "refused": request(false, len(false.replies) - 1),
        "refusedLines": [line for line, outcome in wanted.items() if outcome is Outcome.STOPPED],
        "keptLines": [line for line, outcome in wanted.items() if outcome is Outcome.RELEASE],
        "released": request(true, len(true.replies) - 1),
        "releasedLines": [one.line for one in true.turns[-1].expect],
        "offered": request(true, place),
        "offeredText": offer.text,
        "acts": request(true, 0),
        "act": {"name": act.name, "arguments": json.loads(act.arguments), "id": act.id},
    }


def released(chain: Chain, choice: int) -> str:
    return "".join(line.shown or "" for line in chain.lines if line.body.choice == choice)


def chain_of(store: SqliteLedger, trace: str) -> Chain:
    chain = assemble(asyncio.run(store.trace(TraceId(trace))))
    if chain is None:
        raise SystemExit(f"the client was shown trace '{trace}', and the ledger does not hold it")
    return chain


def against_ledger(results: dict[str, Any], store: SqliteLedger) -> list[dict[str, Any]]:
    """Two more checks: what was shown is what was released; the one that left is on record as having left."""
    wrong = [
        f"{one['trace']}, choice {choice}: shown {text!r}"
        for one in results["shown"]
        for choice, text in enumerate(one["texts"])
        if released(chain_of(store, one["trace"]), choice) != text
    ]
    name = f"ledger: all {len(results['shown'])} replies shown are its releases, word for word"
    checks = [{"name": name, "held": bool(results["shown"]) and not wrong, "why": "\n".join(wrong)}]
    name = "ledger: the client that left is on record, with what it has"
    left = results["left"]
    if left is None:
        return [*checks, {"name": name, "held": False, "why": "nobody left"}]
    give_up = time.monotonic() + 5
    while (chain := chain_of(store, left["trace"])).reply is None and time.monotonic() < give_up:
        time.sleep(0.02)
    ending = chain.reply.ending if chain.reply else "no ending"
    held = ending == "client_left" and released(chain, 0).startswith(left["text"])
    return [*checks, {"name": name, "held": held, "why": ending}]


def main() -> None:
    if not (FOLDER / "node_modules" / "openai").is_dir():
        raise SystemExit("the Node client is not installed: run 'scripts/prove node', which does it")
    with tempfile.TemporaryDirectory() as folder:
        upstream = script_upstream(load_scenarios(), delay=PAUSE)
        with gateway_over(upstream, Path(folder) / "ledger.db") as (url, store):
            environment = {k: v for k, v in os.environ.items() if not k.startswith("OPENAI_")}
            node = subprocess.run(
                ["node", "check.mjs"],
                cwd=FOLDER, env=environment, input=json.dumps(plan(url)), stdout=subprocess.PIPE, text=True,
                timeout=120, check=False,
            )  # fmt: skip
            if node.returncode != 0:
                raise SystemExit(f"node ended with {node.returncode}")
            results = json.loads(node.stdout)
            checks = [*results["checks"], *against_ledger(results, store)]
    version = json.loads((FOLDER / "node_modules/openai/package.json").read_text())["version"]
    print(f"openai {version} for Node, Node {results['node']}.\n\n| check | held |\n| --- | --- |")
    for check in checks:
        print(f"| {check['name']} | {'yes' if check['held'] else '**no**'} |")
    failed = [check for check in checks if not check["held"]]
    for check in failed:
        print(f"\n✗ {check['name']}: {check['why']}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
