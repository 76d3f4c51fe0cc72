"""Every setting, read from the environment in one place. A test holds docs/settings.md to this list."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from answerable.flow import Mode
from answerable.values.errors import SettingsError
from answerable.wire.json_bodies import label
from answerable.wire.limits import Limits

PREFIX = "ANSWERABLE_"
_LAST_PORT = 65_535
_PATHS = frozenset(
    "anchor witnesses bundle bundles approvers workloads workload_issuers customer_issuers insecure_client_keys "
    "tls_cert tls_key tls_client_ca toolgate connectors svid operators notifications".split()
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What `answerable serve` runs with. Command-line options override the environment."""

    upstream: str = "http://127.0.0.1:8000/v1"
    """Base URL of the OpenAI-compatible upstream, as a client would be given it."""
    upstream_key: str | None = None
    """Credential for the upstream. Without it the caller's own Authorization header is passed on."""
    ledger: str = "var/ledger.db"
    """A file, or a PostgreSQL database: `postgresql://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full`."""
    ledger_key: str | None = None
    """Where the key is kept that signs the ledger's checkpoints: a file, `env:NAME`, or `vault:KEY`; a file
    beside the ledger (`….key`), made if need be, where none is named."""
    ledger_master_key: str | None = None
    """Where the master key is kept that wraps the keys in the ledger, as above; `….master` beside it without one."""
    witnesses: Path | None = None
    """File with a witness's URL and public key a line: they cosign the ledger's checkpoints."""
    anchor: Path | None = None
    """Folder on another machine or disk that keeps the ledger's checkpoints as well."""
    issuer: str | None = None
    """URL by which back ends know this gateway as the issuer of grants; without it none are issued."""
    grants: str | None = None
    """Where grants are kept: a file, or a PostgreSQL database; beside the ledger without it."""
    grant_keys: str | None = None
    """Where the keys are kept that grants are signed with: a file, or `env:NAME`; beside the ledger without it."""
    operators: Path | None = None
    """File of how the company's people sign in (docs/people.md); with it, what is held waits for them."""
    notifications: Path | None = None
    """File of whom is told that something waits, and what became of it (docs/approvals.md)."""
    retention_days: int | None = None
    """How long what people said is kept; without it, until it is erased on purpose."""
    host: str = "127.0.0.1"
    port: int = 8080
    mode: Mode = Mode.ENFORCE
    bundle: Path | None = None
    """Folder of the bundle to put in force; the built-in one without it."""
    bundles: Path | None = None
    """Folder of bundles (`answerable bundle add`); the one last activated is in force, also while this runs."""
    approvers: Path | None = None
    """File of who may approve those bundles and their public keys; a bundle must be signed by one."""
    insecure_unsigned_bundles: bool = False
    """Take those bundles at their word about who approved them."""
    trust_bundles: str | None = None
    """Where the authorities come from that workloads' SVIDs are held against: a file, a folder, a list of sources
    (`.yaml`) or the Workload API's socket (`unix:…`)."""
    audience: str | None = None
    """Whom JWT-SVIDs must be for: the gateway's own SPIFFE id, or another name that is this gateway's alone."""
    workload_issuers: Path | None = None
    """File of the OpenID Connect issuers whose tokens are workloads' own."""
    workloads: Path | None = None
    """File of the SPIFFE ids that may call, one a line; every one that proves to be one without it."""
    customer_issuers: Path | None = None
    """File of the login services that say who a customer is; with it, nothing else is believed of that."""
    insecure_client_keys: Path | None = None
    """File with one `name:key` a line: programs that may call with no more proof than that."""
    tls_cert: Path | None = None
    """File with the certificate to serve HTTPS with, and those that signed it, as PEM."""
    tls_key: Path | None = None
    tls_client_ca: Path | None = None
    """File with the authorities whose client certificates TLS takes; those of the trust bundles without it."""
    toolgate: Path | None = None
    """File of the tool gate: which workload may use which tools, and where it is reached (docs/tools.md)."""
    connectors: Path | None = None
    """File of the back ends whose tools are served."""
    svid: Path | None = None
    """File with the credential of the workload that `tools serve --stdio` serves: a JWT-SVID, say."""
    bot_version: str | None = None
    """Version of the bot, for the record of exchanges whose requests name none."""
    zone: tzinfo = UTC
    """Time zone of the business, by which "tomorrow" in a reply is a day of the calendar."""
    limits: Limits = field(default_factory=Limits)


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from `ANSWERABLE_*`. Raises SettingsError naming the variable that can't be used."""
    given = os.environ if environment is None else environment
    known = {f"{PREFIX}{name.upper()}" for name in setting_names()}
    unknown = sorted(name for name in given if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsError(f"'{unknown[0]}' is not a setting; docs/settings.md lists them")
    values: dict[str, object] = {}
    limits: dict[str, float] = {}
    for name in setting_names():
        text = given.get(f"{PREFIX}{name.upper()}")
        if text is None or text == "":
            continue
        if name.startswith("limit_"):
            limits[name.removeprefix("limit_")] = _limit(name, text)
        else:
            values[name] = _value(name, text)
    return Settings(limits=Limits(**limits), **values)  # type: ignore[arg-type]


def setting_names() -> list[str]:
    """Every setting's name, limits last, as `docs/settings.md` has them."""
    plain = [one.name for one in fields(Settings) if one.name != "limits"]
    return plain + [f"limit_{one.name}" for one in fields(Limits)]


def _value(name: str, text: str) -> object:
    if name == "zone":
        return _zone(text)
    usable = True
    if name == "port":
        usable = text.isascii() and text.isdecimal() and int(text[:6]) <= _LAST_PORT
    elif name == "retention_days":
        usable = text.isascii() and text.isdecimal() and int(text[:6]) > 0
    elif name == "bot_version":
        usable = label(text) is not None
    elif name == "mode":
        usable = text in list(Mode)
    elif name == "insecure_unsigned_bundles":
        usable = text in ("0", "1")
    if not usable:
        raise SettingsError(
            f"'{PREFIX}{name.upper()}' is '{text}', which can't be used; see docs/settings.md"
        )
    if name in _PATHS:
        return Path(text)
    if name == "insecure_unsigned_bundles":
        return text == "1"
    return int(text) if name in ("port", "retention_days") else Mode(text) if name == "mode" else text


def _zone(text: str) -> tzinfo:
    """A time zone by its IANA name. "UTC" needs no zone data on the machine."""
    if text == str(UTC):
        return UTC
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise SettingsError(
            f"'{PREFIX}ZONE' is '{text}', which is no time zone known on this machine; write an IANA name such as "
            "'Europe/Berlin', or install the system's time zone data (tzdata)"
        ) from error


def _limit(name: str, text: str) -> float:
    kind = {one.name: one.type for one in fields(Limits)}[name.removeprefix("limit_")]
    try:
        value = int(text) if kind in (int, "int") else float(text)
    except ValueError:
        value = 0
    if not 0 < value < math.inf:
        raise SettingsError(f"'{PREFIX}{name.upper()}' is '{text}'; it must be a number above 0")
    return value
