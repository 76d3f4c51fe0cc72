"""`answerable ledger find` and `reindex`."""

from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from answerable.apps.ledger.options import LedgerOption, instant
from answerable.claims import Subject
from answerable.decisions import ActOutcome, Outcome
from answerable.receipts.facet import Amount
from answerable.receipts.query import Query
from answerable.values import Money
from answerable.values.errors import InvalidRequest, SettingsError
from answerable.values.money import LARGEST_MINOR

lookups = typer.Typer()

_OUTCOMES = tuple(dict.fromkeys([*map(str, Outcome), *map(str, ActOutcome)]))
_NOTHING = 1


@lookups.command()
def find(
    *,
    customer: Annotated[str | None, typer.Option(help="Exchanges with this customer.")] = None,
    conversation: Annotated[str | None, typer.Option(help="Exchanges of this conversation.")] = None,
    order: Annotated[
        str | None,
        typer.Option(
            "--order",
            "--identifier",
            help="Exchanges that name it: an order, a booking, an account, any number of a thing.",
        ),
    ] = None,
    workload: Annotated[str | None, typer.Option(help="Exchanges that this workload asked for.")] = None,
    bundle: Annotated[str | None, typer.Option(help="Exchanges under this bundle: name or digest.")] = None,
    author: Annotated[str | None, typer.Option(help="Exchanges under a bundle that they wrote.")] = None,
    approver: Annotated[str | None, typer.Option(help="Exchanges under a bundle that they approved.")] = None,
    subject: Annotated[
        str | None, typer.Option(help="Lines that commit the company on it: refund, delivery, …")
    ] = None,
    amount: Annotated[
        str | None, typer.Option(help="Lines that name an amount: 250, 100-250, 100- or -250.")
    ] = None,
    currency: Annotated[str | None, typer.Option(help="The amount's currency: USD.")] = None,
    policy: Annotated[str | None, typer.Option(help="Decided by this policy.")] = None,
    term: Annotated[
        str | None, typer.Option(help="Held against this published term (or passage): return-window.")
    ] = None,
    tool: Annotated[
        str | None,
        typer.Option(help="Acts with this tool: asked for, approved, begun, and what became of them."),
    ] = None,
    outcome: Annotated[str | None, typer.Option(help=f"Decided so: {', '.join(_OUTCOMES)}.")] = None,
    since: Annotated[
        str | None, typer.Option(help="From this instant on: 2026-11-30 or 2026-11-30T09:30:00Z.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Before this instant.")] = None,
    words: Annotated[
        str,
        typer.Option(help="All of these words in what is not sealed: reasons, wording, policies, owners."),
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many entries.")] = 20,
    before: Annotated[
        int | None, typer.Option(min=0, help="Only entries below this number: to read on.")
    ] = None,
    ledger: LedgerOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Find entries by all the conditions given, newest first; conditions on the exchange alone find exchanges."""
    from rich.console import Console  # noqa: PLC0415 – start-up time

    from answerable.apps.ledger.found import find_and_print  # noqa: PLC0415

    if subject is not None and subject.casefold() not in list(Subject):
        raise SettingsError(f"'{subject}' is no subject of a line; write one of {', '.join(Subject)}")
    if outcome is not None and outcome.casefold() not in _OUTCOMES:
        raise SettingsError(f"'{outcome}' is no outcome; write one of {', '.join(_OUTCOMES)}")
    try:
        query = Query(
            conversation=conversation, customer=customer, identifier=order, workload=workload, bundle=bundle,
            author=author, approver=approver, subject=subject, amount=amount_range(amount, currency), policy=policy,
            term=term, tool=tool, outcome=outcome, since=instant("--since", since), until=instant("--until", until),
            words=words,
        )  # fmt: skip
    except InvalidRequest as error:
        raise SettingsError(str(error)) from error
    found = find_and_print(
        Console(highlight=False), ledger, query, limit=limit, before=before, as_json=as_json
    )
    if not found:
        raise typer.Exit(_NOTHING)


@lookups.command()
def reindex(ledger: LedgerOption = None) -> None:
    """Make the index of a ledger again from its entries: where look-ups seem to miss something."""
    from answerable.apps.ledger.found import reindexed  # noqa: PLC0415 – start-up time

    print(f"{reindexed(ledger)} entries are indexed")  # noqa: T201


def amount_range(text: str | None, currency: str | None) -> Amount | None:
    """`100-250` in a currency, as minor units. Raises SettingsError."""
    if text is None:
        if currency is not None:
            raise SettingsError("--currency needs an --amount")
        return None
    if currency is None:
        raise SettingsError("name the amount's currency: --currency USD")
    currency = currency.upper()
    low, dash, high = text.partition("-")
    least = _minor(low, currency, text) if low else 0
    most = _minor(high, currency, text) if high else LARGEST_MINOR if dash else least
    if not (low or high):
        raise SettingsError(f"'{text}' is no amount; write 250, 100-250, 100- or -250")
    return Amount(least, most, currency)


def _minor(text: str, currency: str, whole: str) -> int:
    try:
        # A currency without minor units writes one of them as `1`.
        value = Decimal(text.strip()) * (1 if Money(1, currency).figure == "1" else 100)
    except InvalidOperation:
        value = Decimal("NaN")
    if not (value.is_finite() and value == int(value) and 0 <= value <= LARGEST_MINOR):
        raise SettingsError(f"'{whole}' is no amount of {currency}; write 250, 100-250, 100- or -250")
    return int(value)
