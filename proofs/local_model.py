"""A real model on this machine, streaming through the gateway: python proofs/local_model.py

SmolLM2-135M (extra `model`) answers shop questions behind the real gateway, over
HTTP on both sides, asked with the official client. Each reply must show exactly
what the ledger says was released, and its first line must arrive before the model
has written its last word. Then a client leaves in the middle of a long reply: the
model must stop, and the next client must get its answer.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openai

from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.apps.chain import Chain, assemble
from answerable.apps.playing import gateway_over
from answerable.testing.local_model_upstream import MODEL, ChatModel, load_local_model, local_model_upstream
from answerable.values import TraceId
from answerable.values.errors import AnswerableError

SYSTEM = (
    "You are the support assistant of Larkfield, a shop for home and garden. "
    "Items can be returned within 30 days of delivery. Answer in a few short sentences."
)
QUESTIONS = (
    "My parcel is two weeks late. Can you refund me the $40 shipping fee today?",
    "Can you promise that my order will arrive by Friday?",
    "How long does a refund usually take?",
    "I bought a lamp 20 days ago and it flickers. What can I do?",
    "Please give me a 20% discount on my next order.",
    "List three things to do before I send an item back.",
)
LONG = "Write a very long story about a garden, at least two thousand words."
MOST_TOKENS = 100


@dataclass(slots=True)
class Counting:
    """The model, with a count of the pieces it wrote for each request, and when the last one came."""

    model: ChatModel
    written: list[int] = field(default_factory=list)
    last_at: float = 0.0

    def create_chat_completion(self, messages: list[Any], **options: Any) -> Iterator[Any]:
        chunks = self.model.create_chat_completion(messages, **options)
        place = len(self.written)
        self.written.append(0)

        def counted() -> Iterator[Any]:
            for chunk in chunks:
                self.written[place] += 1
                self.last_at = time.perf_counter()
                yield chunk

        return counted()


@dataclass(slots=True)
class Heard:
    """One streamed reply as the client saw it; times in seconds from the request."""

    trace: str
    text: str = ""
    first_line: float = 0.0
    first_at: float = 0.0
    end: float = 0.0


def ask(client: openai.OpenAI, question: str, *, most: int = MOST_TOKENS, leave: bool = False) -> Heard:
    """Ask, and read to the end; or leave after the first line."""
    start = time.perf_counter()
    raw = client.chat.completions.with_raw_response.create(
        model=MODEL,
        messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": question}],
        stream=True,
        max_tokens=most,
        temperature=0,
        seed=1,
    )
    heard = Heard(raw.headers["Answerable-Trace"])
    stream: openai.Stream[Any] = raw.parse()
    for chunk in stream:
        text = "".join(choice.delta.content or "" for choice in chunk.choices)
        if text and not heard.text:
            heard.first_at = time.perf_counter()
            heard.first_line = heard.first_at - start
        heard.text += text
        if leave and heard.text:
            stream.close()
            break
    heard.end = time.perf_counter() - start
    return heard


def chain_of(store: SqliteLedger, trace: str, *, ended: bool = True) -> Chain:
    """The chain of a trace; with `ended`, wait until its end is on record."""
    give_up = time.monotonic() + 10
    while True:
        chain = assemble(asyncio.run(store.trace(TraceId(trace))))
        if chain is None:
            raise SystemExit(f"the client was shown trace '{trace}', and the ledger does not hold it")
        if chain.reply is not None or not ended or time.monotonic() > give_up:
            return chain
        time.sleep(0.02)


def released(chain: Chain) -> str:
    return "".join(line.shown or "" for line in chain.lines)


def outcomes(chain: Chain) -> str:
    found = [line.body.decision.outcome for line in chain.lines if line.text and line.text.text]
    return ", ".join(f"{found.count(one)} {one}" for one in dict.fromkeys(found))


def streams(client: openai.OpenAI, store: SqliteLedger, model: Counting) -> list[str]:
    """Ask every question; print a row for each; return what went wrong."""
    problems = []
    print(
        "| question | lines | first line s | end s | text is the ledger's |\n| --- | --- | --- | --- | --- |"
    )
    early = single = 0
    for question in QUESTIONS:
        print(f"  … {question}", file=sys.stderr, flush=True)
        heard = ask(client, question)
        chain = chain_of(store, heard.trace)
        same = released(chain) == heard.text and bool(heard.text)
        if not same:
            problems.append(f"shown {heard.text!r}, on record {released(chain)!r}")
        if chain.reply is None or chain.reply.ending != "complete":
            problems.append(f"'{question}' did not come to its end")
        early += heard.first_at < model.last_at
        single += sum(1 for line in chain.lines if line.text and line.text.text) == 1
        print(
            f"| {question} | {outcomes(chain)} | {heard.first_line:.2f} | {heard.end:.2f} | {'yes' if same else 'no'} |"
        )
    print(
        f"\nThe first line was with the client before the model had written its last word: "
        f"{early} of {len(QUESTIONS)} replies; {single} had one line only."
    )
    if early + single < len(QUESTIONS):
        problems.append("lines waited for the end of the reply")
    return problems


def leaves(client: openai.OpenAI, store: SqliteLedger, model: Counting) -> list[str]:
    """A client leaves a long reply after its first line; the model is free for the next one."""
    print("  … a client leaves in the middle", file=sys.stderr, flush=True)
    most = 1000
    gone = ask(client, LONG, most=most, leave=True)
    place = len(model.written) - 1
    after = ask(client, QUESTIONS[2], most=20)
    written, chain = model.written[place], chain_of(store, gone.trace)
    ending = chain.reply.ending if chain.reply else "no ending"
    print(
        f"\nA client that left a reply of up to {most} tokens after its first line: the model stopped at {written}, "
        f"the ledger says '{ending}', the next client had its answer {after.end:.2f} s after asking."
    )
    problems = []
    if written >= most // 2:
        problems.append("the model wrote on for a client that had left")
    if ending != "client_left":
        problems.append(f"the reply that was left is on record as '{ending}'")
    if not released(chain).startswith(gone.text):
        problems.append("the client that left has text that is not on record")
    if not after.text:
        problems.append("the next client got no answer")
    return problems


def main() -> None:
    try:
        model = Counting(load_local_model())
    except AnswerableError as error:
        raise SystemExit(f"local_model: {error}") from error
    upstream = local_model_upstream(model)
    with (
        tempfile.TemporaryDirectory() as folder,
        gateway_over(upstream, Path(folder) / "ledger.db") as (url, store),
    ):
        with openai.OpenAI(base_url=url, api_key="none", max_retries=0) as client:
            ask(client, "Hello", most=2)  # the first reply also pays for the model's own start
            problems = streams(client, store, model) + leaves(client, store, model)
        entries = asyncio.run(store.verify())
    print(
        f"\n{MODEL}, {sum(model.written)} pieces written; {entries} linked entries in the ledger, and they verify."
    )
    for problem in problems:
        print(f"\n✗ {problem}")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
