"""The entries of `connectors.yaml`, as they are written: each field once, and none that is not here."""

from typing import Any

import msgspec


class Basic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    user: str
    password: str
    """Where it is kept."""


class Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    value: str
    """Where it is kept."""


class CredentialEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of these; each names where the credential is kept, and never the credential."""

    bearer: str | None = None
    basic: Basic | None = None
    header: Named | None = None
    query: Named | None = None


class QueryEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    path: str
    absent_means_not_done: bool = False


class ToolEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A tool of an HTTP back end: `POST /TOOL` with the arguments as body, where nothing else is said."""

    method: str = "POST"
    path: str | None = None
    query: tuple[str, ...] = ()
    description: str = ""
    reference: str | None = None
    schema: dict[str, Any] | None = None
    """The JSON Schema of its arguments; made from path and query where nothing is said."""


class HttpEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="http"):
    url: str
    tools: dict[str, ToolEntry]
    grants: bool = False
    audience: str | None = None
    """What its grants call it; its `url` where nothing is said."""
    workload: str | None = None
    """The SPIFFE id that it uses grants up as."""
    repeatable: bool = False
    query: QueryEntry | None = None
    credential: CredentialEntry | None = None
    not_done: tuple[int, ...] = (429,)
    most_bytes: int = 256 * 1024
    authorities: str | None = None


class OpenApiEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="openapi"):
    document: str
    url: str
    tools: tuple[str, ...] | None = None
    grants: bool = False
    audience: str | None = None
    workload: str | None = None
    repeatable: bool = False
    query: QueryEntry | None = None
    credential: CredentialEntry | None = None
    not_done: tuple[int, ...] = (429,)
    most_bytes: int = 256 * 1024
    authorities: str | None = None


class McpEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="mcp"):
    """One of `url` (Streamable HTTP) and `command` (stdio)."""

    url: str | None = None
    command: tuple[str, ...] = ()
    environment: dict[str, str] = {}
    """Variables of the program that is started, and where each one's value is kept."""
    credential: CredentialEntry | None = None
    repeatable: bool = False
    tools: tuple[str, ...] | None = None
    most_bytes: int = 256 * 1024
    authorities: str | None = None


class SqlQueryEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sql: str
    parameters: dict[str, str] = {}
    """text, integer, number, flag or instant."""
    answer: str = "row"
    """row: exactly one, as an object; rows: any number, as {"rows": […]}."""
    description: str = ""


class SqlEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="sql"):
    url: str
    """sqlite:PATH, or postgresql://USER@HOST:PORT/DATABASE without the password."""
    queries: dict[str, SqlQueryEntry]
    password: str | None = None
    """Where it is kept."""
    most_rows: int = 100
    most_bytes: int = 256 * 1024


class MailToolEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`to` is an address, or the argument that holds it; `{argument}` in subject and text is its value."""

    to: str
    subject: str
    text: str
    only: tuple[str, ...] = ()
    """Addresses, and domains as `@example.com`, that it may go to; empty: whatever the argument says."""
    description: str = ""


class SmtpEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="smtp"):
    host: str
    sender: str
    tools: dict[str, MailToolEntry]
    port: int = 587
    encryption: str = "starttls"
    """starttls, tls, or none (on this machine only)."""
    user: str | None = None
    password: str | None = None
    """Where it is kept."""
    authorities: str | None = None


class BotEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="bot"):
    """A back end that the bots' own clients call, each act with a grant for it. The gateway calls nothing there."""

    audience: str
    workload: str
    """The SPIFFE id that it uses grants up as."""


Entry = HttpEntry | OpenApiEntry | McpEntry | SqlEntry | SmtpEntry | BotEntry


def read_entry(value: Any) -> Entry:
    """Raises msgspec.ValidationError."""
    found: Entry = msgspec.convert(value, type=Entry)
    return found
