"""A choice goes back to the model: the same request, with what it said and what became of its acts."""

from typing import Any

import msgspec

from answerable.flow import SendBack

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_messages = msgspec.json.Decoder(list[msgspec.Raw])
_encode = msgspec.json.Encoder().encode


def follow_up(forward: bytes, back: SendBack) -> bytes:
    """The body of the next request. `forward` is the body of the one before.

    The model is told its own words as the customer was shown them. In the last try it
    may only speak: what it asks for then would be stopped with nobody to tell it.
    """
    fields = _fields.decode(forward)
    spoken: dict[str, Any] = {"role": "assistant", "content": back.said or None}
    legacy = any(one.index < 0 for one in back.stopped)
    told: list[dict[str, Any]] = []
    if legacy:
        one = back.stopped[0]
        spoken["function_call"] = {"name": one.call.name, "arguments": one.call.arguments}
        told.append({"role": "function", "name": one.call.name, "content": one.told})
    else:
        spoken["tool_calls"] = [
            {
                "id": one.call.id,
                "type": "function",
                "function": {"name": one.call.name, "arguments": one.call.arguments},
            }
            for one in back.stopped
        ]
        told += [{"role": "tool", "tool_call_id": one.call.id, "content": one.told} for one in back.stopped]
    messages = [
        *_messages.decode(fields["messages"]),
        *(msgspec.Raw(_encode(one)) for one in (spoken, *told)),
    ]
    fields["messages"] = msgspec.Raw(_encode(messages))
    if back.last:
        fields["function_call" if legacy else "tool_choice"] = msgspec.Raw(b'"none"')
    return _encode(fields)
