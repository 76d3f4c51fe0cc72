"""Passkeys over HTTP: registered once with an invitation's code, and signed in with.

Each ceremony is two requests of this site's own script. The first gets a challenge, which is kept under a random name
together with what the browser holds in a cookie; the second brings the answer, and the challenge is used up by it,
whatever comes of it. Bodies say what a browser and its authenticator made, and never who somebody is.
"""

import asyncio
import base64
import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from answerable.adapters.passkeys import (
    CHALLENGE_BYTES,
    LEVEL,
    creation_options,
    id_of,
    read_new,
    read_signed,
    request_options,
)
from answerable.apps.gateway.bodies import read_body
from answerable.apps.operators.pages import HEADERS, way_back
from answerable.apps.operators.people import People, people_of
from answerable.apps.operators.sessions import key_of
from answerable.identity.operators import Operator
from answerable.ports.directory import Directory, Handle, Person, local_id
from answerable.values.errors import IdentityRefused, InvalidRequest, NotAuthenticated
from answerable.values.strict_json import JsonError, json_object
from answerable.wire.limits import Limits

_COOKIE = "passkey"
_LIFE = timedelta(minutes=5)
_SECRET_BYTES = 32
_LIMITS = Limits(body_bytes=64 * 1024, body_seconds=10.0)
_BLAND = "this passkey"
_CODE_BYTES = 16
_MOST_CODE = 100
INVITED_FOR = timedelta(hours=24)
REGISTER, SIGN_IN = "passkey-register", "passkey-sign-in"


class _Begun(msgspec.Struct, frozen=True):
    challenge: bytes
    code: str = ""
    """The digest of the invitation's code."""


def invite(directory: Directory, person: Person, code: str, now: datetime) -> datetime:
    """Let somebody register until the instant that comes back. `code` is for them alone; only its digest is kept."""
    until = now + INVITED_FOR
    directory.invite(person, code_key(code), until)
    return until


def new_code() -> str:
    """An invitation's code: 128 random bits as eight groups that can be read out over a telephone."""
    letters = base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode().rstrip("=").lower()
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def new_handle() -> Handle:
    """A name for somebody that says nothing of them."""
    return Handle(base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode().rstrip("=").lower())


def code_key(code: str) -> str:
    """What a code is kept under, however it was typed."""
    bare = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(bare.encode()).hexdigest()


async def registration_options(request: Request) -> Response:
    """What to make a passkey with, for whom a code invites."""
    people, directory = _local(request)
    code = (await _body(request)).get("code")
    if not isinstance(code, str) or not 0 < len(code) <= _MOST_CODE:
        raise InvalidRequest("type the code of your invitation", "code")
    key = code_key(code)
    person = await asyncio.to_thread(directory.invited, key, people.now())
    if person is None:
        raise NotAuthenticated("the code is not good, or not any more; ask for another invitation")
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    known = await asyncio.to_thread(directory.passkeys, person.handle)
    options = creation_options(people.site, person, list(known), challenge)
    return await _begun(request, REGISTER, _Begun(challenge, key), options)


async def register(request: Request) -> Response:
    """Keep the passkey that was made, and sign its owner in.

    1. The challenge is one of this browser's, unused and not too old; it is used up.
    2. The passkey is for this site, made with user verification.
    3. The invitation is used up and the passkey kept, both or neither.
    """
    people, directory = _local(request)
    body = await _body(request)
    begun = await _used(request, REGISTER)  # 1.
    passkey = read_new(people.site, _credential(body), begun.challenge)  # 2.
    person = await asyncio.to_thread(directory.register, begun.code, passkey, people.now())  # 3.
    if person is None:
        raise NotAuthenticated("the code was used meanwhile, or the passkey is known already")
    return await _signed_in(request, people, person, None)


async def sign_in_options(request: Request) -> Response:
    """What to sign, for whoever it is."""
    people, _ = _local(request)
    await _body(request)
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    return await _begun(request, SIGN_IN, _Begun(challenge), request_options(people.site, challenge))


async def sign_in(request: Request) -> Response:
    """Sign in whose passkey signed.

    1. The challenge is one of this browser's, unused and not too old; it is used up.
    2. The passkey is known, and where the browser says whose it is, it is theirs.
    3. It signed this challenge for this site, with user verification, and its count went up where it counts.
    4. The new count is kept; where somebody else signed in with the same one meanwhile, one of the two is a copy.
    """
    people, directory = _local(request)
    body = await _body(request)
    begun = await _used(request, SIGN_IN)  # 1.
    credential = _credential(body)
    found = await asyncio.to_thread(directory.find, id_of(credential))  # 2.
    if found is None:
        raise IdentityRefused("the passkey is not known here", _BLAND)
    person, passkey = found
    said = credential.get("response", {})
    handle = said.get("userHandle") if isinstance(said, dict) else None
    if handle is not None and handle != _base64url(person.handle.encode()):
        raise IdentityRefused("the passkey says that it is somebody else's", _BLAND)
    signed = read_signed(people.site, credential, begun.challenge, passkey)  # 3.
    if not await asyncio.to_thread(directory.signed, passkey, signed.counted, people.now()):  # 4.
        raise IdentityRefused("the passkey was used at the same time elsewhere with the same count", _BLAND)
    return await _signed_in(request, people, person, body.get("next"))


async def _signed_in(request: Request, people: People, person: Person, way: object) -> Response:
    operator = Operator(local_id(person.handle), person.name, LEVEL, people.now())
    then = way_back(way if isinstance(way, str) else None)
    response = JSONResponse({"next": then}, headers=HEADERS)
    await people.sessions.begin(request, response, operator)
    people.sessions.set_cookie(response, _COOKIE, "", timedelta(0))
    return response


async def _begun(request: Request, purpose: str, begun: _Begun, options: dict[str, Any]) -> Response:
    people = people_of(request)
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    data = msgspec.json.encode(begun).decode()
    await asyncio.to_thread(people.sessions.store.keep, key_of(secret), purpose, data, people.now() + _LIFE)
    response = JSONResponse({"options": options}, headers=HEADERS)
    people.sessions.set_cookie(response, _COOKIE, secret, _LIFE)
    return response


async def _used(request: Request, purpose: str) -> _Begun:
    people = people_of(request)
    secret = people.sessions.cookie(request, _COOKIE)
    data = None
    if secret is not None:
        data = await asyncio.to_thread(people.sessions.store.use, key_of(secret), purpose, people.now())
    if data is None:
        raise IdentityRefused("the challenge is none of this browser's, or it was used or is too old", _BLAND)
    return msgspec.json.decode(data, type=_Begun)


def _local(request: Request) -> tuple[People, Directory]:
    """Raises NotAuthenticated where another site sends it, InvalidRequest where there are no passkeys here."""
    people = people_of(request)
    people.sessions.check_origin(request)
    if people.directory is None:
        raise InvalidRequest("nobody signs in with a passkey here; use a login service")
    return people, people.directory


async def _body(request: Request) -> dict[str, Any]:
    # A form of another site can't be of this type without asking first (Fetch, section 3.2).
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise InvalidRequest("the body is JSON: 'application/json'")
    try:
        return json_object(await read_body(request, _LIMITS))
    except JsonError as error:
        raise InvalidRequest(f"the body {error}") from None


def _credential(body: dict[str, Any]) -> dict[str, Any]:
    found = body.get("credential")
    if not isinstance(found, dict):
        raise InvalidRequest("the body has no 'credential'", "credential")
    return found


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
