"""No argument makes a header or another recipient; nothing is sent over a line that is not what it should be."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.actions import Done, NotDone
from answerable.adapters.connectors.credentials import Credential, Where
from answerable.adapters.connectors.mail_message import MailTool, address_of, compose
from answerable.adapters.connectors.smtp import MailServer as Declared
from answerable.adapters.connectors.smtp import SmtpConnector
from answerable.ports.connectors import BackEndCall
from answerable.testing.https_endpoint import served_certificate
from answerable.testing.listening import listening
from answerable.testing.mail_server import MailServer
from answerable.values import ActionId
from answerable.values.errors import InvalidRequest, SettingsError

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SENDER = address_of("support@larkfield.example")
TOOL = MailTool("{email}", "About {order_id}", "Hello {name},\n\nyours.\n")
ANY = st.text(st.characters(exclude_categories=[]), max_size=80)
HEADERS = {
    "from", "to", "subject", "date", "message-id", "auto-submitted", "content-type", "content-transfer-encoding",
    "mime-version",
}  # fmt: skip


@given(ANY | st.just("a@b.example\r\nBcc: all@b.example"), ANY | st.just("x\nBcc: y@b.example"), ANY)
def test_no_argument_makes_a_header_or_another_recipient(email: str, order: str, name: str) -> None:
    given = {"email": email, "order_id": order, "name": name}
    try:
        message = compose(TOOL, given, SENDER, "k-1", NOW)
    except InvalidRequest:
        return
    again = message_from_bytes(message.as_bytes(), policy=default)
    assert isinstance(again, EmailMessage)
    assert {head.lower() for head in again} == HEADERS
    assert [one.addr_spec for one in again["To"].addresses] == [email]
    assert again.get_content().replace("\r\n", "\n") == f"Hello {name},\n\nyours.\n"


@pytest.mark.parametrize(
    ("to", "allowed"),
    [("noor@larkfield.example", True), ("ops@else.example", True), ("noor@else.example", False),
     ("noor@larkfield.example.evil.example", False), ("a@evil.example, noor@larkfield.example", False),
     ("NOOR@LARKFIELD.EXAMPLE", True), ("<noor@larkfield.example>", False), ("noor@xlarkfield.example", False),
     ("noor@evil.example@larkfield.example", False), ('"a@b"@larkfield.example', False)],
)  # fmt: skip
def test_it_goes_to_nobody_who_is_not_listed(to: str, allowed: bool) -> None:
    tool = MailTool("{email}", "s", "t", ("@larkfield.example", "ops@else.example"))
    if allowed:
        assert compose(tool, {"email": to}, SENDER, "k", NOW)["To"].addresses[0].addr_spec == to
    else:
        with pytest.raises(InvalidRequest):
            compose(tool, {"email": to}, SENDER, "k", NOW)


def test_two_tries_are_one_message_and_two_acts_are_two() -> None:
    given = {"email": "a@b.example", "order_id": "1", "name": "A"}
    ids = [
        compose(TOOL, given, SENDER, key, NOW)["Message-ID"] for key in ("k-1", "k-1", "k-2", "k-2\r\nX: 1")
    ]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    assert all(one.endswith("@larkfield.example>") and one.isprintable() for one in ids)


@pytest.mark.parametrize(
    "text", ["", "a", "a@", "@b", "a@b c", "a@b\n", "é@b.example", "a" * 300 + "@b.example", "a@b,c@d"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        address_of(text)


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[tuple[MailServer, int, Path]]:
    """A server, its port, and who signed its certificate."""
    context, authorities = served_certificate(tmp_path)
    server = MailServer(tls=context, password="the-password-1")
    with server.serving() as port:
        yield server, port, authorities


CALL = BackEndCall(ActionId("ac_1"), "send", '{"email":"a@b.example","order_id":"1","name":".dot"}', "k-1")


def connector(port: int, authorities: Path | None, encryption: str = "starttls") -> SmtpConnector:
    credential = Credential(Where.PASSWORD, lambda: "the-password-1", "bot")
    declared = Declared("localhost", port, encryption, SENDER, credential, authorities)
    return SmtpConnector("mail", declared, {"send": TOOL})


async def test_a_message_goes_over_a_line_that_is_encrypted_and_verified(
    mail: tuple[MailServer, int, Path],
) -> None:
    server, port, authorities = mail
    outcome = await connector(port, authorities).call(CALL, 20)
    assert isinstance(outcome, Done), outcome
    [taken] = server.taken
    assert taken["Message-ID"] == outcome.reference
    assert taken.get_content().replace("\r\n", "\n") == "Hello .dot,\n\nyours.\n"


@pytest.mark.parametrize("known", [True, False])
async def test_a_line_that_is_encrypted_from_the_start_is_verified_too(tmp_path: Path, known: bool) -> None:
    context, authorities = served_certificate(tmp_path)
    server = MailServer(password="the-password-1")
    with listening(server._session, context) as port:
        asking = connector(port, authorities if known else None, "tls")
        outcome = await asking.call(CALL, 20)
        assert bool(await asking.problem()) is not known
    assert isinstance(outcome, Done if known else NotDone), outcome
    assert len(server.taken) == int(known)
    assert known or not server.heard


async def test_a_server_whose_certificate_is_not_known_is_told_nothing(
    mail: tuple[MailServer, int, Path],
) -> None:
    server, port, _ = mail
    outcome = await connector(port, None).call(CALL, 20)
    assert isinstance(outcome, NotDone)
    assert server.taken == []
    assert not any("AUTH" in line or "MAIL" in line for line in server.heard)


async def test_a_server_without_tls_is_told_nothing() -> None:
    server = MailServer(password="the-password-1")
    with server.serving() as port:
        outcome = await connector(port, None).call(CALL, 20)
    assert isinstance(outcome, NotDone)
    assert not any("AUTH" in line or "MAIL" in line for line in server.heard)


@pytest.mark.parametrize("where", ["the greeting", "the offers"])
@pytest.mark.parametrize("asked", ["problem", "call"])
async def test_a_server_that_never_ends_what_it_says_holds_nobody(where: str, asked: str) -> None:
    hung_up = threading.Event()

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if where == "the offers":
            writer.write(b"220 mail.example\r\n")
            await reader.readline()
        try:
            while True:
                writer.write(b"250-and another thing\r\n" if where == "the offers" else b"220-and more\r\n")
                await writer.drain()
                await asyncio.sleep(0.001)
        except OSError:
            hung_up.set()

    with listening(endless) as port:
        declared = Declared("localhost", port, "none", SENDER)
        asking = SmtpConnector("mail", declared, {"send": TOOL}, look_seconds=0.2)
        async with asyncio.timeout(30):
            if asked == "problem":
                said = await asking.problem()
            else:
                outcome = await asking.call(CALL, 0.2)
                assert isinstance(outcome, NotDone)
                assert outcome.again
                said = outcome.reason
        assert "in time" in said
        # The thread that listened is let go, too.
        assert await asyncio.to_thread(hung_up.wait, 30)
