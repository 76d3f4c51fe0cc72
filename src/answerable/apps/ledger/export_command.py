"""`answerable ledger export`: evidence for somebody who has nothing else of yours."""

from pathlib import Path
from typing import Annotated

import typer

from answerable.apps.ledger.options import LedgerOption, LogKey, instant
from answerable.values.errors import SettingsError

exports = typer.Typer()


@exports.command()
def export(
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    trace: Annotated[str | None, typer.Option("--trace", help="The exchange of this trace.")] = None,
    conversation: Annotated[
        str | None, typer.Option("--conversation", help="Every exchange of this conversation.")
    ] = None,
    customer: Annotated[
        str | None, typer.Option("--customer", help="Every exchange with this customer.")
    ] = None,
    bundle: Annotated[
        str | None,
        typer.Option("--bundle", help="Every exchange decided under this bundle: its name or digest."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", help="From this instant on, as 2026-11-30 or 2026-11-30T12:00:00+00:00."),
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help="Up to this instant, without it.")] = None,
    private: Annotated[
        bool, typer.Option("--private/--no-private", help="With or without what people said.")
    ] = True,
    redact: Annotated[
        list[str] | None,
        typer.Option(
            "--redact",
            help="A field to leave out of what people said (customer, messages, context, text, arguments, …); "
            "the others are still proven. May be given more than once.",
        ),
    ] = None,
    key: LogKey = None,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="A report as PDF as well (needs the extra 'evidence').")
    ] = False,
    continuing: Annotated[
        list[Path] | None,
        typer.Option(
            "--continues", help="A checkpoint that somebody has kept: evidence shows that it continues it."
        ),
    ] = None,
    timestamp: Annotated[
        str | None,
        typer.Option(
            "--timestamp", help="URL of a time-stamping authority (RFC 3161) to ask for a timestamp."
        ),
    ] = None,
    timestamp_ca: Annotated[
        Path | None,
        typer.Option(
            "--timestamp-ca", help="Its certificates (PEM): its timestamp is checked before it is kept."
        ),
    ] = None,
    ledger: LedgerOption = None,
) -> None:
    """Write evidence: entries, proofs, checkpoint and a page to read, for 'answerable verify FILE' anywhere.

    Of several choices, exchanges that all of them fit.
    """
    import asyncio  # noqa: PLC0415 – start-up time

    from answerable.adapters.durable_files import write_new  # noqa: PLC0415
    from answerable.adapters.world import utc_now  # noqa: PLC0415
    from answerable.apps.ledger import exporting  # noqa: PLC0415
    from answerable.apps.ledger.evidence import kept_checkpoint  # noqa: PLC0415
    from answerable.apps.ledger.selecting import Selection  # noqa: PLC0415
    from answerable.apps.ledger.timestamping import stamping  # noqa: PLC0415
    from answerable.apps.ledger_place import ledger_at  # noqa: PLC0415

    selection = Selection(
        trace, conversation, customer, bundle, instant("--since", since), instant("--until", until)
    )
    if not selection.named:
        raise SettingsError(
            "say what the evidence is of: --trace, --conversation, --customer, --bundle, --since or --until"
        )
    place = ledger_at(ledger)
    signer = place.signing_key(key)
    made = exporting.export(
        place,
        signer,
        selection,
        private=private,
        hide=exporting.known_fields(redact or ()),
        now=utc_now(),
        pdf=pdf,
        kept=[kept_checkpoint(one) for one in continuing or ()],
        stamp=stamping(timestamp, timestamp_ca),
    )
    content, count = asyncio.run(made)
    write_new(output, content)
    print(f"{count} entries and their proofs are in {output}")  # noqa: T201
    print(f"check it: answerable verify {output} --key '{signer.verifier}'")  # noqa: T201
