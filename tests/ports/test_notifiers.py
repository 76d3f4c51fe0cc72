"""What every way to tell people keeps to, over real HTTP and SMTP on this machine."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from mail_and_web import MailBox, Web, mail_server, web

from answerable.adapters.mail import EVERYBODY, Mail, MailServer
from answerable.adapters.webhooks import ChatWebhook, SignedWebhook
from answerable.ports.notifying import Notice, Notifier, Told
from answerable.signing.webhooks import check_webhook, webhook_secret
from answerable.values.errors import NotNotified, SettingsError

NOW = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
NOTICE = Notice(
    "ap_1-1", "waiting", "support-lead", "The act 'refund_order' about refund (120,00 €) waits.",
    "https://gate.example/approvals/ap_1", NOW, NOW.replace(hour=13),
)  # fmt: skip
TOLD = Told("ap_1-done", "ap_1", "c-1", "spiffe://shop.example/bot", "done", "Erledigt – it is done.", NOW)
SECRET = webhook_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
SECONDS = 60.0  # how fast a machine is decides nothing here
TO = {"support-lead": ["lead@shop.example"], EVERYBODY: ["all@shop.example", "more@shop.example"]}


@dataclass
class Way:
    """A notifier, and the other end of it."""

    notifier: Notifier
    received: Callable[[], list[str]]
    fail: Callable[[], None]
    elsewhere: Callable[[int], Notifier]
    """The same, to another port, and with little patience."""


def web_way(found: Web, make: Callable[[str, float], Notifier]) -> Way:
    def fail() -> None:
        found.status = 503

    return Way(
        make(found.url, SECONDS),
        lambda: [body.decode() for _, body in found.got],
        fail,
        lambda port: make(f"http://127.0.0.1:{port}/hooks/SECRET-PATH", 0.2),
    )


def mail_way(box: MailBox) -> Way:
    def fail() -> None:
        box.refuse = "451 later, SECRET-PATH"

    def make(port: int, seconds: float = 0.2) -> Notifier:
        return Mail(MailServer("localhost", port, trust=box.trust), "gate@shop.example", TO, seconds=seconds)

    return Way(make(box.port, SECONDS), lambda: [one.get_content() for one in box.got], fail, make)


@pytest.fixture(params=["webhook", "chat", "mail"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Way]:
    with ExitStack() as stack:
        if request.param == "mail":
            yield mail_way(stack.enter_context(mail_server(tmp_path)))
        elif request.param == "chat":
            yield web_way(stack.enter_context(web()), lambda url, seconds: ChatWebhook(url, seconds=seconds))
        else:
            yield web_way(
                stack.enter_context(web()),
                lambda url, seconds: SignedWebhook(url, [SECRET], lambda: NOW, seconds=seconds),
            )


async def test_a_notice_arrives_once_with_its_words_and_its_link(way: Way) -> None:
    await way.notifier.notify(NOTICE)
    [text] = way.received()
    assert "refund_order" in text
    assert "120,00 €" in text
    assert NOTICE.link in text


async def test_what_the_other_side_refuses_is_not_sent_and_nothing_secret_is_told(way: Way) -> None:
    way.fail()
    with pytest.raises(NotNotified) as refused:
        await way.notifier.notify(NOTICE)
    for text in (str(refused.value), repr(refused.value), repr(way.notifier), way.notifier.name):
        assert "SECRET-PATH" not in text
        assert "MfKQ9r8" not in text


async def test_where_nobody_is_or_nobody_answers_it_is_not_sent(way: Way) -> None:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        with pytest.raises(NotNotified):
            await way.elsewhere(port).notify(NOTICE)
        listener.listen()
        with pytest.raises(NotNotified):
            await way.elsewhere(port).notify(NOTICE)


# -- webhooks ---------------------------------------------------------------------------


async def test_a_webhook_is_signed_so_that_its_receiver_can_tell_it_from_others() -> None:
    with web() as found:
        hook = SignedWebhook(found.url, [b"old secret of 24 bytes..", SECRET], lambda: NOW)
        await hook.notify(NOTICE)
        await hook.tell(TOLD)
    for headers, body in found.got:
        given = (headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"])
        check_webhook([SECRET], *given, body, int(NOW.timestamp()))
    bodies = [json.loads(body) for _, body in found.got]
    assert [one["type"] for one in bodies] == ["approval.waiting", "approval.outcome"]
    assert bodies[0]["data"].keys() == {"route", "summary", "link", "deadline"}
    assert bodies[1]["data"]["text"] == TOLD.text
    assert found.got[1][0]["webhook-id"] == "ap_1-done"


async def test_a_host_that_asks_by_itself_is_sent_no_words() -> None:
    with web() as found:
        await SignedWebhook(found.url, [SECRET], lambda: NOW, words=False).tell(TOLD)
    assert "text" not in json.loads(found.got[0][1])["data"]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    with web() as found:
        found.status = status
        with pytest.raises(NotNotified, match=str(status)):
            await SignedWebhook(found.url, [SECRET], lambda: NOW).notify(NOTICE)
        assert len(found.got) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/x",
        "ftp://hooks.example/x",
        "hooks.example",
        "https://",
        "https://user:SECRET-WORD@hooks.example/x",
        "http://127.0.0.1.hooks.example/x",
        "https://[::1/x",
        "",
    ],
)
def test_a_webhook_goes_out_over_https_or_stays_on_this_machine(url: str) -> None:
    for make in (lambda: SignedWebhook(url, [SECRET], lambda: NOW), lambda: ChatWebhook(url)):
        with pytest.raises(SettingsError) as refused:
            make()
        assert "SECRET-WORD" not in str(refused.value)


def test_a_webhook_without_a_secret_is_refused() -> None:
    with pytest.raises(SettingsError, match="no secret"):
        SignedWebhook("https://hooks.example/x", [], lambda: NOW)


# -- mail -------------------------------------------------------------------------------


async def test_mail_goes_to_those_of_the_queue_and_of_any_other_to_the_rest(tmp_path: Path) -> None:
    with mail_server(tmp_path) as box:
        mail = Mail(MailServer("localhost", box.port, trust=box.trust), "gate@shop.example", TO)
        await mail.notify(NOTICE)
        await mail.notify(replace(NOTICE, route="claims"))
    assert box.to == [["lead@shop.example"], ["all@shop.example", "more@shop.example"]]
    assert box.got[0]["Message-ID"] == "<ap_1-1@shop.example>"
    assert box.got[0]["Subject"].startswith("[support-lead] The act 'refund_order'")


async def test_a_summary_can_not_write_headers(tmp_path: Path) -> None:
    with mail_server(tmp_path) as box:
        mail = Mail(MailServer("localhost", box.port, trust=box.trust), "gate@shop.example", TO)
        await mail.notify(replace(NOTICE, summary="x\r\nBcc: eve@evil.example\r\n\r\nhello"))
    assert box.to == [["lead@shop.example"]]
    assert box.got[0]["Bcc"] is None


async def test_a_mail_server_that_is_not_believed_or_has_no_tls_gets_neither_mail_nor_password(
    tmp_path: Path,
) -> None:
    server = MailServer("localhost", user="gate", password=lambda: "correct horse")
    with mail_server(tmp_path, auth=True) as box:
        for untrusted in (
            replace(server, port=box.port),
            replace(server, port=box.port, trust=box.trust, host="127.0.0.1"),
        ):
            with pytest.raises(NotNotified):
                await Mail(untrusted, "gate@shop.example", TO).notify(NOTICE)
        assert box.logins == []
        await Mail(replace(server, port=box.port, trust=box.trust), "gate@shop.example", TO).notify(NOTICE)
        assert (box.logins, len(box.got)) == (["gate"], 1)
    with mail_server(tmp_path, tls=False) as plain:
        with pytest.raises(NotNotified):
            await Mail(MailServer("localhost", plain.port), "gate@shop.example", TO).notify(NOTICE)
        assert plain.got == []
        await Mail(MailServer("localhost", plain.port, insecure_plain=True), "gate@shop.example", TO).notify(
            NOTICE
        )
        assert len(plain.got) == 1


def test_mail_settings_that_would_leak_or_reach_nobody_are_refused() -> None:
    for server, sender, to in (
        (MailServer("mail.example", insecure_plain=True), "a@b.example", TO),
        (MailServer("localhost", insecure_plain=True, user="x"), "a@b.example", TO),
        (MailServer("mail.example"), "a@b.example", {"claims": ["x@y.example"]}),
        (MailServer("mail.example"), "nobody", TO),
        (MailServer("mail.example"), "a@b.example\r\nBcc: x@y.example", TO),
        (MailServer("mail.example"), "a@b.example", {EVERYBODY: ["x"]}),
    ):
        with pytest.raises(SettingsError):
            Mail(server, sender, to)
