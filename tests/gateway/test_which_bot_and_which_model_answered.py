"""Whoever has to answer for a reply can say which version of the bot, and on what model, it was."""

import asyncio
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from gateway_stack import Programmed, Stack, chunk, gateway, streamed, whole
from msgspec import UNSET
from rich.console import Console

from answerable.apps.ledger.report_content import facts
from answerable.apps.show import chain_as_data, print_chain
from answerable.testing import completions
from answerable.values import TraceId

SAID = {"role": "assistant", "content": "Hello."}


def told(stack: Stack, model: Programmed, *, stream: bool, ran_on: Any, **names: Any) -> tuple[str, Any, Any]:
    """The trace of one exchange, and what its first and its last entry say."""

    def marked(one: dict[str, Any]) -> dict[str, Any]:
        return {**one, "system_fingerprint": ran_on}

    pieces = [marked(chunk({"content": "Hello."})), marked(chunk({}, finish="stop"))]
    body = marked(msgspec.json.decode(whole(SAID).body))
    model.answer = lambda _: streamed(*pieces) if stream else completions.answer(body)
    trace = stack.ask(stream=stream, metadata=names).trace
    assert "version" not in (model.asked[-1].json.get("metadata") or {}), "it is said to the gate alone"
    entries = [entry.body for entry, _ in stack.entries(trace)]
    return trace, entries[0], entries[-1]


@pytest.mark.parametrize("stream", [True, False])
def test_the_version_and_what_the_model_ran_on_are_on_record_and_shown(
    tmp_path: Path, *, stream: bool
) -> None:
    model = Programmed()
    with gateway(model.app, tmp_path / "ledger.db") as stack:
        trace, asked, ended = told(stack, model, stream=stream, ran_on="fp_4470", version="support 2.3")
        assert (asked.version, ended.fingerprint) == ("support 2.3", "fp_4470")
        chain = stack.chain(trace)
        expected = "programmed (fp_4470), for workload insecure_open (insecure_open), version support 2.3"
        assert ("answered by", expected) in facts(chain)
        console = Console(width=200, record=True, file=StringIO())
        print_chain(console, chain, chain.lines)
        assert expected in console.export_text()
        data: Any = chain_as_data(chain, [])
        assert (data["exchange"]["version"], data["reply"]["fingerprint"]) == ("support 2.3", "fp_4470")


@pytest.mark.parametrize("stream", [True, False])
def test_what_is_no_short_line_of_text_is_left_out_and_stops_no_reply(
    tmp_path: Path, *, stream: bool
) -> None:
    model = Programmed()
    with gateway(model.app, tmp_path / "ledger.db") as stack:
        odd: Any
        for odd in (None, "", "x" * 129, "a\nb", "a\u202eb", 7, ["fp"], {"a": {}}, True):
            trace, asked, ended = told(stack, model, stream=stream, ran_on=odd, version=odd)
            assert (asked.version, ended.fingerprint, ended.ending) == (UNSET, UNSET, "complete"), odd
            written = [row.entry for row in asyncio.run(stack.ledger.trace(TraceId(trace)))]
            assert not any(b'"version"' in one or b'"fingerprint"' in one for one in written)


def test_a_request_s_own_version_goes_before_the_setting(tmp_path: Path) -> None:
    model = Programmed()
    with gateway(model.app, tmp_path / "ledger.db", bot_version="from the setting") as stack:
        for names, expected in (({}, "from the setting"), ({"version": "own"}, "own")):
            _, asked, _ = told(stack, model, stream=True, ran_on=None, **names)
            assert asked.version == expected
