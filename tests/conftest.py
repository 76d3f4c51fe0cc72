"""What tests of several folders share."""

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from answerable.testing.postgres_server import PostgresServer
from answerable.testing.scenario_files import load_scenarios
from answerable.testing.script import Script
from answerable.testing.script_upstream import script_upstream
from answerable.testing.serving import serve_in_thread

if TYPE_CHECKING:
    from openai import OpenAI

# What a test finds never depends on how fast the machine is.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")

_ROOM = 2 * 1024**3
_numbers = itertools.count()


@pytest.fixture(scope="session")
def scenarios() -> dict[str, Script]:
    return load_scenarios()


@pytest.fixture(scope="session")
def upstream(scenarios: dict[str, Script]) -> Iterator[str]:
    with serve_in_thread(script_upstream(scenarios)) as url:
        yield url


@pytest.fixture(scope="session")
def client(upstream: str) -> Iterator["OpenAI"]:
    from openai import OpenAI  # noqa: PLC0415 – slow to import, and few tests need it

    with OpenAI(base_url=f"{upstream}/v1", api_key="none", max_retries=0) as openai:
        yield openai


@pytest.fixture(scope="session")
def cluster() -> Iterator[PostgresServer]:
    """One PostgreSQL server for all tests of this process. It fails where none is installed: nothing is skipped.

    In memory where there is room: a hundred databases are made here, and a killed process loses nothing there
    that it would not lose on a disk.
    """
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > _ROOM
    server = PostgresServer(memory) if roomy else PostgresServer()
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def postgres(cluster: PostgresServer) -> Iterator[PostgresServer]:
    """The server, running; it may be stopped, killed and frozen."""
    cluster.start()
    yield cluster
    cluster.thaw()


@pytest.fixture
def database(postgres: PostgresServer) -> Iterator[str]:
    """The DSN of an empty database."""
    name = f"test_{next(_numbers)}"
    postgres.sql(f"CREATE DATABASE {name}")
    yield postgres.dsn(name)
    postgres.start()
    postgres.thaw()
    postgres.sql(f"DROP DATABASE {name} WITH (FORCE)")
