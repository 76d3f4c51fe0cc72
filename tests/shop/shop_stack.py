"""The shop on a real port, whoever issues its grants, and the connector to it."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from answerable.adapters.connectors.http import HttpConnector
from answerable.adapters.connectors.opening import open_connectors
from answerable.adapters.connectors.secrets import Secrets
from answerable.adapters.vault_http import Vault
from answerable.apps.shop.app import create_shop
from answerable.apps.shop.database import shop_database
from answerable.apps.shop.tools import openapi
from answerable.backends import StoreAuthority
from answerable.grants import KeyRing, arguments_digest
from answerable.ports.connectors import BackEndCall, ShownGrant
from answerable.testing import sample_grants as some
from answerable.testing.memory_grants import MemoryGrants
from answerable.testing.serving import serve_in_thread
from answerable.values import ActionId
from answerable.values.errors import SettingsError

AUDIENCE = "https://shop.example"
READER = "the-key-of-the-readers"
ISSUER_KEY = some.key(1)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Shop:
    """The shop, and the connector to it."""

    url: str
    connector: HttpConnector
    store: MemoryGrants
    numbers: Iterator[int] = field(default_factory=count)

    def grant(self, tool: str, arguments: str) -> ShownGrant:
        """One for exactly that."""
        number = next(self.numbers)
        permit = some.permit(number, until=now() + timedelta(minutes=15))
        intent = replace(permit.intent, action=tool, arguments=arguments_digest(arguments), audience=AUDIENCE)
        grant = some.grant(number, replace(permit, intent=intent), now=now())
        self.store.issue(grant, replace(permit, intent=intent))
        token = some.shown(grant, ISSUER_KEY)
        return ShownGrant(token, lambda method, url: self.proof(token, method, url))

    def proof(self, token: str, method: str, url: str) -> str:
        jti = f"shop-proof-{next(self.numbers)}"
        return some.proof(token, method=method, url=url, now=now(), jti=jti)

    def act(self, tool: str, key: str, **arguments: Any) -> BackEndCall:
        text = json.dumps(arguments)
        return BackEndCall(ActionId("ac_1"), tool, text, key, self.grant(tool, text))

    def read(self, tool: str, **arguments: Any) -> BackEndCall:
        return BackEndCall(ActionId("ac_1"), tool, json.dumps(arguments), "k-read")


def no_vault() -> Vault:
    raise SettingsError("there is no vault here")


def connector_to(url: str, folder: Path, **changed: Any) -> HttpConnector:
    """The openapi connector, by the document that the shop prints of itself."""
    (folder / "shop.json").write_text(json.dumps(openapi("https://elsewhere.example")))
    entry = {
        "kind": "openapi",
        "document": "shop.json",
        "url": url,
        "grants": True,
        "repeatable": True,
        "query": {"path": "/acts/{key}"},
        "credential": {"bearer": "env:SHOP_READER"},
        **changed,
    }
    (folder / "connectors.yaml").write_text(json.dumps({"shop": entry}))
    secrets = Secrets({"SHOP_READER": READER}, no_vault)
    made = open_connectors(folder / "connectors.yaml", secrets)["shop"]
    assert isinstance(made, HttpConnector)
    return made


@contextmanager
def shop_stack(where: str, folder: Path, **changed: Any) -> Iterator[Shop]:
    """A shop that answers. `where` is its database."""
    store, port = MemoryGrants(), free_port()
    url = f"http://127.0.0.1:{port}"
    authority = StoreAuthority(some.ISSUER, store, lambda: KeyRing(ISSUER_KEY, some.key(2)).known(now()), now)
    app = create_shop(shop_database(where), AUDIENCE, authority, base_url=url, reader_key=READER, **changed)
    with serve_in_thread(app, port):
        yield Shop(url, connector_to(url, folder), store)
