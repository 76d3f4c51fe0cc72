"""`answerable identity`: a small trust domain of one's own, its SVIDs, and a look at anybody's."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from answerable.adapters.identity.describing import describe
from answerable.adapters.identity.local_domain import LocalDomain
from answerable.adapters.world import utc_now
from answerable.values.errors import SettingsError

identities = typer.Typer(
    name="identity",
    help="Run a small trust domain, issue its SVIDs, and look at bundles and SVIDs.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_UNITS = {"s": 1, "m": 60, "h": 3600}

Folder = Annotated[Path, typer.Argument(help="The folder of the trust domain.")]


@identities.command()
def init(
    folder: Folder,
    *,
    trust_domain: Annotated[str, typer.Option("--trust-domain", help="Its name, as shop.example.")],
) -> None:
    """Make a trust domain: ca.key, which only you can read, and bundle.json, to trust it by."""
    made = LocalDomain.make(folder, trust_domain, utc_now())
    print(f"spiffe://{made.bundle.trust_domain}")  # noqa: T201


@identities.command()
def issue(
    folder: Folder,
    *,
    workload: Annotated[str, typer.Option("--workload", help="The path of its id, as bot/support.")],
    ttl: Annotated[str, typer.Option("--ttl", help="How long it lasts, as 30m; at most 24h.")] = "1h",
    x509: Annotated[
        Path | None,
        typer.Option("--x509", help="A folder for its certificate, key and the authorities, as PEM."),
    ] = None,
    host: Annotated[
        list[str] | None,
        typer.Option("--host", help="With --x509: a name or address that clients know it by, if it serves."),
    ] = None,
    jwt: Annotated[bool, typer.Option("--jwt", help="Print a token.")] = False,
    audience: Annotated[str | None, typer.Option("--audience", help="With --jwt: whom it is for.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="With --jwt: a file for the token, which only you can read."),
    ] = None,
) -> None:
    """Issue a short-lived SVID to a workload."""
    if jwt == (x509 is not None):
        raise SettingsError("say --x509 FOLDER for a certificate, or --jwt --audience AUDIENCE for a token")
    if jwt != bool(audience) or (jwt and host) or (output is not None and not jwt):
        raise SettingsError(
            "a token is for one audience: --jwt goes with --audience, and --output with these; --host goes with --x509"
        )
    domain, lasts, now = LocalDomain(folder), _duration(ttl), utc_now()
    if x509 is None:
        token = domain.issue_jwt(workload, audience or "", lasts, now)
        if output is None:
            print(token)  # noqa: T201
            return
        domain.write_jwt(output, token)
        print(domain.id_of(workload))  # noqa: T201
        return
    issued = domain.issue_x509(workload, lasts, now, tuple(host or ()))
    domain.write_x509(x509, issued)
    print(domain.id_of(workload))  # noqa: T201


@identities.command()
def rotate(
    folder: Folder,
    *,
    keep: Annotated[
        bool, typer.Option("--keep", help="Go on trusting the old keys, until you rotate without this.")
    ] = False,
) -> None:
    """Make new keys. Without --keep the old ones are revoked, and with them every SVID issued so far."""
    domain = LocalDomain(folder)
    domain.rotate(utc_now(), keep=keep)
    print(f"bundle {domain.bundle.sequence} of spiffe://{domain.bundle.trust_domain}")  # noqa: T201


@identities.command()
def show(
    file: Annotated[Path, typer.Argument(help="A trust bundle, a certificate (PEM) or a token.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Say what a bundle, certificate or token holds. Nothing of it is verified."""
    told = describe(file)
    if as_json:
        print(json.dumps(told))  # noqa: T201
        return
    for one in told:
        for name, value in one.items():
            print(f"{name:<12}{value}")  # noqa: T201
        print()  # noqa: T201


def _duration(text: str) -> timedelta:
    number, unit = text[:-1], text[-1:]
    if unit not in _UNITS or not number.isascii() or not number.isdecimal() or len(number) > 6:  # noqa: PLR2004
        raise SettingsError(f"--ttl is '{text}', which is no time; write 90s, 30m or 1h")
    return timedelta(seconds=int(number) * _UNITS[unit])
