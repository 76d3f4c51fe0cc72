"""A reply that comes in one piece: read its choices, and write it again as it may be shown."""

from collections.abc import Iterable
from dataclasses import dataclass
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
    Line,
    Output,
    PassCall,
    PassFrame,
    SendBack,
    StopCall,
    TextArrived,
)
from answerable.values.errors import UpstreamMalformed
from answerable.wire.json_bodies import label_in
from answerable.wire.logprobs import LogprobTrack
from answerable.wire.tool_calls import CallAssembler
from answerable.wire.verdicts import Verdict, act_verdict, line_verdict
from answerable.wire.vocabulary import CHOICE, MESSAGE, REASONING, REPLY

Fields = dict[str, msgspec.Raw]
_fields = msgspec.json.Decoder(Fields)
_choices = msgspec.json.Decoder(list[Fields])
_text = msgspec.json.Decoder(str | None)
_index = msgspec.json.Decoder(int)
_encode = msgspec.json.Encoder().encode
_NULL = msgspec.Raw(b"null")


@dataclass(frozen=True, slots=True)
class _Choice:
    """A choice as it came, with its message and its log-probabilities taken out."""

    index: int
    fields: Fields
    message: Fields
    logprobs: dict[str, LogprobTrack | None] | None


class WholeReply:
    """A reply in one piece. Raises UpstreamMalformed where it is not the protocol."""

    def __init__(self, body: bytes, choices: int) -> None:
        self.upstream_id: str | None = None
        self.model: str | None = None
        self.usage: str | None = None
        self.fingerprint: str | None = None
        self.events: list[Event] = []
        """What the gate is to be fed, in order."""
        self._choices: list[_Choice] = []
        try:
            self._read(body, choices)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise UpstreamMalformed(f"the upstream sent a reply that is not the protocol: {error}") from error
        except RecursionError as error:
            raise UpstreamMalformed("the upstream sent a reply that is nested too deeply") from error

    def _read(self, body: bytes, expected: int) -> None:
        body.decode()  # what is passed on unread must be text too
        self._top: Fields = _fields.decode(body)
        self.upstream_id = _text.decode(self._top.get("id", _NULL))
        self.model = _text.decode(self._top.get("model", _NULL))
        self.usage = bytes(self._top["usage"]).decode() if "usage" in self._top else None
        self.fingerprint = label_in(self._top.get("system_fingerprint", _NULL))
        if "choices" not in self._top:
            raise UpstreamMalformed("the upstream sent a reply without 'choices'")
        self._unknown(-1, {k: v for k, v in self._top.items() if k not in REPLY}, passed=True)
        for position, choice in enumerate(_choices.decode(self._top["choices"])):
            index = _index.decode(choice["index"]) if "index" in choice else position
            if not 0 <= index < expected or index in (known.index for known in self._choices):
                raise UpstreamMalformed(
                    f"the upstream sent choice {index}; {expected} were asked for, counted from 0, once each"
                )
            self._read_choice(index, choice)

    def _read_choice(self, index: int, choice: Fields) -> None:
        raw = choice.get("message", _NULL)
        message = _fields.decode(raw) if bytes(raw) != b"null" else {}
        choice.pop("delta", None)  # a chunk's field: text that belongs to no message of a whole reply
        self._choices.append(
            _Choice(index, choice, message, _logprobs(choice.get("logprobs", _NULL), message))
        )
        reasoning = {k: message.pop(k) for k in message.keys() & REASONING}
        self._unknown(index, {k: v for k, v in reasoning.items() if bytes(v) != b"null"}, passed=False)
        self._unknown(index, {k: v for k, v in message.items() if k not in MESSAGE}, passed=True)
        self._unknown(index, {k: v for k, v in choice.items() if k not in CHOICE}, passed=True)
        for track in (CONTENT, REFUSAL):
            text = _text.decode(message.get(track, _NULL))
            if text:
                self.events.append(TextArrived(index, text, track))
        calls = CallAssembler()
        if bytes(message.get("tool_calls", _NULL)) != b"null":
            calls.add(message["tool_calls"])
        if bytes(message.get("function_call", _NULL)) != b"null":
            calls.add_legacy(message["function_call"])
        if extra := calls.extra():
            names = tuple(sorted({key for one in extra for key in one}))
            json = _encode(extra).decode()
            self.events.append(ExtensionArrived(index, names, json, passed=True, rides=True))
        self.events += [CallArrived(index, position, call) for position, call in calls.take()]
        self.events.append(ChoiceEnded(index, _text.decode(choice.get("finish_reason", _NULL)) or ""))

    def _unknown(self, index: int, fields: Fields, *, passed: bool) -> None:
        if fields:
            json = _encode(fields).decode()
            self.events.append(ExtensionArrived(index, tuple(fields), json, passed=passed, rides=True))

    def render(self, outputs: Iterable[Output], verdict: Verdict) -> bytes:
        """The reply as it may be shown, with the verdict in the `answerable` field.

        `outputs` are those of every try; what earlier ones said comes first.
        """
        told = list(outputs)
        lines = [output for output in told if isinstance(output, Line)]
        enforced = verdict.mode == "enforce"
        verdict.lines = [line_verdict(line, enforced=enforced) for line in lines]
        acts = [output for output in told if isinstance(output, PassCall | StopCall)]
        verdict.acts = [act for one in acts if (act := act_verdict(verdict.trace, one)) is not None]
        choices = [self._render_choice(choice, told) for choice in self._choices]
        return _encode({**self._top, "choices": choices, "answerable": verdict})

    def _render_choice(self, choice: _Choice, told: list[Output]) -> dict[str, Any]:
        own = [one for one in told if not isinstance(one, PassFrame) and one.choice == choice.index]
        lines = [output for output in own if isinstance(output, Line)]
        tried_before = any(isinstance(output, SendBack) for output in own)
        shown: dict[str, Any] = dict(choice.message)
        for track in (CONTENT, REFUSAL):
            of_track = [line for line in lines if line.track == track]
            if of_track:
                shown[track] = "".join(line.shown for line in of_track)
        rendered: dict[str, Any] = {**choice.fields, "message": shown}
        if any(isinstance(output, StopCall) for output in own) and not any(
            isinstance(output, PassCall) for output in own
        ):
            for key in ("tool_calls", "function_call"):
                shown.pop(key, None)
            rendered["finish_reason"] = next(one.reason for one in own if isinstance(one, EndChoice))
        if choice.logprobs is not None and tried_before:
            rendered["logprobs"] = None  # they would be of the last try alone
        elif choice.logprobs is not None:
            rendered["logprobs"] = {
                name: _released(track, [line for line in lines if line.track == name])
                for name, track in choice.logprobs.items()
            }
        return rendered


def _logprobs(raw: msgspec.Raw, message: Fields) -> dict[str, LogprobTrack | None] | None:
    """The log-probabilities of a choice by track; None where it has none. What else stands there is left out."""
    if bytes(raw) == b"null":
        return None
    found: dict[str, LogprobTrack | None] = {}
    for name, tokens in _fields.decode(raw).items():
        if name in (CONTENT, REFUSAL):
            found[name] = None
            if bytes(tokens) != b"null":
                found[name] = track = LogprobTrack()
                track.add(tokens, _text.decode(message.get(name, _NULL)) or "")
    return found


def _released(track: LogprobTrack | None, lines: list[Line]) -> list[Any] | None:
    if track is None:
        return None
    return [
        token
        for line in lines
        for token in track.release(line.statement.lead + line.statement.text, verbatim=line.verbatim)
    ]
