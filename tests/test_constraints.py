"""What is installed is known by exact version and hash, and what serves has no tools of tests."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SERVES, CHECKS = "constraints.txt", "constraints-dev.txt"
LOCKS = (SERVES, CHECKS, "constraints-cpu.txt", "constraints-cuda.txt")
PIN = re.compile(
    r"(?P<name>[\w.-]+)==(?P<version>[\w.+!]+)(?: ; platform_system == 'Linux')?"
    r"(?P<hashes>(?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n"
)


def locked(name: str) -> dict[str, str]:
    """The version of each package that a file has."""
    text = (ROOT / name).read_text(encoding="utf-8")
    assert PIN.sub("", text) == "", "something beside exact versions with their hashes"
    return {canonicalize_name(pin["name"]): pin["version"] for pin in PIN.finditer(text)}


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_has_an_exact_version_and_the_hashes_of_its_files(name: str) -> None:
    assert locked(name)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        (SERVES, PROJECT["dependencies"]),
        (CHECKS, PROJECT["optional-dependencies"]["dev"]),
    ],
)
def test_what_the_project_asks_for_is_locked_where_it_belongs(name: str, asked: list[str]) -> None:
    versions = locked(SERVES) | locked(name)
    for each in map(Requirement, asked):
        assert each.specifier.contains(versions[canonicalize_name(each.name)]), each


def test_what_serves_has_no_tool_of_those_that_check_and_test() -> None:
    tools = {"pytest", "playwright", "oidc-provider-mock", "flask", "schemathesis", "hypothesis"}
    assert not tools & locked(SERVES).keys()
    assert not locked(SERVES).keys() & locked(CHECKS).keys()


def test_both_builds_of_torch_are_of_one_release() -> None:
    assert locked("constraints-cpu.txt")["torch"] == f"{locked(SERVES)['torch']}+cpu"
