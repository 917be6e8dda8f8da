"""The OpenAPI document against the server, by machine: whatever it allows gets a fitting answer."""

from collections.abc import Callable
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from serving import RunningServer

from pinpoint3d.server.app import create_app

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Do not use the `random` module")  # schemathesis' own
def test_whatever_the_document_allows_gets_an_answer_that_it_describes(
    server: RunningServer, scan: Path
):
    session = server.open(scan)
    document = create_app(server.services).openapi()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=f"http://127.0.0.1:{server.port}")
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()

        @settings(
            max_examples=8,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=[
                HealthCheck.too_slow,
                HealthCheck.filter_too_much,
                HealthCheck.data_too_large,
            ],
            database=None,
            derandomize=True,
        )
        @given(case=operation.as_strategy(), known=st.booleans())
        def check(case: Case, known: bool) -> None:
            if known and "session" in (case.path_parameters or {}) and case.method != "DELETE":
                case.path_parameters["session"] = session
            case.call_and_validate(checks=CHECKS, timeout=60)

        check()


def test_every_route_is_described_and_the_page_of_it_needs_no_script(server: RunningServer):
    page = server.request("GET", "/docs")
    assert page.status_code == 200
    assert "<script" not in page.text
    for path in server.request("GET", "/openapi.json").json()["paths"]:
        assert path in page.text


def test_health_is_told_while_nothing_else_is(serve: Callable[..., RunningServer]):
    server = serve(token="secret")
    assert server.request("GET", "/healthz").json()["status"] == "ok"
    assert server.request("GET", "/readyz").status_code in (200, 503)
    metrics = server.request("GET", "/metrics", headers={"Authorization": "Bearer secret"})
    assert "pinpoint3d_ack_seconds_count" in metrics.text
