"""The real gate holds a line, a person with a role confirms it, and the customer hears it in the next turn."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from answerable.adapters.bundle_files import built_in
from answerable.adapters.duty_files import shipped_duties
from answerable.adapters.world import utc_now
from answerable.approvals import Phase
from answerable.apps.approvals.held import all_held
from answerable.apps.approvals.place import open_approvals
from answerable.apps.approvals.refused import Refused
from answerable.apps.approvals.together import put_together
from answerable.apps.approvals.ways import read_ways
from answerable.apps.gate import open_gate
from answerable.exchange import Message, Role
from answerable.identity.operators import Operator
from answerable.ports.approvals import Kept
from answerable.roles import Assignment, Limits
from answerable.roles import Role as Duty
from answerable.testing import sample_approvals as some
from answerable.testing.memory_roles import MemoryRoles
from answerable.values import AssuranceLevel, ConversationId, CustomerId, WorkloadId
from answerable.values.errors import SettingsError

PROMISE = "As a Gold member, you qualify for a $200 travel voucher."
WORKLOAD, CONVERSATION = WorkloadId("bot"), ConversationId("c-1")


async def nobody(_: object) -> None:
    raise AssertionError("no act was held")


async def test_a_held_line_is_confirmed_and_heard(tmp_path: Path) -> None:
    roles, bundle = MemoryRoles(), built_in()
    ago = utc_now() - timedelta(days=1)
    roles.assign(Assignment(some.RUTH, Duty.APPROVER, Limits(), some.OWEN, ago))
    roles.own(WORKLOAD, some.OWEN)
    store = open_approvals(str(tmp_path / "l.db"), create=True)
    current = [bundle]
    async with open_gate(tmp_path / "l.db") as gate:
        made = put_together(store, gate.ledger, roles, shipped_duties(), lambda: current[0], nobody, utc_now)
        watching = asyncio.create_task(made.watch.run())
        exchange = gate.exchange(
            [Message(Role.USER, "My flight was late. What am I owed?")],
            workload=WORKLOAD, conversation=CONVERSATION, customer=CustomerId("u-1"),
        )  # fmt: skip
        verdict = await gate.check(exchange, PROMISE)
        assert "team" in verdict.text
        [decision] = await all_held(gate.ledger, verdict.trace)
        kept = await made.service.open(verdict.trace, decision)
        assert kept.state.request.owners == (some.OWEN,)
        assert str(kept.state.request.amount) == "200.00 USD"
        ruth = Operator(some.RUTH, "Ruth", AssuranceLevel.AAL2, utc_now())
        done = await made.service.approve(kept.state.request.id, ruth, kept.state.binds)
        assert isinstance(done, Kept)
        async with asyncio.timeout(20):
            while not (said := await made.outcomes.take_untold(WORKLOAD, CONVERSATION)):
                await asyncio.sleep(0.01)
        assert said == PROMISE
        # Under other rules what waits is void.
        again = await gate.check(
            gate.exchange(exchange.messages, workload=WORKLOAD, conversation=CONVERSATION), PROMISE
        )
        [decision] = await all_held(gate.ledger, again.trace)
        kept = await made.service.open(again.trace, decision)
        current[0] = replace(bundle, digest=some.digest("another bundle"))
        answer = await made.service.approve(kept.state.request.id, ruth, kept.state.binds)
        assert isinstance(answer, Refused)
        found = store.get(kept.state.request.id)
        assert found is not None
        assert found.state.phase is Phase.VOIDED
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    store.close()


WAYS = """
mail: {server: mail.shop.example, from: gate@shop.example, user: gate, password: env:MAIL, to: {"*": [a@b.example]}}
webhooks: [{url: "https://desk.shop.example/hooks", secret: env:DESK, older_secret: env:OLD}]
chats: [{url: env:CHAT}]
customers: [{url: "https://bot.shop.example/outcomes", secret: env:DESK, words: false}]
"""
SECRETS = {
    "MAIL": "correct horse",
    "DESK": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "OLD": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    "CHAT": "https://chat.shop.example/SECRET-PATH",
}


def test_ways_to_tell_people_are_read_from_a_file_that_holds_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "ways.yaml"
    path.write_text(WAYS)
    ways = read_ways(path, SECRETS, utc_now)
    assert [one.name for one in ways.notifiers] == [
        "mail mail.shop.example:587",
        "webhook desk.shop.example",
        "chat chat.shop.example",
    ]
    assert [one.name for one in ways.tellers] == ["webhook bot.shop.example"]
    assert "SECRET" not in repr(ways)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[]", "must be a mapping"),
        ("mails: {}", "'mails' is unknown"),
        ("webhooks: {}", "must be a list"),
        ("webhooks: [{url: 'https://x.example'}]", "'secret' is missing"),
        ("webhooks: [{url: 'https://x.example', secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}]", "is kept"),
        ("webhooks: [{url: 'https://x.example', secret: env:NONE}]", "not set"),
        ("webhooks: [{url: 'https://x.example', secret: env:MAIL}]", "whsec_"),
        ("webhooks: [{url: 'http://x.example', secret: env:DESK}]", "must be https"),
        ("chats: [{url: 'https://chat.shop.example/MfKQ9r8GKYqr'}]", "is kept"),
        ("customers: [{url: 'https://x.example', secret: env:DESK, words: 1}]", "true or false"),
        ("mail: {server: m.example, from: g@s.example, user: g, to: {'*': [a@s.example]}}", "go together"),
        ("mail: {server: m.example, from: g@s.example, tls: no, to: {'*': [a@s.example]}}", "starttls or"),
        ("mail: {server: 'm.example:0', from: g@s.example, to: {'*': [a@s.example]}}", "HOST:PORT"),
        ("mail: {server: m.example, from: g@s.example, to: [a@s.example]}", "mapping of queues"),
        ("mail: {server: m.example, from: g@s.example, to: {claims: [a@s.example]}}", "every other queue"),
        ("mail: [", "can't be read"),
    ],
)
def test_a_mistake_in_it_is_named_and_no_secret_is(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "ways.yaml"
    path.write_text(text)
    with pytest.raises(SettingsError) as error:
        read_ways(path, SECRETS, utc_now)
    assert told in str(error.value)
    assert "MfKQ9r8GKYqr" not in str(error.value)
