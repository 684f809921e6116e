"""Tests that share what is made once a module run on one worker (`tests/conftest.py`)."""

import pytest


def test_the_tests_of_a_file_run_on_one_worker(request: pytest.FixtureRequest) -> None:
    grouped = request.config.getoption("loadgroup", default=False)
    assert request.node.nodeid.endswith("@test_groups") == bool(grouped)
