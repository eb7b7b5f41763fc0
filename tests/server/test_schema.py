"""What `/openapi.json` says is true: generated calls get the answers that it describes."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]

from tests.server.running import Server

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    server = Server(tmp_path_factory.mktemp("schema")).start()
    yield schemathesis.openapi.from_url(f"{server.url}/openapi.json", wait_for_schema=10)
    server.stop()


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_calls_are_answered_as_described(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate(checks=CHECKS, timeout=30)
