"""What the documentation shows is what happens: its examples run, its commands exist, its links lead somewhere.

How a block is followed depends on its language; `tests/project/blocks.py` has a method for each.
"""

from __future__ import annotations

import gc
import re
import tomllib
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path

import pytest
from blocks import Follower, blocks

import text_processor

ROOT = Path(__file__).resolve().parents[2]
README, CONTRIBUTING, CHANGELOG = (ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "CHANGELOG"))
GUIDES = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [*sorted(ROOT.glob("*.md")), *GUIDES]
MAKEFILES = [ROOT / "Makefile", *sorted((ROOT / "make").glob("*.mk"))]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


pages = pytest.mark.parametrize("page", PAGES, ids=name_of)

# The blocks that nothing runs, with their reasons. What cannot be tried may be wrong: think twice before one is added.
NOT_RUN = {
    "CONTRIBUTING.md": ["runs these tests"],
    "docs/benchmarks.md": ["measures this machine", "measures this machine", "measures this machine"],
    "docs/core/index.md": ["installs; `make cmake` does the same"],
    "docs/howto/dask.md": ["installs packages", *["needs a cluster and its files"] * 4],
    "docs/howto/published-vocabulary.md": ["downloads a vocabulary", "needs a published file"],
    "docs/howto/ray.md": ["installs packages", *["needs a cluster and its files"] * 4],
    "docs/howto/spark.md": ["installs packages", *["needs a cluster and its files"] * 4],
    "docs/platforms.md": ["installs packages"],
    "docs/profiling.md": ["needs a process that is running", "measures this machine", "measures this machine"],
    "docs/security.md": ["measures this machine"],
}

# What a page may import besides the package and the standard library; where one is missing its page is skipped.
OPTIONAL = re.compile(
    r"^(?:>>> |\.\.\. | *)*(?:import|from) "
    r"(dask|duckdb|numpy|pandas|polars|pyarrow|rustbpe|sklearn|tiktoken|tokenizers|tqdm)\b",
    re.M,
)

CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
MAKE = re.compile(r"\bmake ((?:[A-Z]+=\S+ )*)([a-z][a-z0-9-]*)")
FILE = re.compile(r"(?:csrc|text_processor|stubs|tests|tools|benchmarks|examples|docs|\.ci)/[\w./-]*")
STAND_IN = re.compile(r"<!-- This page is (\S+) -->\n")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def code_of(page: Path) -> str:
    return "\n".join(CODE.findall(read(page)))


def make_targets(*, listed: bool = False) -> set[str]:
    """The targets of make, or those that `make help` and `make help-more` list."""
    rule = r"^([a-z][a-z0-9-]*):" + (".*## " if listed else "")
    return {target for file in MAKEFILES for target in re.findall(rule, read(file), re.MULTILINE)}


def anchor(heading: str) -> str:
    """The name under which a heading can be linked to."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


# ---- Blocks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [page for page in PAGES if "```" in read(page)], ids=name_of)
def test_blocks_show_what_happens(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in sorted(set(OPTIONAL.findall(read(page)))):
        if find_spec(module) is None:
            pytest.skip(f"{module} is not installed")
    monkeypatch.chdir(tmp_path)
    gc.collect()  # or what other pages have left is freed while this one speaks of memory
    Follower(name_of(page), read(page), tmp_path).follow()


def test_only_these_blocks_are_not_run() -> None:
    reasons = defaultdict(list)
    for page in PAGES:
        for block in blocks(read(page)):
            if block.mark == "not run":
                reasons[name_of(page)].append(block.reason)
    assert reasons == NOT_RUN


def test_the_page_of_extras_has_each() -> None:
    project = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]
    listed = re.findall(r"^\| `(\w+)` \|", read(ROOT / "docs/howto/extras.md"), re.MULTILINE)
    assert listed == sorted(project["optional-dependencies"])


def test_the_readme_is_short() -> None:
    assert len(read(README).split()) <= 700


@pytest.mark.parametrize("page", [README, ROOT / "docs/index.md", ROOT / "docs/tour.md"], ids=name_of)
def test_examples_show_an_exception(page: Path) -> None:
    assert "Traceback (most recent call last):" in read(page)


# ---- The shell -------------------------------------------------------------------------------------------------------


@pages
def test_targets_of_make_exist(page: Path) -> None:
    assert {target for _, target in MAKE.findall(code_of(page))} <= make_targets()


def test_every_target_of_make_is_explained() -> None:
    assert {target for _, target in MAKE.findall(code_of(CONTRIBUTING))} >= make_targets(listed=True)


# ---- Links and names -------------------------------------------------------------------------------------------------


@pages
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(read(page)):
        if target.startswith(("https://", "http://")):
            continue
        path, _, fragment = target.partition("#")
        linked = page.parent / path if path else page
        assert linked.exists(), target
        if linked.suffix == ".png":
            continue
        if stand_in := STAND_IN.fullmatch(read(linked)):
            linked = ROOT / stand_in[1]
        if fragment:
            assert fragment in map(anchor, HEADING.findall(read(linked))), target


@pages
def test_named_files_exist(page: Path) -> None:
    named = [span for span in re.findall(r"`([^`\n]+)`", read(page)) if FILE.fullmatch(span)]
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_changelog_knows_this_version() -> None:
    assert f"## [{text_processor.__version__}]" in read(CHANGELOG)
