"""Read a request's body within bounds of size and time, before anything looks into it."""

import asyncio

from starlette.requests import ClientDisconnect, Request

from answerable.values.errors import InvalidRequest, RequestTooLarge
from answerable.wire.limits import Limits


async def read_body(request: Request, limits: Limits) -> bytes:
    """The whole body. Raises RequestTooLarge, InvalidRequest where it takes too long or breaks off."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > limits.body_bytes:
        raise _too_large(limits)
    body = bytearray()
    try:
        async with asyncio.timeout(limits.body_seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limits.body_bytes:
                    raise _too_large(limits)
    except TimeoutError:
        raise InvalidRequest(f"the body did not arrive within {limits.body_seconds:g} seconds") from None
    except ClientDisconnect:
        raise InvalidRequest("the body broke off") from None
    return bytes(body)


def _too_large(limits: Limits) -> RequestTooLarge:
    return RequestTooLarge(f"the body is larger than {limits.body_bytes} bytes")
