"""A streamed reply: upstream chunks become events, and decided outputs become chunks again.

Text is taken out of the upstream's chunks and comes back line by line, in
chunks that carry the same id, model and other top-level fields. What has no
words (roles, token counts) goes through in its place.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from answerable.flow import (
    CONTENT,
    REFUSAL,
    CallArrived,
    ChoiceEnded,
    EndChoice,
    Event,
    ExtensionArrived,
    FrameArrived,
    Line,
    Output,
    PassCall,
    PassExtension,
    PassFrame,
    SendBack,
    StopCall,
    TextArrived,
)
from answerable.values.errors import UpstreamError, UpstreamMalformed
from answerable.wire.json_bodies import label_in
from answerable.wire.logprobs import LogprobTrack
from answerable.wire.same_chunk import ChunkMould, mould_of
from answerable.wire.tool_calls import CallAssembler
from answerable.wire.verdicts import StreamVerdict, act_verdict, line_verdict
from answerable.wire.vocabulary import CHOICE, MESSAGE, REASONING, REPLY

Fields = dict[str, msgspec.Raw]
_fields = msgspec.json.Decoder(Fields)
_choices = msgspec.json.Decoder(list[Fields])
_text = msgspec.json.Decoder(str | None)
_index = msgspec.json.Decoder(int)
_logprobs = msgspec.json.Decoder(Fields | None)
_encode = msgspec.json.Encoder().encode
_NULL = msgspec.Raw(b"null")


class UpstreamSaidError(UpstreamError):
    """The upstream reported an error inside its stream; `error` is its error object, as JSON text."""

    code = "upstream_error"

    def __init__(self, error: str) -> None:
        super().__init__("the upstream reported an error in the middle of its reply")
        self.error = error


class _ChoiceState:
    """What has to be remembered of a choice between its chunks."""

    def __init__(self) -> None:
        self.calls = CallAssembler()
        self.logprobs = {CONTENT: LogprobTrack(), REFUSAL: LogprobTrack()}
        self.has_logprobs = False
        self.role_sent = False
        self.finished = False
        self.extra: Fields = {}
        self.reasoning: list[str] = []


class StreamTranslator:
    """One streamed reply. `take` upstream data, feed the events to the gate, `render` its outputs."""

    def __init__(self, trace: str, choices: int, *, enforced: bool) -> None:
        self._trace = trace
        self._expected = choices
        self._enforced = enforced
        self._top: Fields = {}
        self._first: Fields = {}  # what the chunks of an earlier try said: the reply keeps its id
        self._unknown: Fields = {}
        self._states: dict[int, _ChoiceState] = {}
        self._mould: ChunkMould | None = None
        self.upstream_id: str | None = None
        self.model: str | None = None
        self.usage: str | None = None
        self.fingerprint: str | None = None

    # -- from the upstream -------------------------------------------------------

    def take(self, chunks: Iterable[bytes]) -> Iterator[Event]:
        """The events in some chunks, in order. Raises UpstreamMalformed, UpstreamSaidError.

        Events come out one by one, so those before a chunk that can't be read are
        not lost with it.
        """
        texts: list[str] = []
        for data in chunks:
            mould = self._mould
            if mould is not None:
                text = mould.text(data)
                if text is not None:
                    texts.append(text)
                    continue
                yield from self._moulded(mould, texts)
            yield from self._parse(data)
        if self._mould is not None:
            yield from self._moulded(self._mould, texts)

    def _moulded(self, mould: ChunkMould, texts: list[str]) -> Iterator[Event]:
        """The texts of a run of like chunks, as one event."""
        text = "".join(texts)
        texts.clear()
        if text:
            self._states[mould.choice].logprobs[CONTENT].add(None, text)
            yield TextArrived(mould.choice, text)

    def _parse(self, data: bytes) -> list[Event]:
        try:
            return self._take(data)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise UpstreamMalformed(f"the upstream sent a chunk that is not the protocol: {error}") from error
        except RecursionError as error:
            raise UpstreamMalformed("the upstream sent a chunk that is nested too deeply") from error

    def _take(self, data: bytes) -> list[Event]:
        data.decode()  # what is passed on unread must be text too
        fields = _fields.decode(data)
        if "error" in fields and bytes(fields["error"]) != b"null":
            raise UpstreamSaidError(bytes(fields["error"]).decode())
        events: list[Event] = []
        choices = _choices.decode(fields.pop("choices", msgspec.Raw(b"[]")))
        self._note(fields, events)
        if not choices:
            events.append(FrameArrived(_encode({**fields, "choices": []})))
            return events
        self._top.update(fields)
        self._top.update(self._first)
        for choice in choices:
            self._choice(choice, events)
        self._mould = self._learn(data, choices, events)
        return events

    def _learn(self, data: bytes, choices: list[Fields], events: list[Event]) -> ChunkMould | None:
        """A mould where the chunk brought a piece of text and nothing else at all."""
        match events:
            case [TextArrived(index, _, "content")] if len(choices) == 1:
                fields = _fields.decode(choices[0]["delta"])
                wordless = bytes(choices[0].get("logprobs", _NULL)) == b"null"
                if wordless and all(bytes(v) == b"null" for k, v in fields.items() if k != CONTENT):
                    return mould_of(data, index, bytes(fields[CONTENT]))
        return None

    def _note(self, fields: Fields, events: list[Event]) -> None:
        if self.upstream_id is None and "id" in fields:
            self.upstream_id = _text.decode(fields["id"])
        if self.model is None and "model" in fields:
            self.model = _text.decode(fields["model"])
        if self.fingerprint is None and "system_fingerprint" in fields:
            self.fingerprint = label_in(fields["system_fingerprint"])
        if "usage" in fields and bytes(fields["usage"]) != b"null":
            self.usage = bytes(fields["usage"]).decode()
        new = {k: v for k, v in fields.items() if k not in REPLY and self._unknown.get(k) != v}
        if new:
            self._unknown.update(new)
            events.append(ExtensionArrived(-1, tuple(new), _encode(new).decode(), passed=True, rides=True))

    def _choice(self, choice: Fields, events: list[Event]) -> None:
        index = _index.decode(choice.get("index", msgspec.Raw(b"0")))
        if not 0 <= index < self._expected:
            raise UpstreamMalformed(
                f"the upstream sent choice {index}, but {self._expected} were asked for (they count from 0)"
            )
        state = self._states.get(index)
        if state is None:
            state = self._states[index] = _ChoiceState()
        if state.finished:
            if _has_words(choice):
                raise UpstreamMalformed(f"the upstream went on with choice {index} after finishing it")
            return
        delta = choice.get("delta", _NULL)
        fields = _fields.decode(delta) if bytes(delta) != b"null" else {}
        self._wordless(index, state, fields, events)
        self._words(index, state, fields, choice.get("logprobs"), events)
        unknown = {k: v for k, v in choice.items() if k not in CHOICE}
        if unknown:
            state.extra.update(unknown)
            json = _encode(unknown).decode()
            events.append(ExtensionArrived(index, tuple(unknown), json, passed=True, rides=True))
        reason = _text.decode(choice.get("finish_reason", _NULL))
        if reason is not None:
            self._finish(index, state, reason, events)

    def _wordless(self, index: int, state: _ChoiceState, fields: Fields, events: list[Event]) -> None:
        if "role" in fields and not state.role_sent:
            state.role_sent = True
            first = {"role": fields["role"]}
            if bytes(fields.get("content", _NULL)) == b'""':
                first["content"] = fields["content"]
            if "refusal" in fields and bytes(fields["refusal"]) == b"null":
                first["refusal"] = fields["refusal"]
            events.append(FrameArrived(self._chunk(index, first)))
        unknown = {k: v for k, v in fields.items() if k not in MESSAGE}
        for key in unknown.keys() & REASONING:
            if bytes(unknown[key]) not in (b"null", b'""'):
                state.reasoning.append(f'"{key}":{bytes(unknown[key]).decode()}')
            del unknown[key]
        if unknown:
            events.append(ExtensionArrived(index, tuple(unknown), _encode(unknown).decode(), passed=True))

    def _words(
        self, index: int, state: _ChoiceState, fields: Fields, raw: msgspec.Raw | None, events: list[Event]
    ) -> None:
        logprobs = _logprobs.decode(raw) if raw is not None else None
        for track in (CONTENT, REFUSAL):
            text = _text.decode(fields[track]) if track in fields else None
            if logprobs is not None:
                state.has_logprobs = True
                state.logprobs[track].add(logprobs.get(track), text or "")
            elif text:
                state.logprobs[track].add(None, text)
            if text:
                events.append(TextArrived(index, text, track))
        if bytes(fields.get("tool_calls", _NULL)) != b"null":
            state.calls.add(fields["tool_calls"])
        if bytes(fields.get("function_call", _NULL)) != b"null":
            state.calls.add_legacy(fields["function_call"])

    def _finish(self, index: int, state: _ChoiceState, reason: str, events: list[Event]) -> None:
        state.finished = True
        events += self._thoughts(index, state)
        if extra := state.calls.extra():
            fields = tuple(sorted({key for one in extra for key in one}))
            events.append(ExtensionArrived(index, fields, _encode(extra).decode(), passed=True, rides=True))
        for position, call in state.calls.take():
            events.append(CallArrived(index, position, call))
        events.append(ChoiceEnded(index, reason))

    def _thoughts(self, index: int, state: _ChoiceState) -> list[Event]:
        if not state.reasoning:
            return []
        text = "{" + ",".join(state.reasoning) + "}"
        return [ExtensionArrived(index, ("reasoning",), text, passed=False)]

    @property
    def complete(self) -> bool:
        """Has every choice that began also been finished, and has one begun at all?"""
        return bool(self._states) and all(state.finished for state in self._states.values())

    def ended(self) -> list[Event]:
        """What is left where the stream ended well though choices were never finished: all they held."""
        events: list[Event] = []
        for index, state in self._states.items():
            if not state.finished:
                self._finish(index, state, "", events)
        return events

    def broken_off(self) -> list[Event]:
        """What was in the making, besides text, when the stream broke: for the record, not for the client."""
        events: list[Event] = []
        for index, state in self._states.items():
            if not state.finished:
                events += self._thoughts(index, state)
                if calls := state.calls.fragments():
                    json = _encode(calls).decode()
                    events.append(ExtensionArrived(index, ("tool_calls",), json, passed=False))
        return events

    # -- to the client -----------------------------------------------------------

    def render(self, output: Output) -> bytes | None:
        """The data of the chunk for one output, or None where nothing is to be sent."""
        match output:
            case Line():
                return self._line(output)
            case PassCall(choice, index, _):
                calls = self._states[choice].calls
                key, value = ("function_call", calls.wire(index, streamed=True)) if index < 0 else (
                    "tool_calls", [calls.wire(index, streamed=True)]
                )  # fmt: skip
                return self._chunk(choice, {key: value}, verdict=self._act(output))
            case StopCall(choice):
                return self._chunk(choice, {}, verdict=self._act(output))
            case SendBack():
                return None
            case PassExtension(choice, json):
                return self._chunk(choice, msgspec.Raw(json.encode()))
            case PassFrame(frame):
                return frame
            case EndChoice(_, ""):
                return None  # the upstream gave no reason, so none is made up
            case EndChoice(choice, reason):
                return self._chunk(choice, {}, reason=reason, extra=self._states[choice].extra)

    def again(self) -> "StreamTranslator":
        """A translator for the next try of the same reply: to the client it is one stream."""
        later = StreamTranslator(self._trace, self._expected, enforced=self._enforced)
        later._first = self._first or dict(self._top)
        later._unknown = dict(self._unknown)
        later._unknown = self._unknown
        later.upstream_id, later.model, later.usage = self.upstream_id, self.model, self.usage
        later.fingerprint = self.fingerprint
        for index, state in self._states.items():
            later._states[index] = fresh = _ChoiceState()
            fresh.role_sent = state.role_sent
        return later

    def _act(self, act: PassCall | StopCall) -> StreamVerdict | None:
        verdict = act_verdict(self._trace, act)
        return None if verdict is None else StreamVerdict(self._trace, act=verdict)

    def _line(self, line: Line) -> bytes | None:
        state = self._states[line.choice]
        source = line.statement.lead + line.statement.text
        tokens = state.logprobs[line.track].release(source, verbatim=line.verbatim)
        if not line.shown:
            return None
        verdict = StreamVerdict(self._trace, line=line_verdict(line, enforced=self._enforced))
        logprobs = {CONTENT: None, REFUSAL: None, line.track: tokens} if state.has_logprobs else None
        return self._chunk(line.choice, {line.track: line.shown}, logprobs=logprobs, verdict=verdict)

    def _chunk(
        self,
        index: int,
        delta: Any,
        *,
        reason: str | None = None,
        logprobs: Any = None,
        extra: Fields | None = None,
        verdict: StreamVerdict | None = None,
    ) -> bytes:
        choice = {
            "index": index,
            "delta": delta,
            "logprobs": logprobs,
            "finish_reason": reason,
            **(extra or {}),
        }
        chunk: dict[str, Any] = {**self._top, "choices": [choice]}
        if verdict is not None:
            chunk["answerable"] = verdict
        return _encode(chunk)


def _has_words(choice: Fields) -> bool:
    delta = choice.get("delta", _NULL)
    if bytes(delta) in (b"null", b"{}"):
        return False
    fields = _fields.decode(delta)
    return any(bytes(fields.get(key, _NULL)) not in (b"null", b'""', b"[]") for key in MESSAGE - {"role"})
