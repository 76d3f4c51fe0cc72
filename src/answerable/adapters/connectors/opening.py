"""Open the back ends that a deployment names.

    shop: {kind: http, url: "http://127.0.0.1:9000", grants: true, repeatable: true, tools: {refund_order: {}}}
    crm:  {kind: openapi, document: crm.yaml, url: "https://crm.example.com", credential: {bearer: "vault:crm/token"}}

docs/connectors.md describes each kind.
"""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from answerable.adapters.connectors.argument_schemas import declared_schema
from answerable.adapters.connectors.credentials import Credential, Where
from answerable.adapters.connectors.entries import (
    BotEntry,
    CredentialEntry,
    HttpEntry,
    McpEntry,
    OpenApiEntry,
    SmtpEntry,
    SqlEntry,
    SqlQueryEntry,
    read_entry,
)
from answerable.adapters.connectors.http import HttpBackEnd, HttpConnector, QueryRoute
from answerable.adapters.connectors.http_outcomes import MAY_MEAN_NOT_DONE
from answerable.adapters.connectors.mail_message import MailTool, address_of
from answerable.adapters.connectors.openapi import read_openapi
from answerable.adapters.connectors.routes import Route
from answerable.adapters.connectors.secrets import Secrets
from answerable.adapters.connectors.smtp import MailServer, SmtpConnector
from answerable.adapters.connectors.sql import (
    Database,
    DeclaredQuery,
    PostgresDatabase,
    SqlConnector,
    SqliteDatabase,
)
from answerable.adapters.connectors.sql_text import read_select
from answerable.adapters.connectors.sql_values import TYPES
from answerable.adapters.connectors.yaml_files import read_yaml
from answerable.identity import parse_spiffe_id
from answerable.ports.connectors import BackEnd, BackEnds, Connector
from answerable.values import WorkloadId
from answerable.values.errors import IdentityError, SettingsError
from answerable.values.extras import how_to_install

_LARGEST_ANSWER = 16 * 1024 * 1024
_OURS = frozenset({"authorization", "dpop", "idempotency-key", "host", "content-length", "content-type"})
_LONGEST_NAME = 64
_MOST_ROWS = 10_000
_LAST_PORT = 65_535


def open_connectors(path: Path, secrets: Secrets) -> dict[str, Connector]:
    """The back ends of a file that are called from here, by their names.

    Nothing is connected, and no secret read, until they are used.

    Raises SettingsError, which names the entry.
    """
    found: dict[str, Connector] = {}
    for name, value in _listed(path).items():
        if not _is_name(name):
            raise SettingsError(
                f"'{path}': '{name}' can't be a back end's name: letters, digits, '_' and '-'"
            )
        try:
            entry = read_entry(value)
            if not isinstance(entry, BotEntry):
                found[name] = _opened(name, entry, path.parent, secrets)
        except msgspec.ValidationError as error:
            text = str(error)
            raise SettingsError(
                f"'{path}', back end '{name}': {text[:1].lower()}{text[1:]}; docs/connectors.md has what goes there"
            ) from None
        except SettingsError as error:
            raise SettingsError(f"'{path}', back end '{name}': {error}") from error
    return found


def read_back_ends(path: Path) -> BackEnds:
    """What each back end of the file is called in grants, and who it is. Raises SettingsError."""
    found: dict[str, BackEnd] = {}
    for name, value in _listed(path).items():
        try:
            entry = read_entry(value)
        except msgspec.ValidationError as error:
            raise SettingsError(f"'{path}', back end '{name}': {error}") from None
        audience, workload = name, None
        if isinstance(entry, HttpEntry | OpenApiEntry):
            if entry.workload is not None and not entry.grants:
                raise SettingsError(
                    f"'{path}', back end '{name}': 'workload' is for a back end that checks grants; add 'grants: true'"
                )
            if entry.grants and entry.workload is None:
                raise SettingsError(
                    f"'{path}', back end '{name}': it checks grants, and nobody knows who asks to use them up; add "
                    "'workload', its SPIFFE id"
                )
            audience = entry.audience or (entry.url if entry.grants else name)
            workload = None if entry.workload is None else WorkloadId(_spiffe(entry.workload, path, name))
        if isinstance(entry, BotEntry):
            audience, workload = entry.audience, WorkloadId(_spiffe(entry.workload, path, name))
        found[name] = BackEnd(audience, workload, by_bot=isinstance(entry, BotEntry))
    return found


def _spiffe(text: str, path: Path, name: str) -> str:
    try:
        return str(parse_spiffe_id(text))
    except IdentityError as error:
        raise SettingsError(f"'{path}', back end '{name}': {error}") from error


def _listed(path: Path) -> dict[Any, Any]:
    listed = read_yaml(path, "the file of back ends")
    if not isinstance(listed, dict) or not listed:
        raise SettingsError(f"'{path}' names no back end; write NAME: {{kind: …}}")
    return listed


def _opened(
    name: str,
    entry: HttpEntry | OpenApiEntry | McpEntry | SqlEntry | SmtpEntry,
    folder: Path,
    secrets: Secrets,
) -> Connector:
    match entry:
        case HttpEntry():
            routes = {
                tool: Route(
                    tool,
                    one.method,
                    one.path or f"/{tool}",
                    one.query,
                    one.description,
                    one.reference,
                    "" if one.schema is None else declared_schema(tool, one.schema),
                )
                for tool, one in entry.tools.items()
            }
            return _http(name, entry, routes, folder, secrets)
        case OpenApiEntry():
            only = None if entry.tools is None else frozenset(entry.tools)
            return _http(name, entry, read_openapi(folder / entry.document, only), folder, secrets)
        case McpEntry():
            return _mcp(name, entry, folder, secrets)
        case SqlEntry():
            return _sql(name, entry, folder, secrets)
        case SmtpEntry():
            return _smtp(name, entry, folder, secrets)


def _http(
    name: str,
    entry: HttpEntry | OpenApiEntry,
    routes: Mapping[str, Route],
    folder: Path,
    secrets: Secrets,
) -> Connector:
    if not routes:
        raise SettingsError("it has no tools; declare at least one")
    if unknown := sorted(set(entry.not_done) - MAY_MEAN_NOT_DONE):
        raise SettingsError(
            f"not_done: {unknown[0]} can't mean that nothing was done; only "
            f"{', '.join(map(str, sorted(MAY_MEAN_NOT_DONE)))} can"
        )
    asked = entry.query
    query = QueryRoute(asked.path, asked.absent_means_not_done) if asked else None
    back_end = HttpBackEnd(
        entry.url,
        routes,
        entry.grants,
        entry.repeatable,
        query,
        _credential(entry.credential, folder, secrets),
        frozenset(entry.not_done),
        _bytes(entry.most_bytes),
        folder / entry.authorities if entry.authorities else None,
    )
    return HttpConnector(name, back_end)


def _mcp(name: str, entry: McpEntry, folder: Path, secrets: Secrets) -> Connector:
    try:
        from answerable.adapters.connectors.mcp import McpBackEnd, McpConnector  # noqa: PLC0415 – an extra
    except ImportError as error:
        raise SettingsError(
            f"an MCP server as back end needs the extra 'mcp'; {how_to_install('mcp')}"
        ) from error
    if entry.environment and not entry.command:
        raise SettingsError("'environment' is for a program that is started: it goes with 'command'")
    credential = _credential(entry.credential, folder, secrets)
    if credential is not None and credential.where is Where.QUERY:
        raise SettingsError("the credential of an MCP server is bearer, basic or header")
    back_end = McpBackEnd(
        entry.url,
        entry.command,
        {variable: secrets.at(place, folder) for variable, place in entry.environment.items()},
        credential,
        entry.repeatable,
        None if entry.tools is None else frozenset(entry.tools),
        _bytes(entry.most_bytes),
        folder / entry.authorities if entry.authorities else None,
    )
    return McpConnector(name, back_end)


def _sql(name: str, entry: SqlEntry, folder: Path, secrets: Secrets) -> Connector:
    if not entry.queries or not 0 < entry.most_rows <= _MOST_ROWS:
        raise SettingsError(f"it has at least one query, and most_rows from 1 to {_MOST_ROWS}")
    queries = {tool: _query(tool, one) for tool, one in entry.queries.items()}
    database: Database
    if entry.url.startswith("sqlite:"):
        if entry.password is not None:
            raise SettingsError("a SQLite file has no password")
        database = SqliteDatabase(folder / entry.url.removeprefix("sqlite:"))
    else:
        if urlsplit(entry.url).password is not None or "password=" in entry.url:
            raise SettingsError("its password stands in the url; name where it is kept instead: 'password'")
        if find_spec("asyncpg") is None:
            raise SettingsError(f"PostgreSQL needs the extra 'postgres'; {how_to_install('postgres')}")
        database = PostgresDatabase(entry.url, secrets.at(entry.password, folder) if entry.password else None)
    return SqlConnector(name, database, queries, entry.most_rows, _bytes(entry.most_bytes))


def _query(tool: str, entry: SqlQueryEntry) -> DeclaredQuery:
    try:
        select = read_select(entry.sql)
    except SettingsError as error:
        raise SettingsError(f"query '{tool}': {error}") from None
    if set(select.parameters) != set(entry.parameters):
        raise SettingsError(
            f"query '{tool}': its parameters are not those that are declared; each has its type"
        )
    if wrong := sorted(set(entry.parameters.values()) - set(TYPES)):
        raise SettingsError(f"query '{tool}': '{wrong[0]}' is no type; use one of {', '.join(TYPES)}")
    if entry.answer not in ("row", "rows"):
        raise SettingsError(f"query '{tool}': its answer is 'row' or 'rows'")
    return DeclaredQuery(select, entry.parameters, entry.answer == "row", entry.description)


def _smtp(name: str, entry: SmtpEntry, folder: Path, secrets: Secrets) -> Connector:
    if not entry.tools or not 0 < entry.port <= _LAST_PORT:
        raise SettingsError("it has at least one tool, and a port")
    if (entry.user is None) != (entry.password is None):
        raise SettingsError("'user' and 'password' go together")
    tools = {}
    for tool, one in entry.tools.items():
        try:
            tools[tool] = MailTool(one.to, one.subject, one.text, one.only, one.description)
        except SettingsError as error:
            raise SettingsError(f"tool '{tool}': {error}") from None
    login = None
    if entry.password is not None:
        login = Credential(Where.PASSWORD, secrets.at(entry.password, folder), entry.user or "")
    server = MailServer(
        entry.host,
        entry.port,
        entry.encryption,
        address_of(entry.sender),
        login,
        folder / entry.authorities if entry.authorities else None,
    )
    return SmtpConnector(name, server, tools)


def _credential(entry: CredentialEntry | None, folder: Path, secrets: Secrets) -> Credential | None:
    """Raises SettingsError."""
    if entry is None:
        return None
    given = [one for one in (entry.bearer, entry.basic, entry.header, entry.query) if one is not None]
    if len(given) != 1:
        raise SettingsError("a credential is one of bearer, basic, header and query")
    if entry.bearer is not None:
        return Credential(Where.BEARER, secrets.at(entry.bearer, folder))
    if entry.basic is not None:
        user = entry.basic.user
        if ":" in user or not user.isascii() or not user.isprintable():
            raise SettingsError("the user of a basic credential is printable ASCII without ':' (RFC 7617)")
        return Credential(Where.BASIC, secrets.at(entry.basic.password, folder), user)
    named = entry.header or entry.query
    assert named is not None  # noqa: S101 – one of the four is there
    if not _is_name(named.name) or (entry.header and named.name.lower() in _OURS):
        raise SettingsError(f"'{named.name}' can't be the name of a credential's header or parameter")
    where = Where.HEADER if entry.header else Where.QUERY
    return Credential(where, secrets.at(named.value, folder), named.name)


def _bytes(most: int) -> int:
    if not 0 < most <= _LARGEST_ANSWER:
        raise SettingsError(f"most_bytes is from 1 to {_LARGEST_ANSWER}")
    return most


def _is_name(text: object) -> bool:
    return (
        isinstance(text, str)
        and 0 < len(text) <= _LONGEST_NAME
        and text.isascii()
        and text.replace("_", "a").replace("-", "a").isalnum()
    )
