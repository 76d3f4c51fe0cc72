"""People, roles and held acts made up for tests, and strategies that draw them."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from answerable.identity.operators import Operator
from answerable.roles import Approvable, Assignment, Hours, Limits, Role
from answerable.values import AssuranceLevel, Money, OperatorId

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)  # a Monday
RUTH, SAM, ANA = (OperatorId(f"https://login.shop.example#{name}") for name in ("ruth", "sam", "ana"))
PEOPLE = (RUTH, SAM, ANA)
BOT = "spiffe://shop.example/bot"
EURO = Money(10_000, "EUR")


def operator(
    who: OperatorId = RUTH, level: AssuranceLevel = AssuranceLevel.AAL2, ago: timedelta = timedelta(minutes=1)
) -> Operator:
    return Operator(who, "Ruth O.", level, NOW - ago)


def has(
    role: Role,
    who: OperatorId = RUTH,
    limits: Limits | None = None,
    since: datetime = NOW - timedelta(days=1),
    until: datetime | None = None,
) -> Assignment:
    return Assignment(who, role, limits or Limits(), ANA, since, until)


def wanted(
    route: str | None = "refunds",
    subjects: frozenset[str] = frozenset({"refund"}),
    amount: Money | None = EURO,
    region: str | None = "eu",
    requester: str = BOT,
    owners: frozenset[OperatorId] = frozenset({SAM}),
) -> Approvable:
    return Approvable("act", route, subjects, amount, region, requester, owners)


ROUTES, SUBJECTS, REGIONS = ("refunds", "claims"), ("refund", "delivery"), ("eu", "us")
monies = st.builds(Money, st.sampled_from((-1, 0, 5_000, 10_000, 20_000)), st.sampled_from(("EUR", "USD")))
limit_amounts = st.builds(Money, st.sampled_from((0, 5_000, 10_000)), st.sampled_from(("EUR", "USD")))


def names(known: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(known), min_size=1)


limits = st.builds(
    Limits,
    routes=st.none() | names(ROUTES),
    subjects=st.none() | names(SUBJECTS),
    amount=st.none() | limit_amounts,
    regions=st.none() | names(REGIONS),
    hours=st.none()
    | st.builds(
        Hours,
        st.frozensets(st.integers(0, 6), min_size=1),
        st.sampled_from((0, 480, 720)),
        st.sampled_from((721, 1080, 1440)),
    ),
)
minutes = st.integers(-30, 60).map(lambda count: timedelta(minutes=count))
assignments = st.builds(
    Assignment,
    operator=st.sampled_from(PEOPLE),
    role=st.sampled_from(Role),
    limits=limits,
    given_by=st.sampled_from(PEOPLE),
    since=minutes.map(lambda ago: NOW - ago),
    until=st.none() | minutes.map(lambda ahead: NOW + ahead),
)
operators = st.builds(
    Operator,
    id=st.sampled_from(PEOPLE),
    name=st.sampled_from(("Ruth", "administrator", "approver")),
    level=st.sampled_from(AssuranceLevel),
    authenticated_at=minutes.map(lambda ago: NOW - ago),
)
approvables = st.builds(
    Approvable,
    kind=st.sampled_from(("act", "line")),
    route=st.none() | st.sampled_from(ROUTES),
    subjects=st.frozensets(st.sampled_from(SUBJECTS)),
    amount=st.none() | monies,
    region=st.none() | st.sampled_from(REGIONS),
    requester=st.just(BOT) | st.sampled_from(PEOPLE),
    requester_owners=st.frozensets(st.sampled_from(PEOPLE), max_size=2),
)
