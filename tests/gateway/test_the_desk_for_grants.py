"""Everything is stopped from the desk before it is sent, in somebody's name, and goes on only when somebody lets it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from whole_house import BOT, House, answer_it, held, house, refunded, until, waiting

from answerable.receipts import GrantBody
from answerable.receipts.verifying import decode
from answerable.roles import Role
from answerable.testing.browser import Browser, Page
from answerable.values.errors import LedgerUnavailable

EVERYTHING = {"selector": "everything", "reason": "the bot pays out wrong sums"}


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("house")) as running:
        yield staffed(running)


@pytest.fixture(scope="module")
def nothing_stopped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house in which nothing is ever stopped, for tests that try and may not."""
    with house(tmp_path_factory.mktemp("house")) as running:
        yield staffed(running)


def staffed(home: House) -> House:
    for name in ("ruth", "sam", "olga"):
        home.give(name, Role.APPROVER, amount="500.00 USD")
    home.give("otto", Role.AGENT_OPERATOR)
    home.give("dana", Role.DATA_OWNER)
    home.give("ada", Role.ADMINISTRATOR)
    home.give("rex", Role.REVIEWER)
    home.give("aude", Role.AUDITOR)
    home.own("olga")
    home.own("otto")
    return home


def approve(home: House, conversation: str) -> None:
    """Ruth approves the refund of a conversation, which is the last that waits."""
    held(home, conversation)
    ruth = home.signed_in("ruth")
    assert answer_it(home, ruth, waiting(ruth)[-1], "approve").status == 200


def stopped(home: House, conversation: str) -> Any:
    """Ruth is told before she answers that it would not be done, and can't approve it: it waits."""
    held(home, conversation)
    ruth = home.signed_in("ruth")
    [one] = waiting(ruth)
    told = ruth.ask(f"/approvals/{one['approval']}").json["stopped"]
    assert " is stopped since " in told
    assert told in unescape(ruth.get(f"/approvals/{one['approval']}").text)
    said = answer_it(home, ruth, one, "approve")
    assert (said.status, said.json["error"]) == (409, "closed")
    assert told in said.json["because"][0]
    assert waiting(ruth) == [one]
    assert home.outcomes(conversation) == []
    return one


def outcome(home: House, conversation: str) -> str:
    [one] = until(lambda: home.outcomes(conversation))
    return str(one["outcome"])


def revoke(home: House, browser: Browser, **form: Any) -> Page:
    return home.send(browser, "/revocations/revoke", **form)


def lift(home: House, browser: Browser, **form: Any) -> Page:
    return home.send(browser, "/revocations/lift", **form)


def standing(browser: Browser) -> Any:
    return browser.ask("/revocations/").json["standing"]


def recorded(home: House) -> list[GrantBody]:
    """What the ledger has of revocations."""
    bodies = [decode(row.entry, row.seq).body for row, _ in home.stack.ledger.store.walk()]
    return [one for one in bodies if isinstance(one, GrantBody) and one.selector is not None]


def test_nobody_approves_what_would_not_be_done_and_it_waits_until_it_would(home: House) -> None:
    sam = home.signed_in("sam")
    assert standing(sam) == []
    assert revoke(home, sam, **EVERYTHING).json == {"revoked": "everything", "count": 0}
    [one] = standing(sam)
    assert (one["selector"], one["by"], one["reason"]) == (
        "everything",
        home.person("sam"),
        EVERYTHING["reason"],
    )
    one = stopped(home, "c-1")
    assert home.person("sam") in unescape(sam.get("/approvals/").text)
    assert sam.ask("/acts/?conversation=c-1").json["acts"] == []
    said = lift(home, sam, selector="everything", reason="The rule is mended.")
    assert (said.status, said.json["count"]) == (200, 1)
    assert standing(sam) == []
    assert answer_it(home, home.signed_in("ruth"), one, "approve").status == 200
    assert outcome(home, "c-1") == "done"
    assert refunded(home) == 210.0
    assert [(one.event, one.by, one.detail) for one in recorded(home)] == [
        ("revoked", home.person("sam"), ""),
        ("lifted", home.person("sam"), ""),
    ]


@pytest.mark.parametrize(
    ("selector", "value"),
    [("conversation", "c-1"), ("workload", BOT), ("approver", "RUTH")],
)
def test_what_is_selected_is_stopped_and_nothing_else(home: House, selector: str, value: str) -> None:
    dana = home.signed_in("dana")
    value = home.person("ruth") if value == "RUTH" else value
    assert revoke(home, dana, selector=selector, value=value, reason="looked odd").status == 200
    one = stopped(home, "c-1")
    if selector == "approver":
        assert answer_it(home, home.signed_in("sam"), one, "approve").status == 200
        assert outcome(home, "c-1") == "done"
    if selector == "conversation":
        approve(home, "c-2")
        assert outcome(home, "c-2") == "done"


def test_another_back_end_without_an_issuer_is_stopped_too(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("house")
    path = folder / "open.yaml"
    path.write_text("shop: {kind: http, url: 'http://127.0.0.1:9', tools: {refund_order: {}}}\n")
    with house(folder, issuer=None, connectors=path) as home:
        staffed(home)
        sam = home.signed_in("sam")
        assert revoke(home, sam, **EVERYTHING).status == 200
        one = stopped(home, "c-1")
        assert answer_it(home, sam, one, "deny").status == 200, "a no is always heard"
        assert outcome(home, "c-1") == "denied"
        assert [one.event for one in recorded(home)] == ["revoked"]


def test_what_is_stopped_and_not_on_record_is_said_to_be_just_that(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_: object) -> list[str]:
        raise LedgerUnavailable("the disk is full")

    sam = home.signed_in("sam")
    with monkeypatch.context() as broken:
        broken.setattr(home.stack.ledger, "append", full)
        said = revoke(home, sam, **EVERYTHING)
        assert said.status == 503
        assert said.json["message"].startswith(
            "'everything' is stopped now, and what you did is not on record"
        )
    assert len(standing(sam)) == 1
    with monkeypatch.context() as broken:
        broken.setattr(home.stack.ledger, "append", full)
        said = lift(home, sam, selector="everything", reason="go")
        assert said.json["message"].startswith("'everything' is stopped now")
    assert len(standing(sam)) == 1
    assert revoke(home, sam, **EVERYTHING).status == 200
    assert [one.event for one in recorded(home)] == ["revoked"]


def test_the_machine_itself_stops_a_gateway_that_runs(home: House) -> None:
    def grants(*arguments: str) -> str:
        command = [sys.executable, "-m", "answerable.apps.cli", "grants", *arguments]
        command += ["--ledger", str(home.folder / "ledger.db")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    grants("stop-everything", "--reason", "nobody can sign in tonight")
    stopped(home, "c-1")
    [one] = standing(home.signed_in("sam"))
    assert one["by"].startswith(f"unix:{os.getuid()}(")
    grants("rotate-keys")
    grants("lift", "--selector", "everything", "--reason", "it was nothing")
    [waits] = waiting(home.signed_in("ruth"))
    assert answer_it(home, home.signed_in("ruth"), waits, "approve").status == 200
    assert outcome(home, "c-1") == "done"
    assert refunded(home) == 210.0
    assert {body.by for body in recorded(home)} == {one["by"]}


# -- who may ----------------------------------------------------------------------------------


def test_who_may_stop_what_and_who_lets_it_go_on(home: House) -> None:
    own = {"selector": "workload", "value": BOT, "reason": "mine"}
    may_stop = {"ruth", "sam", "olga", "dana", "ada"}
    for who in ("sam", "olga", "otto", "dana", "ada", "rex", "aude", "nobody"):
        browser = home.signed_in(who)
        assert (revoke(home, browser, **EVERYTHING).status == 200) is (who in may_stop), who
        assert (revoke(home, browser, **own).status == 200) is (who in may_stop | {"otto"}), who
    for who in ("otto", "dana", "ada", "rex", "aude", "nobody", "olga"):
        browser = home.signed_in(who)
        for selection in ({**EVERYTHING, "reason": "go"}, own):
            assert lift(home, browser, **selection).status == 403, who
    assert len(standing(home.signed_in("aude"))) == 9
    sam = home.signed_in("sam")
    assert lift(home, sam, **own).json["count"] == 5
    assert lift(home, sam, selector="everything", reason="go").json["count"] == 4


def test_whoever_is_stopped_does_not_let_themselves_go_on(home: House) -> None:
    stopped = {"selector": "approver", "value": home.person("ruth"), "reason": "her account was open"}
    assert revoke(home, home.signed_in("sam"), **stopped).status == 200
    said = lift(home, home.signed_in("ruth"), **stopped)
    assert (said.status, said.json["because"]) == (
        403,
        ["it is you whom this stops; somebody else has to let you go on"],
    )
    assert lift(home, home.signed_in("sam"), **stopped).status == 200


def test_who_sees_what_is_stopped(home: House) -> None:
    sam = home.signed_in("sam")
    revoke(home, sam, **EVERYTHING)
    revoke(home, sam, selector="workload", value=BOT, reason="odd")
    for who in ("ruth", "dana", "ada", "aude"):
        assert len(standing(home.signed_in(who))) == 2, who
    assert [one["selector"] for one in standing(home.signed_in("otto"))] == ["workload"]
    for who in ("rex", "nobody"):
        browser = home.signed_in(who)
        assert browser.ask("/revocations/").status == 403
        assert browser.ask("/revocations/outstanding").status == 403
    assert Browser(home.url).ask("/revocations/").status == 401
    assert Browser(home.url).ask("/revocations/outstanding").status == 401


def test_stopping_needs_no_second_factor_and_letting_go_on_does(home: House) -> None:
    weak = home.signed_in("sam", acr="urn:shop:password")
    assert revoke(home, weak, **EVERYTHING).status == 200
    said = lift(home, weak, selector="everything", reason="go")
    assert (said.status, said.json["needs"]) == (403, {"level": 2, "max_age": 600})
    assert len(standing(home.signed_in("sam"))) == 1


# -- what is sent badly -----------------------------------------------------------------------


def test_a_slip_does_not_look_like_a_stop(nothing_stopped: House) -> None:
    home = nothing_stopped
    sam = home.signed_in("sam")
    for bad in (
        {"selector": "everyone", "value": "x"},
        {"selector": "", "value": "x"},
        {"selector": "conversation", "value": ""},
        {"selector": "conversation"},
        {"selector": "workload", "value": "   "},
        {"selector": "everything", "value": "x"},
        {"selector": "bundle", "value": "store"},
        {"selector": "approver", "value": "ruth"},
        {"selector": "grant", "value": "gr_nothing"},
        {"selector": "conversation", "value": "a\u0000b"},
        {"selector": "conversation", "value": "x" * 600},
    ):
        assert revoke(home, sam, **bad, reason="stop").status == 400, bad
    for reason in ("", " ", "a\nb", "x" * 501):
        assert revoke(home, sam, selector="everything", reason=reason).status == 400
    assert revoke(home, sam, selector="everything").status == 400
    assert standing(sam) == []
    assert lift(home, sam, selector="everything", reason="nothing is stopped").status == 400
    assert recorded(home) == []


def test_nobody_stops_anything_in_anothers_name_or_from_another_site(nothing_stopped: House) -> None:
    home = nothing_stopped
    sam = home.signed_in("sam")
    for name in ("by", "operator", "role", "at"):
        assert revoke(home, sam, **EVERYTHING, **{name: home.person("ruth")}).status == 400
    path = "/revocations/revoke"
    assert sam.post(path, sends=EVERYTHING).status == 401
    assert sam.post(path, sends=EVERYTHING, X_Answerable_CSRF=home.csrf(home.signed_in("ruth"))).status == 401
    assert Browser(home.url).post(path, sends=EVERYTHING).status == 401
    asked = home.stack.post(path, EVERYTHING, {"Authorization": f"Bearer {home.svid()}"})
    assert asked.status == 401
    assert standing(sam) == []


def test_a_browser_stops_everything_with_one_form_and_sees_who_did(home: House) -> None:
    sam = home.signed_in("sam")
    assert "Nothing is stopped." in sam.get("/revocations/").text
    form = {"csrf": home.csrf(sam), "selector": "everything", "reason": "<b>odd</b>"}
    said = sam.post("/revocations/revoke", form, Accept="text/html")
    assert (said.status, said.location) == (303, f"{home.url}/revocations/")
    shown = sam.get("/revocations/").text
    assert home.person("sam") in shown
    assert "&lt;b&gt;odd" in shown
    assert "Let it go on" in shown
    assert "<script" not in shown
    assert "None of everything can be used" in sam.get("/revocations/outstanding").text
