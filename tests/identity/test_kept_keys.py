"""Keys are as fresh as their source: taken out of a file, an endpoint or an agent, they are gone here too."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from answerable.adapters.identity.https import HttpsDocument
from answerable.adapters.identity.issuers import customer_issuers, workload_issuers
from answerable.adapters.identity.refreshed import Fetched, Refreshed, Withdrawn
from answerable.adapters.identity.trust import AllBundles, bundle_endpoint, bundle_files, open_trust
from answerable.identity import TrustBundle, TrustDomain, bundle_map
from answerable.identity.keys import MOST_SET_BYTES
from answerable.testing.authorities import NOW, Domain, domain, pem, signer
from answerable.testing.https_endpoint import Endpoint, https_endpoint
from answerable.values import AssuranceLevel
from answerable.values.errors import IdentityError, SettingsError

SHOP = TrustDomain("shop.example")
EMPTY = {SHOP: TrustBundle(SHOP)}


@pytest.fixture
def shop() -> Domain:
    return domain()


class Clocks:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


# -- files ----------------------------------------------------------------------------------------


def test_a_key_taken_out_of_a_file_is_gone_at_the_next_look(tmp_path: Path, shop: Domain) -> None:
    file = tmp_path / "bundle.json"
    file.write_bytes(bundle_map([shop.bundle]))
    kept = bundle_files(file)
    before = kept.current()
    assert before[SHOP].jwt_authorities
    assert kept.current() is before
    file.write_bytes(bundle_map(EMPTY.values()))
    assert kept.current() == EMPTY
    assert not kept.problem


def test_a_change_within_the_same_tick_and_size_is_seen(tmp_path: Path, shop: Domain) -> None:
    file = tmp_path / "bundle.json"
    other = domain()
    ones = [bundle_map([TrustBundle(SHOP, (), one.bundle.jwt_authorities)]) for one in (shop, other)]
    assert len(ones[0]) == len(ones[1])
    file.write_bytes(ones[0])
    kept, stat = bundle_files(file), file.stat()
    kept.current()
    file.write_bytes(ones[1])
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert kept.current()[SHOP].jwt_authorities == other.bundle.jwt_authorities


def test_a_file_that_has_settled_is_not_read_again(tmp_path: Path, shop: Domain) -> None:
    file = tmp_path / "bundle.json"
    file.write_bytes(bundle_map([shop.bundle]))
    os.utime(file, (1, 1))
    kept = bundle_files(file)
    assert kept.current() is kept.current()
    file.replace(tmp_path / "other.json")
    (tmp_path / "other.json").rename(file)
    assert kept.current()[SHOP] == shop.bundle


@pytest.mark.parametrize("harm", ["removed", "cut", "replaced by a folder"])
def test_a_broken_file_trusts_nobody_until_it_is_mended(tmp_path: Path, shop: Domain, harm: str) -> None:
    file, whole = tmp_path / "bundle.json", bundle_map([shop.bundle])
    file.write_bytes(whole)
    kept = bundle_files(file)
    if harm == "cut":
        file.write_bytes(whole[:-10])
    else:
        file.unlink()
    if harm == "replaced by a folder":
        file.mkdir()
    for _ in range(2):
        assert kept.current() == {}
        assert kept.problem
    if harm == "replaced by a folder":
        file.rmdir()
    file.write_bytes(whole)
    assert kept.current()[SHOP] == shop.bundle
    assert not kept.problem


def test_a_folder_holds_a_file_for_each_trust_domain(tmp_path: Path, shop: Domain) -> None:
    partner = domain("partner.example")
    (tmp_path / "maps.json").write_bytes(bundle_map([shop.bundle]))
    alone = json.loads(bundle_map([partner.bundle]))["trust_domains"]["partner.example"]
    (tmp_path / "partner.example.json").write_text(json.dumps(alone))
    (tmp_path / "readme.txt").write_text("nothing")
    (tmp_path / ".hidden.json").write_text("nothing")
    kept = bundle_files(tmp_path)
    assert kept.current() == {SHOP: shop.bundle, partner.name: partner.bundle}
    (tmp_path / "partner.example.json").unlink()
    assert set(kept.current()) == {SHOP}


def test_two_files_of_one_trust_domain_are_refused(tmp_path: Path, shop: Domain) -> None:
    for name in ("one.json", "two.json"):
        (tmp_path / name).write_bytes(bundle_map([shop.bundle]))
    with pytest.raises(IdentityError, match=r"'shop.example' is in two files"):
        bundle_files(tmp_path)


@pytest.mark.parametrize("name", ["none.json", "none"])
def test_files_that_are_not_there_stop_the_start(tmp_path: Path, name: str) -> None:
    with pytest.raises(IdentityError, match="can't be read"):
        bundle_files(tmp_path / name)
    with pytest.raises(IdentityError, match=r"has no \.json file"):
        bundle_files(tmp_path)


def test_a_file_is_read_no_further_than_it_may_be_long(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_bytes(b" " * (MOST_SET_BYTES * 2))
    with pytest.raises(IdentityError, match="larger than"):
        bundle_files(tmp_path / "b.json")


# -- elsewhere ------------------------------------------------------------------------------------


class Source:
    """What is fetched, and how it fails."""

    def __init__(self, value: Any, again: int = 100, kept: int = 0) -> None:
        self.value, self.again, self.kept = value, again, kept
        self.asked = 0

    async def __call__(self, _: Any) -> Fetched[Any]:
        self.asked += 1
        if isinstance(self.value, Exception):
            raise self.value
        return Fetched(self.value, self.again, self.kept)


def refreshed(source: Callable[[Any], Awaitable[Fetched[Any]]], clocks: Clocks) -> Refreshed[Any]:
    return Refreshed("the keys of 'x'", source, {}, clock=clocks, monotonic=clocks.seconds)


async def test_the_last_good_keys_serve_for_five_intervals_and_no_longer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clocks, source = Clocks(), Source({"k": 1})
    kept = refreshed(source, clocks)
    assert kept.current() == {}
    assert kept.problem == "the keys of 'x': they were not fetched yet"
    assert await kept.refresh()
    source.value = IdentityError("no answer in time")
    clocks.move(499)
    assert not await kept.refresh()
    assert (kept.current(), kept.problem) == ({"k": 1}, "")
    assert "no answer in time; the last good keys are kept until 2026-11-30 12:08:20 UTC" in caplog.text
    clocks.move(1)
    assert kept.problem.endswith(": no answer in time")
    assert kept.current() == {}
    assert "the last good keys are given up: no answer in time" in caplog.text
    source.value = {"k": 2}
    assert await kept.refresh()
    assert (kept.current(), kept.problem) == ({"k": 2}, "")


async def test_keys_that_are_withdrawn_are_not_kept() -> None:
    clocks, source = Clocks(), Source({"k": 1})
    kept = refreshed(source, clocks)
    await kept.refresh()
    source.value = Withdrawn("none for us")
    assert await kept.refresh()
    assert (kept.current(), kept.problem) == ({}, "the keys of 'x': none for us")


async def test_a_defect_in_fetching_is_a_failure_like_any_other() -> None:
    clocks, source = Clocks(), Source(ZeroDivisionError("x"))
    kept = refreshed(source, clocks)
    assert not await kept.refresh()
    assert kept.problem == "the keys of 'x': ZeroDivisionError: x"


async def test_a_source_says_how_long_its_answer_may_serve() -> None:
    clocks, source = Clocks(), Source({"k": 1}, again=5, kept=1500)
    kept = refreshed(source, clocks)
    await kept.refresh()
    clocks.move(1499)
    assert kept.current() == {"k": 1}
    clocks.move(1)
    assert kept.current() == {}


async def test_no_source_makes_us_ask_at_once_or_never_again() -> None:
    for hint, lasts in ((0, 25), (10**9, 5 * 24 * 3600)):
        clocks = Clocks()
        kept = refreshed(Source({"k": 1}, again=hint), clocks)
        await kept.refresh()
        clocks.move(lasts - 1)
        assert kept.current() == {"k": 1}
        clocks.move(1)
        assert kept.current() == {}


async def test_strangers_with_unknown_keys_cannot_make_us_ask_all_the_time() -> None:
    clocks, source = Clocks(), Source({"k": 1})
    kept = refreshed(source, clocks)
    assert await kept.hurry()
    source.value = {"k": 2}
    assert not any([await kept.hurry() for _ in range(50)])
    assert source.asked == 1
    clocks.move(10)
    assert await kept.hurry()
    assert kept.current() == {"k": 2}


async def test_the_same_object_is_given_until_something_changes() -> None:
    clocks, source = Clocks(), Source({"k": 1})
    kept = refreshed(source, clocks)
    await kept.refresh()
    before, source.value = kept.current(), {"k": 1}
    assert not await kept.refresh()
    assert kept.current() is before


async def test_keys_are_fetched_until_cancelled() -> None:
    source = Source({"k": 1}, again=5)
    kept = refreshed(source, Clocks())
    task = asyncio.create_task(kept.run())
    while source.asked < 1:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert kept.current() == {"k": 1}


async def test_one_lost_answer_keeps_nobody_out_for_a_whole_interval() -> None:
    clocks, source, slept = Clocks(), Source(IdentityError("no answer in time")), list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        clocks.move(seconds)
        if len(slept) == 8:
            source.value = {"k": 1}
        if len(slept) == 9:
            source.value = IdentityError("no answer in time")
        if len(slept) == 11:
            raise asyncio.CancelledError

    kept: Refreshed[Any] = Refreshed(
        "x", source, {}, again=300, clock=clocks, monotonic=clocks.seconds, sleep=sleep
    )
    with pytest.raises(asyncio.CancelledError):
        await kept.run()
    # Then it is there, and asked for as often as the source says; then it fails again.
    assert slept == [5, 10, 20, 40, 80, 160, 300, 300, 100, 5, 10]
    assert kept.current() == {"k": 1}


# -- several --------------------------------------------------------------------------------------


async def test_bundles_of_one_trust_domain_from_two_sources_are_not_merged(
    tmp_path: Path, shop: Domain
) -> None:
    (tmp_path / "a.json").write_bytes(bundle_map([shop.bundle, domain("partner.example").bundle]))
    (tmp_path / "b.json").write_bytes(bundle_map([domain().bundle]))
    both = AllBundles([bundle_files(tmp_path / "a.json"), bundle_files(tmp_path / "b.json")])
    assert set(both.current()) == {"partner.example"}
    assert both.current() is both.current()
    assert both.problem == "the trust domain 'shop.example' has two sources; name one"
    (tmp_path / "b.json").write_bytes(bundle_map([domain("elsewhere.example").bundle]))
    assert set(both.current()) == {"partner.example", "shop.example", "elsewhere.example"}
    assert not both.problem
    await both.run()
    assert not await both.hurry()


def test_a_list_of_sources_names_each_ones_trust_domain(tmp_path: Path, shop: Domain) -> None:
    (tmp_path / "shop.json").write_bytes(bundle_map([shop.bundle]))
    listed = tmp_path / "trust.yaml"
    listed.write_text("- {trust_domain: shop.example, file: shop.json}\n")
    assert open_trust(str(listed)).current() == {SHOP: shop.bundle}
    listed.write_text("- {trust_domain: other.example, file: shop.json}\n")
    with pytest.raises(IdentityError, match=r"is to hold the trust bundle of 'other.example', and no other"):
        open_trust(str(listed))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "can't be used"),
        ("[]", "is empty"),
        ("- {trust_domain: a}", "name one of file, url and workload_api"),
        ("- {trust_domain: a, file: x, url: https://x}", "name one of file, url and workload_api"),
        ("- {url: https://x/}", "name the trust_domain"),
        ("- {trust_domain: A, url: https://x/}", "'A' is no trust domain"),
        ("- {trust_domain: a, url: http://x/}", "write https://HOST/PATH"),
        ("- {trust_domain: a, url: https://x@y/}", "write https://HOST/PATH"),
        ("- {trust_domain: a, url: https://x/, authorities: none.pem}", "holds no certificates"),
        ("- {trust_domain: a, flie: x}", "can't be used"),
        ("{", "can't be used"),
    ],
)
def test_a_list_of_sources_that_cannot_be_used_says_why(tmp_path: Path, text: str, said: str) -> None:
    listed = tmp_path / "trust.yaml"
    listed.write_text(text)
    with pytest.raises((SettingsError, IdentityError), match=said):
        open_trust(str(listed))
    with pytest.raises(SettingsError, match="can't be used"):
        open_trust(str(tmp_path / "none.yaml"))


# -- HTTPS ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    with https_endpoint(tmp_path_factory.mktemp("https")) as found:
        yield found


def document(endpoint: Endpoint) -> HttpsDocument:
    return HttpsDocument(endpoint.url, endpoint.authorities)


async def test_a_bundle_endpoint_gives_the_bundle_of_the_named_trust_domain(
    endpoint: Endpoint, shop: Domain
) -> None:
    endpoint.body = json.dumps(
        json.loads(bundle_map([shop.bundle]))["trust_domains"]["shop.example"]
    ).encode()
    kept = bundle_endpoint(SHOP, document(endpoint))
    assert await kept.refresh()
    assert kept.current() == {SHOP: shop.bundle}


async def test_a_bundle_that_is_older_than_the_last_is_not_taken(endpoint: Endpoint) -> None:
    kept = bundle_endpoint(SHOP, document(endpoint))
    for sequence, taken in ((3, 3), (2, 3), (4, 4)):
        endpoint.body = json.dumps({"keys": [], "spiffe_sequence": sequence}).encode()
        await kept.refresh()
        assert kept.current()[SHOP].sequence == taken


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (404, b"", "answered with status 404"),
        (302, b"", "answered with status 302"),
        (200, b"x" * (MOST_SET_BYTES + 1), "more than 1000000 bytes"),
        (200, b"{}", "has no 'keys'"),
    ],
)
async def test_an_endpoint_that_answers_otherwise_changes_nothing(
    endpoint: Endpoint, status: int, body: bytes, said: str
) -> None:
    endpoint.body = json.dumps({"keys": [], "spiffe_sequence": 1}).encode()
    kept = bundle_endpoint(SHOP, document(endpoint))
    await kept.refresh()
    before = kept.current()
    endpoint.status, endpoint.body = status, body
    try:
        assert not await kept.refresh()
        with pytest.raises(IdentityError, match=said):
            await bundle_endpoint(SHOP, document(endpoint))._fetch({})
    finally:
        endpoint.status = 200
    assert kept.current() is before


async def test_an_endpoint_whose_certificate_somebody_else_signed_is_not_believed(
    endpoint: Endpoint, tmp_path: Path
) -> None:
    asked = len(endpoint.asked)
    other = tmp_path / "other.pem"
    other.write_bytes(pem(signer("another authority").certificate))
    for found in (HttpsDocument(endpoint.url, other), HttpsDocument(endpoint.url)):
        with pytest.raises(IdentityError, match="certificate verify failed"):
            await found.read()
    with pytest.raises(IdentityError, match="can't be read"):
        await HttpsDocument(endpoint.url.replace("localhost", "127.0.0.1"), endpoint.authorities).read()
    assert len(endpoint.asked) == asked


# -- issuers --------------------------------------------------------------------------------------


def jwks(**keys: ECKey) -> bytes:
    return json.dumps(
        {"keys": [{**key.as_dict(private=False), "kid": kid} for kid, key in keys.items()]}
    ).encode()


def issuer_lines(keys: object, **more: object) -> str:
    return json.dumps([{"issuer": "https://i.example", "audience": "a", "keys": str(keys), **more}])


async def test_an_issuers_keys_are_looked_at_again_where_one_is_not_known(
    endpoint: Endpoint, tmp_path: Path
) -> None:
    old, new = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
    listed = tmp_path / "issuers.yaml"
    listed.write_text(
        issuer_lines(
            endpoint.url,
            authorities=str(endpoint.authorities),
            workload="spiffe://a/{sub}",
            require={"x/y": "z"},
        )
    )
    endpoint.body = jwks(old=old)
    issuers = workload_issuers(listed)
    assert issuers.problem == "the keys of 'https://i.example': they were not fetched yet"
    assert await issuers.hurry("https://i.example")
    assert not await issuers.hurry("https://other.example")
    found = issuers.current()["https://i.example"]
    assert set(found.issuer.keys) == {"old"}
    assert (found.issuer.audience, found.require) == ("a", ((("x", "y"), "z"),))
    assert not issuers.problem
    endpoint.body = jwks(new=new)
    task = asyncio.create_task(issuers.run())
    while set(issuers.current()["https://i.example"].issuer.keys) != {"new"}:
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_an_issuers_keys_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_bytes(jwks(k=ECKey.generate_key("P-256")))
    listed = tmp_path / "issuers.yaml"
    listed.write_text(issuer_lines("keys.json", assurance={"otp": "aal2", "pwd": "none"}))
    found = customer_issuers(listed).current()["https://i.example"]
    assert set(found.issuer.keys) == {"k"}
    assert found.assurance == {"otp": AssuranceLevel.AAL2, "pwd": AssuranceLevel.NONE}
    (tmp_path / "keys.json").write_text("{}")
    with pytest.raises(SettingsError, match="has no 'keys'"):
        customer_issuers(listed)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "is empty"),
        ("- {issuer: i, keys: k.json}", "missing required field `audience`"),
        ("- {issuer: i, audience: a, keys: k.json, workload: x, typo: 1}", "unknown field `typo`"),
        ("- {issuer: '', audience: a, keys: k.json, workload: 'spiffe://a/{sub}'}", "has a name of its own"),
        ("- {issuer: i, audience: '', keys: k.json, workload: 'spiffe://a/{sub}'}", "an audience"),
        ("- {issuer: i, audience: a, keys: http://i/keys, workload: 'spiffe://a/{sub}'}", "write https://"),
        ("- {issuer: i, audience: a, keys: none.json, workload: 'spiffe://a/{sub}'}", "can't be read"),
        ("- {issuer: i, audience: a, keys: k.json, workload: 'spiffe://a/b'}", "does not name workloads"),
        ("- {issuer: i, audience: a, keys: k.json}", "does not name workloads"),
        ("- &i {issuer: i, audience: a, keys: k.json, workload: 'spiffe://a/{sub}'}\n- *i", "of its own"),
    ],
)
def test_a_list_of_issuers_that_cannot_be_used_says_why(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "k.json").write_bytes(jwks(k=ECKey.generate_key("P-256")))
    listed = tmp_path / "issuers.yaml"
    listed.write_text(text)
    with pytest.raises(SettingsError, match=said):
        workload_issuers(listed)


def test_a_level_of_assurance_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    (tmp_path / "k.json").write_bytes(jwks(k=ECKey.generate_key("P-256")))
    listed = tmp_path / "issuers.yaml"
    listed.write_text(issuer_lines("k.json", assurance={"otp": "aal4"}))
    with pytest.raises(SettingsError, match="aal4"):
        customer_issuers(listed)


async def test_whoever_hurries_while_keys_are_fetched_waits_for_them() -> None:
    arrived = asyncio.Event()

    async def fetch(_: str) -> Fetched[str]:
        await arrived.wait()
        return Fetched("keys", 300)

    kept = Refreshed("somebody", fetch, "")
    first = asyncio.create_task(kept.refresh())
    await asyncio.sleep(0)
    hurried = asyncio.create_task(kept.hurry())
    await asyncio.sleep(0)
    assert not hurried.done()
    arrived.set()
    assert await hurried
    assert await first
    assert kept.current() == "keys"
