"""An act that nobody knows of waits at the desk; whoever looked says what became of it, and the customer is told."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from gateway_stack import whole
from whole_house import AGREED, WAITS, House, answer_it, bot, held, house, refunded, until, user, waiting

from answerable.adapters.bundle_files import shipped_pack
from answerable.receipts import ApprovalBody, ReceiptBody
from answerable.roles import Role
from answerable.testing.back_end import BackEnd, Fault
from answerable.testing.browser import Browser

FAR = "500.00 USD"


def staffed(home: House) -> House:
    home.give("ruth", Role.APPROVER, amount=FAR)
    home.give("sam", Role.APPROVER, amount=FAR)
    home.give("olga", Role.APPROVER, amount=FAR)
    home.give("nina", Role.APPROVER, amount="100.00 USD")
    home.give("rex", Role.REVIEWER)
    home.give("aude", Role.AUDITOR)
    home.give("ada", Role.ADMINISTRATOR)
    home.own("olga")
    return home


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("house")) as running:
        yield staffed(running)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Any]]:
    """A house and an act that was done in it, for tests that change neither."""
    with house(tmp_path_factory.mktemp("house")) as running:
        yield running, approved(staffed(running))


@pytest.fixture
def unsure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, BackEnd]]:
    with lossy(tmp_path_factory.mktemp("house")) as running:
        yield running


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, BackEnd, Any, str]]:
    """Such a house with its lost refund, for tests that change nothing: it waits for a person to the end."""
    with lossy(tmp_path_factory.mktemp("house")) as (running, back_end):
        yield running, back_end, *lost(running)


@contextmanager
def lossy(folder: Path) -> Iterator[tuple[House, BackEnd]]:
    """A house whose back end neither checks grants nor can be asked, and hangs up once it has done what it was told."""
    back_end = BackEnd(repeatable=False)
    back_end.faults["refund_order"] = [Fault.CUT_DONE]
    with back_end.serving() as url, house(folder, connectors=_lossy(folder, url)) as running:
        yield staffed(running), back_end


def _lossy(folder: Path, url: str) -> Path:
    path = folder / "lossy.yaml"
    path.write_text(f"shop: {{kind: http, url: '{url}', tools: {{refund_order: {{}}}}}}\n")
    return path


def lost(home: House, approver: str = "ruth") -> tuple[Any, str]:
    """An approved refund of which nobody knows whether it was done: its row at the desk, and its trace."""
    answer = held(home)
    browser = home.signed_in(approver)
    assert answer_it(home, browser, waiting(browser)[0], "approve").status == 200
    [row] = until(lambda: waits(browser))
    return row, answer.trace


def waits(browser: Browser) -> Any:
    return [one for one in browser.ask("/acts/").json["acts"] if one["state"] == "person"]


def approved(home: House, approver: str = "ruth") -> Any:
    """An approved refund that was done: its row."""
    held(home)
    browser = home.signed_in(approver)
    assert answer_it(home, browser, waiting(browser)[0], "approve").status == 200
    until(home.outcomes)
    [row] = browser.ask("/acts/?conversation=c-1").json["acts"]
    assert row["state"] == "done"
    return row


# -- what nobody knows of ------------------------------------------------------------------


def test_what_nobody_knows_of_is_shown_with_all_that_is_on_record(unsure: tuple[House, BackEnd]) -> None:
    home, _ = unsure
    row, trace = lost(home)
    assert (row["tool"], row["amount"], row["trace"]) == ("refund_order", "210.00 USD", trace)
    assert "L-19004" not in str(row)
    sam = home.signed_in("sam")
    found = sam.ask(f"/acts/{row['act']}").json
    assert found["arguments"] == {"order_id": "L-19004", "amount": 210.0, "reason": "broken"}
    assert found["resource"] == "Order L-19004"
    assert [(one["outcome"], one["how"]) for one in found["receipts"]] == [("uncertain", "answer")]
    assert [one["event"] for one in found["grants"]] == ["issued", "consumed"]
    [said] = [one for one in found["approvals"] if one["event"] == "approved"]
    assert (said["by"], said["level"]) == (home.person("ruth"), 2)
    assert (found["asked"]["customer"], found["asked"]["conversation"]) == ("c-1519", "c-1")
    assert len(found["key"]) == 64
    assert found["standing"] == "not known: refund_order"
    for query in ("conversation=c-1", f"trace={trace}"):
        assert [one["act"] for one in sam.ask(f"/acts/?{query}").json["acts"]] == [row["act"]]
    shown = sam.get(f"/acts/{row['act']}").text
    assert "no program finds out more" in shown
    assert shown.count("<form") == 2
    assert "<script" not in shown


def test_whoever_looked_says_it_and_the_customer_hears_it(unsure: tuple[House, BackEnd]) -> None:
    home, back_end = unsure
    row, trace = lost(home)
    assert [one["outcome"] for one in until(home.outcomes)] == ["uncertain"]
    assert home.get("/readyz").json["waiting"] == {"acts": 1, "approvals": 0}
    sam = home.signed_in("sam")
    said = home.send(sam, f"/acts/{row['act']}/resolve", outcome="done", reason="Refund X-0 is in the till.")
    assert (said.status, said.json["outcome"]) == (200, "done"), said.text
    until(lambda: [one["outcome"] for one in home.outcomes()] == ["done"])
    assert waits(sam) == []
    assert home.get("/readyz").json["waiting"] == {"acts": 0, "approvals": 0}
    assert back_end.acts == 1
    receipts = [
        (entry.body, words)
        for entry, words in home.stack.entries(trace)
        if isinstance(entry.body, ReceiptBody)
    ]
    body, words = receipts[-1]
    assert (body.outcome, body.how, body.by) == ("done", "person", home.person("sam"))
    assert body.detail == "AAL2; by approver-says-what-became-of-it"
    assert words["result"] == "Refund X-0 is in the till."
    again = home.send(sam, f"/acts/{row['act']}/resolve", outcome="done", reason="once more")
    assert (again.status, again.json["error"]) == (409, "closed")


def test_the_customer_is_told_in_the_next_reply_what_a_person_found(unsure: tuple[House, BackEnd]) -> None:
    home, _ = unsure
    row, _ = lost(home)
    home.model.answer = lambda _: whole({"role": "assistant", "content": "Is there anything else?"})
    talk = [*AGREED, bot(WAITS), user("Any news?")]
    first = home.say(talk).json["choices"][0]["message"]["content"]
    assert "still being checked" in first
    home.send(home.signed_in("sam"), f"/acts/{row['act']}/resolve", outcome="done", reason="seen")

    def told() -> Any:
        content = home.say([*talk, bot(first), user("And now?")]).json["choices"][0]["message"]["content"]
        return content if "it is done" in content else None

    assert until(told)


def test_nobody_says_not_done_while_the_back_end_may_be_at_work(unsure: tuple[House, BackEnd]) -> None:
    home, _ = unsure
    row, _ = lost(home)
    sam = home.signed_in("sam")
    said = home.send(sam, f"/acts/{row['act']}/resolve", outcome="not_done", reason="nothing there yet")
    assert said.status == 409
    assert "may still be at work" in said.json["because"][0]
    assert len(waits(sam)) == 1


@pytest.mark.parametrize(
    ("who", "outcome", "because"),
    [
        ("olga", "done", "the bot that asks for this is yours"),
        ("nina", "done", "it comes to more than you may approve"),
        ("rex", "done", "no role of yours"),
        ("aude", "done", "an auditor reads and changes nothing"),
        ("ada", "done", "an administrator gives roles and approves nothing"),
        ("nobody", "done", "no role of yours"),
        ("ruth", "not_done", "you approved this act"),
    ],
)
def test_who_may_not_say_what_became_of_it(
    left: tuple[House, BackEnd, Any, str], who: str, outcome: str, because: str
) -> None:
    home, _, row, _ = left
    browser = home.signed_in(who)
    said = home.send(browser, f"/acts/{row['act']}/resolve", outcome=outcome, reason="trust me")
    assert said.status == 403, said.text
    assert because in " ".join(said.json["because"])
    assert "needs" not in said.json
    assert len(waits(home.signed_in("sam"))) == 1


def test_who_may_look_and_who_may_not(left: tuple[House, BackEnd, Any, str]) -> None:
    home, _, row, trace = left
    for who in ("sam", "nina", "rex", "aude"):
        browser = home.signed_in(who)
        assert [one["act"] for one in browser.ask("/acts/").json["acts"]] == [row["act"]], who
        assert browser.ask(f"/acts/{row['act']}").status == 200
    for who in ("ada", "nobody"):
        browser = home.signed_in(who)
        for path in ("/acts/", "/acts/?conversation=c-1", f"/acts/?trace={trace}"):
            assert browser.ask(path).json == {"acts": []}, who
        assert browser.ask(f"/acts/{row['act']}").status == 403
    stranger = Browser(home.url)
    assert stranger.ask("/acts/").status == 401
    assert stranger.ask(f"/acts/{row['act']}").status == 401
    assert stranger.get("/acts/", follow=False).location.startswith(f"{home.url}/operators/sign-in")


def test_a_sign_in_that_is_too_weak_is_told_what_is_needed(left: tuple[House, BackEnd, Any, str]) -> None:
    home, _, row, _ = left
    weak = home.signed_in("sam", acr="urn:shop:password")
    for path, more in (("resolve", {"outcome": "done"}), ("undo", {})):
        said = home.send(weak, f"/acts/{row['act']}/{path}", reason="seen", **more)
        assert (said.status, said.json["needs"]) == (403, {"level": 2, "max_age": 600})
    assert len(waits(home.signed_in("sam"))) == 1


def test_what_is_sent_badly_changes_nothing(left: tuple[House, BackEnd, Any, str]) -> None:
    home, _, row, _ = left
    sam, path = home.signed_in("sam"), f"/acts/{row['act']}/resolve"
    good = {"outcome": "done", "reason": "seen"}
    for name in ("by", "operator", "role", "level", "result", "reference"):
        assert home.send(sam, path, **good, **{name: home.person("ruth")}).status == 400, name
    for bad in (
        {"outcome": "done"},
        {"reason": "seen"},
        {"outcome": "maybe", "reason": "seen"},
        {"outcome": "done", "reason": "  "},
        {"outcome": "done", "reason": "a\nb"},
        {"outcome": "done", "reason": "x" * 501},
        {"outcome": 1, "reason": "seen"},
    ):
        assert home.send(sam, path, **bad).status == 400, bad
    assert sam.post(path, sends=good).status == 401
    assert sam.post(path, sends=good, X_Answerable_CSRF="x" * 43).status == 401
    another = home.csrf(home.signed_in("ruth"))
    assert sam.post(path, sends=good, X_Answerable_CSRF=another).status == 401
    assert Browser(home.url).post(path, sends=good).status == 401
    assert home.send(sam, "/acts/ac_nothing/resolve", **good).status == 404
    assert sam.ask("/acts/ac_nothing").status == 404
    for query in ("who=me", "conversation=", "conversation=c-1&trace=t"):
        assert sam.ask(f"/acts/?{query}").status == 400, query
    assert len(waits(sam)) == 1


# -- taking back ---------------------------------------------------------------------------


def test_what_was_done_is_taken_back_by_somebody_else_and_on_record(home: House) -> None:
    row = approved(home)
    assert refunded(home) == 210.0
    sam = home.signed_in("sam")
    said = home.send(sam, f"/acts/{row['act']}/undo", reason="It was the wrong order.")
    assert (said.status, said.json["outcome"]) == (200, "done"), said.text
    assert refunded(home) == 0
    undone = sam.ask(f"/acts/{said.json['act']}").json
    assert (undone["undoes"], undone["tool"]) == (row["act"], "cancel_refund")
    assert undone["standing"] == "done: cancel_refund; taken back: refund_order"
    [decided] = undone["approvals"]
    assert (decided["by"], decided["reason"]) == (home.person("sam"), "It was the wrong order.")
    assert decided["policies"] == ["approver-takes-back"]
    bodies = [entry.body for entry, _ in home.stack.entries(row["trace"])]
    [entry] = [one for one in bodies if isinstance(one, ApprovalBody) and one.by == home.person("sam")]
    assert (entry.level, entry.detail) == (2, f"takes back the act {row['act']}")
    again = home.send(sam, f"/acts/{row['act']}/undo", reason="again")
    assert again.status == 409
    of_the_undo = home.send(sam, f"/acts/{said.json['act']}/undo", reason="back again")
    assert of_the_undo.status == 403  # whoever decided on it does not take that back, either
    assert home.send(home.signed_in("ruth"), f"/acts/{said.json['act']}/undo", reason="x").status == 409
    # What takes back what was taken back is nobody's news, and was not done either.
    assert [one["outcome"] for one in until(lambda: both(home))] == ["done", "undone"]


def both(home: House) -> Any:
    found = home.outcomes()
    return found if len(found) > 1 else None


def test_the_customer_is_told_in_the_next_reply_that_what_was_done_is_taken_back(home: House) -> None:
    row = approved(home)
    home.model.answer = lambda _: whole({"role": "assistant", "content": "Is there anything else?"})
    talk = [*AGREED, bot(WAITS), user("Any news?")]
    home.say(talk)
    assert home.send(home.signed_in("sam"), f"/acts/{row['act']}/undo", reason="wrong order").status == 200

    def told() -> Any:
        content = home.say([*talk, bot("It is done."), user("And now?")]).json["choices"][0]["message"][
            "content"
        ]
        return content if "has been reversed" in content else None

    assert until(told)
    assert told() is None, "once"


def test_what_takes_two_to_approve_takes_two_others_to_take_back(tmp_path: Path) -> None:
    pack = shutil.copytree(shipped_pack("store"), tmp_path / "pack")
    (pack / "approvals.yaml").write_text('default: {two_above: "100.00 USD"}\n')
    with house(tmp_path / "house", bundle=pack) as home:
        staffed(home)
        for name in ("tina", "uwe"):
            home.give(name, Role.APPROVER, amount=FAR)
        held(home)
        ruth, sam = home.signed_in("ruth"), home.signed_in("sam")
        for one in (ruth, sam):
            assert answer_it(home, one, waiting(one)[0], "approve").status == 200
        until(home.outcomes)
        [row] = sam.ask("/acts/?conversation=c-1").json["acts"]
        path, tina = f"/acts/{row['act']}/undo", home.signed_in("tina")
        for _ in range(2):
            said = home.send(tina, path, reason="wrong order")
            assert (said.status, said.json["outcome"]) == (202, "waits")
            assert "1 of 2 people" in said.json["because"][0]
        for name in ("ruth", "sam", "olga", "nina"):
            assert home.send(home.signed_in(name), path, reason="me too").status == 403, name
        assert refunded(home) == 210.0
        shown = tina.get(f"/acts/{row['act']}").text
        assert "takes back the act" in shown
        assert home.send(home.signed_in("uwe"), path, reason="wrong indeed").json["outcome"] == "done"
        assert refunded(home) == 0
        assert [one["outcome"] for one in until(lambda: both(home))] == ["done", "undone"]


@pytest.mark.parametrize(
    ("who", "because"),
    [
        ("ruth", "you approved this act, so taking it back is for somebody else"),
        ("olga", "the bot that asks for this is yours"),
        ("nina", "it comes to more than you may approve"),
        ("aude", "an auditor reads and changes nothing"),
        ("rex", "no role of yours"),
        ("nobody", "no role of yours"),
    ],
)
def test_who_may_not_take_it_back(done: tuple[House, Any], who: str, because: str) -> None:
    home, row = done
    said = home.send(home.signed_in(who), f"/acts/{row['act']}/undo", reason="no")
    assert said.status == 403, said.text
    assert because in " ".join(said.json["because"])
    assert refunded(home) == 210.0


def test_what_is_not_known_to_be_done_is_not_taken_back(left: tuple[House, BackEnd, Any, str]) -> None:
    home, back_end, row, _ = left
    said = home.send(home.signed_in("sam"), f"/acts/{row['act']}/undo", reason="to be safe")
    assert said.status == 409
    assert "nothing to take back" in said.json["because"][0]
    assert back_end.acts == 1


def test_a_browser_is_led_to_the_act_after_its_form(unsure: tuple[House, BackEnd]) -> None:
    home, _ = unsure
    row, _ = lost(home)
    sam = home.signed_in("sam")
    form = {"csrf": home.csrf(sam), "outcome": "done", "reason": "<b>seen</b>"}
    said = sam.post(f"/acts/{row['act']}/resolve", form, Accept="text/html")
    assert (said.status, said.location) == (303, f"{home.url}/acts/{row['act']}")
    shown = sam.get(f"/acts/{row['act']}").text
    assert "It was done." in shown
    assert "&lt;b&gt;seen" in shown
    assert "Have it taken back" in shown
    # The act and its approval lead to each other.
    assert f'<a href="/approvals/{row["approval"]}">' in shown
    approval = sam.get(f"/approvals/{row['approval']}").text
    assert f'<a href="/acts/?trace={row["trace"]}">What became of it</a>' in approval
    # Whoever may not is led back.
    ruth = home.signed_in("ruth")
    form = {"csrf": home.csrf(ruth), "reason": "seen"}
    refused = ruth.post(f"/acts/{row['act']}/undo", form, Accept="text/html")
    assert f'<a href="/acts/{row["act"]}">Back</a>' in refused.text
    assert "Nothing waits for your word" in sam.get("/acts/").text
