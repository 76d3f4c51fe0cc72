"""Where the ledger can't vouch for a line, nobody sees the line: before it starts, in the middle, at the end."""

import asyncio
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from gateway_stack import Answer, Programmed, Stack, chunk, either, gateway, joined, said, stream_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from answerable.testing.event_stream import DONE, EventStream, event

LINES = ["Order L-100 has shipped.", " Parcels travel by road.", " The parcel is on its way.", " Thank you."]
TEXT = "".join(LINES)
BOTH = pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
MOMENTS = pytest.mark.parametrize("moment", ["before", "after"])


class Disk:
    """Fails a commit, by its number, `before` the write or `after` it."""

    def __init__(self) -> None:
        self.commits = 0
        self.fail_at = -1
        self.until = -1
        self.moment = "before"

    def __call__(self, moment: str) -> None:
        if moment == "before":
            self.commits += 1
        if moment == self.moment and self.fail_at <= self.commits <= self.until:
            raise OSError("no space left on device")

    def fail(self, first: int, moment: str, *, times: int = 10_000) -> None:
        """Fail from the `first`th commit from now on."""
        self.commits, self.fail_at, self.until, self.moment = 0, first, first + times - 1, moment

    def mend(self) -> None:
        self.fail_at = self.until = -1


def a_line_at_a_time(pause: float = 0.05) -> Programmed:
    """An upstream whose every line comes in a read of its own, and so in a commit of its own."""

    async def parts() -> AsyncGenerator[bytes, None]:
        yield event(chunk({"role": "assistant", "content": ""}))
        for line in LINES:
            yield event(chunk({"content": line + " "}))
            await asyncio.sleep(pause)
        yield event(chunk({}, finish="stop")) + DONE

    return Programmed(lambda _: EventStream(parts()))


def assert_nothing_unrecorded(stack: Stack, answer: Answer) -> None:
    if answer.status == 200:
        released = [text for _, _, text in stack.released(answer.trace)]
        shown = [text for _, _, text in answer.shown]
        assert shown == released[: len(shown)]


@BOTH
@MOMENTS
def test_an_exchange_that_cannot_be_recorded_gets_no_reply(
    tmp_path: Path, moment: str, *, stream: bool
) -> None:
    disk, upstream = Disk(), Programmed(either(TEXT))
    with gateway(upstream.app, tmp_path / "ledger.db", on_commit=disk) as stack:
        disk.fail(1, moment)
        answer = stack.ask(stream=stream)
        assert answer.status == 503
        assert answer.error["code"] == "ledger_unavailable"
        assert LINES[0].encode() not in answer.body
        disk.mend()
        assert joined(stack.ask(stream=stream).shown) == {(0, "content"): TEXT}


@MOMENTS
@pytest.mark.parametrize("commit", [2, 3, 4, 5])
def test_a_stream_ends_with_an_error_where_the_ledger_fails(tmp_path: Path, moment: str, commit: int) -> None:
    disk = Disk()
    with gateway(a_line_at_a_time().app, tmp_path / "ledger.db", on_commit=disk) as stack:
        disk.fail(commit, moment)
        answer = stack.ask()
        disk.mend()
        assert answer.status == 200, "a role had been passed on"
        assert answer.chunks[-1]["error"]["code"] == "ledger_unavailable"
        assert answer.events[-1] != b"[DONE]"
        # Commit 1 is the exchange, and each later one brought one line.
        assert len(answer.shown) <= commit - 2
        assert_nothing_unrecorded(stack, answer)
        assert joined(stack.ask().shown)[0, "content"].startswith(LINES[0])


@MOMENTS
def test_a_whole_reply_that_cannot_be_recorded_is_not_shown(tmp_path: Path, moment: str) -> None:
    disk, upstream = Disk(), Programmed(either(TEXT))
    with gateway(upstream.app, tmp_path / "ledger.db", on_commit=disk) as stack:
        disk.fail(2, moment)
        answer = stack.ask(stream=False)
        assert answer.status == 503
        assert answer.error["code"] == "ledger_unavailable"
        assert LINES[0].encode() not in answer.body


@MOMENTS
def test_a_check_that_cannot_be_recorded_gives_no_verdict(tmp_path: Path, moment: str) -> None:
    disk = Disk()
    with gateway(Programmed().app, tmp_path / "ledger.db", on_commit=disk) as stack:
        disk.fail(1, moment)
        answer = stack.post("/v1/check", {"reply": TEXT})
        assert answer.status == 503
        assert answer.error["code"] == "ledger_unavailable"
        assert b"shipped" not in answer.body


def test_a_ledger_that_fails_once_and_recovers_shows_nothing_of_what_it_missed(tmp_path: Path) -> None:
    disk = Disk()
    with gateway(a_line_at_a_time().app, tmp_path / "ledger.db", on_commit=disk) as stack:
        disk.fail(3, "before", times=1)
        answer = stack.ask()
        assert answer.chunks[-1]["error"]["code"] == "ledger_unavailable"
        assert_nothing_unrecorded(stack, answer)
        assert stack.ending(answer.trace) == "ledger_unavailable"
        reply = stack.chain(answer.trace).reply
        assert reply is not None
        assert reply.sent == len(answer.shown)


def test_a_slow_ledger_holds_a_line_back_until_it_is_durable(tmp_path: Path) -> None:
    def slow(moment: str) -> None:
        if moment == "before":
            time.sleep(0.2)

    with gateway(Programmed(lambda _: said(TEXT)).app, tmp_path / "ledger.db", on_commit=slow) as stack:
        started = time.monotonic()
        answer = stack.ask()
        assert time.monotonic() - started > 0.4
        stack.assert_on_record(answer)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    commit=st.integers(1, 8),
    times=st.sampled_from([1, 2, 10_000]),
    moment=st.sampled_from(["before", "after"]),
    size=st.sampled_from([1, 9, 1000]),
)
def test_wherever_the_ledger_fails_nothing_unrecorded_is_shown(
    tmp_path_factory: pytest.TempPathFactory, commit: int, times: int, moment: str, size: int
) -> None:
    disk = Disk()
    parts = [TEXT[at : at + size] for at in range(0, len(TEXT), size)]
    upstream = Programmed(
        lambda _: stream_of(
            *(event(chunk({"content": part})) for part in parts), event(chunk({}, finish="stop")), DONE
        )
    )
    with gateway(upstream.app, tmp_path_factory.mktemp("disk") / "ledger.db", on_commit=disk) as stack:
        disk.fail(commit, moment, times=times)
        answer = stack.ask()
        disk.mend()
        assert answer.status in (200, 503)
        if answer.status == 503:
            assert answer.error["code"] == "ledger_unavailable"
        assert_nothing_unrecorded(stack, answer)
