"""Bundles for the tests: the built-in one's files, and what each test changes of them."""

from importlib import resources

from answerable.claims import Claim, Force, Polarity, Subject
from answerable.decisions import Bundle, parse

Files = dict[str, bytes]

PERMIT = '@id("yes") @owner("ana") @because("it may") permit (principal, action, resource);\n'


def built_in_files() -> Files:
    folder = resources.files("answerable.decisions") / "default"
    return {item.name: item.read_bytes() for item in folder.iterdir() if item.is_file()}


def with_policies(*policies: str) -> Bundle:
    """The built-in bundle with other policies."""
    return parse(built_in_files() | {"policies.cedar": "\n".join(policies).encode()})


def forbid(name: str, outcome: str = "hold", when: str = "true", more: str = "") -> str:
    return (
        f'@id("{name}") @owner("ben") @because("{name} says no") @outcome("{outcome}") {more} '
        f"forbid (principal, action, resource) when {{ {when} }};\n"
    )


def claim(force: Force, polarity: Polarity = Polarity.NEUTRAL, subject: Subject = Subject.REFUND) -> Claim:
    return Claim(force, polarity, subject, (), 900, ("a-rule",), "reader-1")
