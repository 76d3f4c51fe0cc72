"""People look at what waits and answer it, over HTTP: signed in, shown everything, and in nobody else's name."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from approvals_stack import OWEN, RUTH, SAM, Stack
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from answerable.adapters.duty_files import shipped_duties
from answerable.adapters.sqlite_sign_ins import SqliteSignIns
from answerable.adapters.world import new_trace
from answerable.approvals import Approve, Phase, Refusal, State, step
from answerable.apps.acting_words import followed
from answerable.apps.approvals.app import create_approvals
from answerable.apps.approvals.on_record import MOST_REFUSALS
from answerable.apps.operators import People
from answerable.apps.operators.role_changes import RoleChanges
from answerable.apps.operators.sessions import OperatorSessions
from answerable.roles import Assignment, Limits, Role
from answerable.testing import sample_approvals as some
from answerable.testing import sample_holds as holds
from answerable.testing.browser import Browser, Page
from answerable.testing.memory_roles import MemoryRoles
from answerable.testing.serving import serve_in_thread
from answerable.values import AssuranceLevel, Money, OperatorId


class Site:
    """The pages, over real sessions; somebody is signed in without a login service."""

    def __init__(self, stack: Stack, url: str, people: People) -> None:
        self.stack, self.url, self.people = stack, url, people

    def browser(self, who: OperatorId = RUTH, level: int = 2) -> Browser:
        browser = Browser(self.url)
        assert browser.get(f"/test-sign-in?who={who.rpartition('#')[2]}&level={level}").status == 200
        return browser

    def hold(self, number: int = 0, arguments: str = holds.ARGUMENTS) -> None:
        asyncio.run(self.stack.hold(holds.held_act(number, arguments), number))

    def answer(self, browser: Browser, act: str, approval: str = "ap_0", **sends: str) -> Page:
        csrf = browser.get("/test-csrf").text
        return browser.post(f"/approvals/{approval}/{act}", sends=sends, X_Answerable_CSRF=csrf)

    def binds(self, approval: str = "ap_0") -> str:
        return self.stack.kept(approval).state.binds


@contextmanager
def served(folder: Path, stack: Stack) -> Iterator[Site]:
    later: list[Starlette] = []

    async def app(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        if scope["type"] == "http":
            await later[0](scope, receive, send)

    sign_ins = SqliteSignIns(folder / "sign-ins.db")
    with serve_in_thread(app) as url:
        roles, duties = MemoryRoles(), shipped_duties()
        sessions = OperatorSessions(sign_ins, url, stack.clock)
        changes = RoleChanges(stack.ledger, roles, duties, stack.clock, new_trace)
        people = People(sessions, roles, duties, changes, stack.clock)

        async def sign_in(request: Request) -> Response:
            who = OperatorId(f"https://login.example#{request.query_params['who']}")
            response = Response("in")
            level = AssuranceLevel(int(request.query_params["level"]))
            await sessions.begin(request, response, stack.operator(who, level))
            return response

        async def csrf(request: Request) -> Response:
            return Response(sessions.csrf(request))

        later.append(
            Starlette(
                routes=[
                    Mount("/approvals", create_approvals(stack.service, people=people)),
                    Route("/test-sign-in", sign_in),
                    Route("/test-csrf", csrf),
                ]
            )
        )
        yield Site(stack, url, people)
    sign_ins.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with served(tmp_path, Stack()) as made:
        yield made


def test_nobody_sees_or_answers_anything_who_is_not_signed_in(site: Site) -> None:
    site.hold()
    stranger = Browser(site.url)
    assert stranger.ask("/approvals/").status == 401
    assert stranger.ask("/approvals/ap_0").status == 401
    for act in ("approve", "deny", "withdraw", "change"):
        assert stranger.post(f"/approvals/ap_0/{act}", sends={"binds": site.binds()}).status == 401
    assert site.stack.kept().state.phase is Phase.OPEN


def test_an_approver_sees_everything_that_an_answer_is_bound_to(site: Site) -> None:
    site.hold()
    ruth = site.browser()
    [row] = ruth.ask("/approvals/").json["approvals"]
    assert (row["approval"], row["tool"], row["amount"]) == ("ap_0", "refund_order", "120.00 USD")
    assert "order_id" not in str(row)
    found = ruth.ask("/approvals/ap_0").json
    assert found["arguments"] == {"order_id": "W1", "amount": 120}
    assert found["binds"] == site.binds()
    assert found["because"] == "a refund of more than $100 is approved by a person"
    assert found["policies"] == [{"id": "refund-above-limit", "owner": "ops.ana"}]
    assert (found["conversation"], found["requester"]) == ("c-0", some.WORKLOAD)
    assert found["deadline"] == "2026-11-30T13:30:00.000000Z"


def test_an_answer_is_the_signed_in_persons_and_on_record_as_that(site: Site) -> None:
    site.hold()
    ruth = site.browser()
    answer = site.answer(ruth, "approve", binds=site.binds(), reason="lost parcel")
    assert answer.json == {
        "approval": "ap_0", "phase": "approved", "binds": site.binds(), "approved": 1, "needed": 1,
    }  # fmt: skip
    entry = asyncio.run(site.stack.entries())[-1]
    assert (entry.event, entry.by) == ("approved", RUTH)


@pytest.mark.parametrize("name", ["by", "operator", "approver", "name", "role", "level", "sub"])
def test_a_body_that_says_who_answers_is_refused_and_the_log_says_so(
    site: Site, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    site.hold()
    answer = site.answer(site.browser(), "approve", binds=site.binds(), **{name: SAM})
    assert answer.status == 400
    assert "signed in" in answer.json["message"]
    assert f"/approvals/ap_0/approve: refused: the body holds '{name}'" in caplog.text
    assert SAM not in caplog.text
    assert site.stack.kept().state.phase is Phase.OPEN


def test_a_form_of_another_site_answers_nothing(site: Site) -> None:
    site.hold()
    ruth = site.browser()
    for token in (None, "x" * 43):
        answer = ruth.post("/approvals/ap_0/approve", sends={"binds": site.binds()}, X_Answerable_CSRF=token)
        assert answer.status == 401
    assert site.stack.kept().state.phase is Phase.OPEN


def test_nobody_answers_for_their_own_bot_or_without_a_role(site: Site) -> None:
    site.hold()
    del site.stack.limits[SAM]
    for who in (OWEN, SAM):
        answer = site.answer(site.browser(who), "approve", binds=site.binds())
        assert answer.status == 403
        assert answer.json["error"] == "not_allowed"
    assert site.browser(SAM).ask("/approvals/").json == {"approvals": []}
    assert site.browser(SAM).ask("/approvals/ap_0").status == 403
    assert site.stack.kept().state.phase is Phase.OPEN


def test_who_may_not_answer_is_in_the_log_and_on_record_with_the_rules_that_said_no(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.hold()
    del site.stack.limits[SAM]
    owen, before = site.browser(OWEN), site.stack.kept()
    for act in ("approve", "deny"):
        assert site.answer(owen, act, binds=site.binds()).status == 403
    site.answer(owen, "change", binds=site.binds(), arguments='{"order_id":"W1","amount":50}')
    assert site.answer(site.browser(SAM), "withdraw").status == 403
    refused = asyncio.run(site.stack.entries())[1:]
    assert {one.event for one in refused} == {"refused"}
    assert [(one.by, one.detail) for one in refused] == [
        *((OWEN, f"may not {act} it") for act in ("approve", "deny", "change")),
        (SAM, "may not withdraw it"),
    ]
    rules = refused[0].policies
    assert rules
    assert f"'{OWEN}' may not POST /approvals/ap_0/approve: by {', '.join(rules)}" in caplog.text
    assert f"'{SAM}' may not POST /approvals/ap_0/withdraw: nothing allows it" in caplog.text
    assert site.stack.kept() == before, "nothing happened to it"
    assert "refused by" in site.browser().get("/approvals/ap_0").text
    assert site.answer(site.browser(), "approve", binds=site.binds()).json["phase"] == "approved"
    steps = [followed("", one, None) for one in refused]
    assert {step.what for step in steps} == {"answer refused"}, "which is nobody's no"
    assert all(rules[0] in step.told for step in steps[:1])


def test_who_tries_to_answer_without_end_fills_the_log_and_no_ledger(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.hold()
    owen = site.browser(OWEN)
    for _ in range(MOST_REFUSALS + 3):
        assert site.answer(owen, "deny", binds=site.binds()).status == 403
    assert len(asyncio.run(site.stack.entries())) == 1 + MOST_REFUSALS
    assert caplog.text.count("may not POST /approvals/ap_0/deny") == MOST_REFUSALS + 3


def test_a_sign_in_that_is_too_weak_or_too_old_is_told_what_is_needed_and_is_no_try_at_anything(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.hold()
    caplog.set_level("INFO")
    weak = site.answer(site.browser(level=1), "approve", binds=site.binds())
    assert [one.event for one in asyncio.run(site.stack.entries())] == ["opened"]
    [line] = [one for one in caplog.records if "may not POST" in one.getMessage()]
    assert line.levelname == "INFO"
    assert (weak.status, weak.json["needs"]) == (403, {"level": 2, "max_age": 600})
    ruth = site.browser()
    site.stack.clock.on(minutes=20)
    assert site.answer(ruth, "approve", binds=site.binds()).json["needs"]["max_age"] == 600


def test_what_was_changed_or_answered_meanwhile_can_not_be_approved(site: Site) -> None:
    site.stack.amount = Money(60_000, "USD")
    site.hold()
    before = site.binds()
    changed = site.answer(
        site.browser(SAM), "change", binds=before, arguments='{"order_id":"W1","amount":50}'
    )
    assert changed.status == 200
    ruth = site.browser()
    assert site.answer(ruth, "approve", binds=before).status == 409
    found = ruth.ask("/approvals/ap_0").json
    assert (found["arguments"]["amount"], found["instead_of"]) == (50, before)
    assert site.answer(ruth, "approve", binds=found["binds"]).json["phase"] == "approved"
    assert site.answer(ruth, "deny", binds=found["binds"]).json["because"] == [
        "it is approved already; who wants to stop it withdraws it"
    ]


def test_an_answer_without_what_was_shown_or_with_too_much_is_refused(site: Site) -> None:
    site.hold()
    ruth = site.browser()
    assert site.answer(ruth, "approve").status == 400
    assert site.answer(ruth, "change", binds=site.binds()).status == 400
    assert site.answer(ruth, "change", binds=site.binds(), arguments="{", reason="x").status == 400
    assert site.answer(ruth, "deny", binds=site.binds(), reason="x" * 2001).status == 400
    assert site.answer(ruth, "deny", binds=site.binds(), reason="x" * 200_000).status == 413
    assert site.answer(ruth, "approve", "ap_9", binds=site.binds()).status == 409
    assert site.stack.kept().state.phase is Phase.OPEN


def test_limits_of_a_queue_hold_for_what_is_listed_too(site: Site) -> None:
    site.hold()
    site.stack.limits[SAM] = Limits(routes=frozenset({"claims"}))
    assert site.browser(SAM).ask("/approvals/").json == {"approvals": []}
    assert len(site.browser().ask("/approvals/?route=support-lead").json["approvals"]) == 1
    assert site.browser().ask("/approvals/?route=claims").json == {"approvals": []}


# -- pages ------------------------------------------------------------------------------


def test_the_pages_show_the_act_and_have_a_form_for_each_answer(site: Site) -> None:
    site.hold()
    ruth = site.browser()
    assert "refund_order" in ruth.get("/approvals/").text
    page = ruth.get("/approvals/ap_0")
    assert "&quot;order_id&quot;: &quot;W1&quot;" in page.text
    for act in ("approve", "deny", "change", "withdraw"):
        assert f'action="/approvals/ap_0/{act}"' in page.text
        assert f'<label for="reason-{act}">' in page.text
    assert page.text.count(f'value="{site.binds()}"') == 4
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    form = page.text.partition('action="/approvals/ap_0/approve"')[2].partition("</form>")[0]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', form))
    done = ruth.post("/approvals/ap_0/approve", {**hidden, "reason": "seen"}, Accept="text/html")
    assert (done.status, done.location) == (303, f"{site.url}/approvals/ap_0")
    assert "approved, and not used yet" in ruth.get(done.location).text


def test_arguments_that_turn_the_page_around_or_hold_markup_are_seen_as_what_they_are(site: Site) -> None:
    site.hold(arguments='{"note":"<script>alert(1)</script>\\u202e 1$ dnufer"}')
    page = site.browser().get("/approvals/ap_0").text
    assert "<script>alert" not in page
    assert "[U+202E]" in page
    assert "U+202E, which reorders the text around it" in page
    assert "\u202e" not in page.partition("<form")[0]


def test_whoever_is_to_approve_what_nobody_here_does_is_told_so_first(site: Site) -> None:
    site.stack.service.does = lambda _: False
    site.hold(arguments='{"note":"\\u202e"}')
    for shown in (
        site.browser().ask("/approvals/ap_0").json["warning"],
        site.browser().get("/approvals/ap_0").text,
    ):
        assert "no back end here does it" in shown
        assert "reorders the text" in shown


def test_what_is_erased_says_so(site: Site) -> None:
    site.hold()
    from answerable.receipts import Erased  # noqa: PLC0415

    keys = site.stack.ledger.keys
    keys.destroy(keys.of_subjects(["customer:u-0"]), Erased("2026-11-30T09:31:00.000000Z", "a", "tr_e"))
    found = site.browser().ask("/approvals/ap_0").json
    assert (found["arguments"], found["binds"]) == (None, site.binds())
    assert "erased" in found["warning"]


def test_where_nothing_can_be_put_on_record_nothing_is_answered(tmp_path: Path) -> None:
    stack = Stack()
    with served(tmp_path, stack) as site:
        site.hold()
        ruth = site.browser()
        asyncio.run(stack.ledger.close())
        answer = site.answer(ruth, "approve", binds=site.binds())
        assert answer.status == 503
        assert stack.kept().state.phase is Phase.OPEN


def test_roles_are_asked_of_the_store_at_each_answer(site: Site) -> None:
    site.hold()
    ruth = site.browser()
    site.people.roles.assign(Assignment(RUTH, Role.ADMINISTRATOR, Limits(), OWEN, some.NOW))
    site.stack.limits.clear()
    assert site.answer(ruth, "approve", binds=site.binds()).status == 403


def test_a_second_yes_under_another_id_of_the_same_person_is_refused(site: Site) -> None:
    site.stack.amount = Money(50_001, "USD")
    site.hold()
    first, second = site.browser(), site.browser(SAM)
    assert site.answer(first, "approve", binds=site.binds()).json["phase"] == "open"
    asyncio.run(site.people.changes.link_here(RUTH, RUTH, SAM, "one person"))
    refused = site.answer(second, "approve", binds=site.binds())
    assert refused.status == 403
    assert "you have approved this already" in refused.text
    assert site.stack.kept().state.phase is Phase.OPEN


def test_two_yeses_at_once_under_two_ids_of_one_person_are_one() -> None:
    stack = Stack()
    stack.amount = Money(50_001, "USD")
    asyncio.run(stack.hold(holds.held_act(0), 0))
    state = stack.kept().state
    assert state.needed == 2
    first = step(state, Approve(stack.clock(), RUTH, state.binds, also=(SAM,)))
    assert isinstance(first, State)
    assert isinstance(step(first, Approve(stack.clock(), SAM, state.binds, also=(RUTH,))), Refusal)
    assert isinstance(step(first, Approve(stack.clock(), SAM, state.binds)), State)
