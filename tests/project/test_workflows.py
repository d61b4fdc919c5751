"""The workflows, which never ran: they fit their schema, build the wheels they should, and give away no more than they must.

Skipped where the tools of the group `release` are not installed: `make workflows` installs them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("cibuildwheel")
pytest.importorskip("check_jsonschema")
ruamel_yaml = pytest.importorskip("ruamel.yaml")

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))

each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def load(path: Path) -> dict[str, Any]:
    return dict(ruamel_yaml.YAML(typ="safe").load(path))


def run(*command: str) -> str:
    """What a tool prints, without a network to look anything up."""
    environment = os.environ | {"HTTPS_PROXY": "http://127.0.0.1:9", "GITHUB_ACTIONS": ""}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@each_workflow
def test_it_fits_the_schema(path: Path) -> None:
    run("check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(path))


@each_workflow
def test_every_action_is_pinned_to_a_commit(path: Path) -> None:
    used = re.findall(r"uses: (.+)", path.read_text(encoding="utf-8"))
    assert used
    assert [action for action in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)+", action)] == []


@each_workflow
def test_no_job_may_more_than_it_says(path: Path) -> None:
    workflow = load(path)
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        assert job["timeout-minutes"] <= 120
        may_write = {right for right, level in job["permissions"].items() if level == "write"}
        assert may_write == ({"id-token", "attestations"} if name == "publish" else set())


@each_workflow
def test_no_text_from_outside_is_put_into_a_command(path: Path) -> None:
    commands = [step.get("run", "") for job in load(path)["jobs"].values() for step in job["steps"]]
    assert [command for command in commands if "${{" in command] == []


def test_nothing_is_published_but_from_a_tag_after_all_builds() -> None:
    publish = load(ROOT / ".github" / "workflows" / "wheels.yml")["jobs"]["publish"]
    assert set(publish["needs"]) == {"wheel", "sdist"}
    assert "refs/tags/v" in publish["if"]
    assert publish["environment"] == "release"


@pytest.mark.parametrize(
    ("platform", "architecture", "wheels"),
    [
        ("linux", "x86_64", ["cp311-manylinux_x86_64", "cp311-musllinux_x86_64"]),
        ("linux", "aarch64", ["cp311-manylinux_aarch64", "cp311-musllinux_aarch64"]),
        ("macos", "x86_64", ["cp311-macosx_x86_64"]),
        ("macos", "arm64", ["cp311-macosx_arm64"]),
        ("windows", "AMD64", ["cp311-win_amd64"]),
    ],
)
def test_cibuildwheel_would_build_one_wheel_for_each_platform(platform: str, architecture: str, wheels: list[str]) -> None:
    """The architecture is that of the runner: `auto64` in the configuration."""
    printed = run("cibuildwheel", "--platform", platform, "--archs", architecture, "--print-build-identifiers", ".")
    assert printed.split() == wheels


def test_there_is_a_runner_for_each_platform() -> None:
    builds = load(ROOT / ".github" / "workflows" / "wheels.yml")["jobs"]["wheel"]["strategy"]["matrix"]["include"]
    assert [build["platform"] for build in builds] == [
        "linux-x86_64",
        "linux-aarch64",
        "macos-x86_64",
        "macos-arm64",
        "windows-amd64",
    ]


def test_what_the_wheels_are_tested_with_is_there() -> None:
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["cibuildwheel"]
    commands = configuration["test-command"] + configuration["overrides"][0]["test-command"]
    named = [path for command in commands for path in re.findall(r"\{project\}/(\S+)", command)]
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []
