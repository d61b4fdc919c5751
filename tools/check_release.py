"""Usage: check_release.py FOLDER

Check whether the files in FOLDER, made by build_release.py, may be released from this checkout. It lists everything that
prevents that, or says what to do next, and changes nothing.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

import licences

ROOT = Path(__file__).resolve().parent.parent
PAGES = ["README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/releases.md", "docs/platforms.md"]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def told_versions() -> dict[str, str]:
    """Return the version that each file states."""
    core = re.findall(r"^#define TP_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)$", read("csrc/textproc/base.h"), re.MULTILINE)
    return {
        "pyproject.toml": tomllib.loads(read("pyproject.toml"))["project"]["version"],
        "csrc/textproc/base.h": ".".join(core) or "nothing",
    }


def version_complaints(told: dict[str, str]) -> Iterator[str]:
    (first, version), *others = told.items()
    yield from (f"{place} says {other}, and {first} says {version}" for place, other in others if other != version)
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        yield f"{first}: {version} is no version of three numbers"


def changelog_complaints(changelog: str, version: str) -> Iterator[str]:
    """Check that the top section is for this version, has a date, and uses the headings of Keep a Changelog."""
    sections = re.findall(r"^## \[(.+?)\](?: - (.+))?$", changelog, re.MULTILINE)
    top, date = sections[0] if sections else ("nothing", "")
    if top != version:
        yield f"CHANGELOG.md begins with {top}, not with {version}"
    elif not re.fullmatch(r"\d{4}-\d\d-\d\d", date):
        yield f"CHANGELOG.md: {version} has no date, but {date or 'nothing'}"
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    yield from (
        f"CHANGELOG.md: {kind} is no kind of change"
        for kind in re.findall(r"^### (.+)$", changelog, re.MULTILINE)
        if kind not in kinds
    )


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def tree_complaints(version: str) -> Iterator[str]:
    try:
        changed = git("status", "--porcelain").splitlines()
    except (OSError, subprocess.CalledProcessError) as error:
        yield f"this is no checkout of git: {error}"
        return
    yield from (f"not committed: {line.split(maxsplit=1)[1]}" for line in changed)
    if git("tag", "--list", f"v{version}"):
        yield f"the tag v{version} is there already"


def package_complaints(folder: Path, version: str) -> Iterator[str]:
    names = sorted(path.name for path in folder.iterdir())
    if f"text_processor-{version}.tar.gz" not in names:
        yield f"{folder} has no sdist of {version}"
    if not any(re.fullmatch(rf"text_processor-{re.escape(version)}-cp311-abi3-manylinux\w+\.whl", name) for name in names):
        yield f"{folder} has no wheel of {version} for CPython 3.11 and later"
    if len(names) != 2:
        yield f"{folder} has more than an sdist and a wheel: {', '.join(names)}"


def sdist_complaints(members: list[str], tracked: set[str]) -> Iterator[str]:
    """Check that the sdist has only files of the repository, and what the build adds."""
    files = [name.partition("/")[2] for name in members]
    added = [name for name in files if name not in {"PKG-INFO", "setup.cfg"} and ".egg-info/" not in name]
    yield from (f"the sdist has {name}, which is not committed" for name in added if name not in tracked)


def page_complaints() -> Iterator[str]:
    yield from (f"{name} is missing" for name in PAGES if not (ROOT / name).exists())
    page = read("docs/releases.md")
    if page != licences.with_table(page, licences.USERS_EXTRAS):
        yield "docs/releases.md does not list the licences that the packages have: tools/licences.py docs/releases.md --write"


def main() -> None:
    folder = Path(sys.argv[1])
    told = told_versions()
    version = told["pyproject.toml"]
    with tarfile.open(next(folder.glob("*.tar.gz"))) as sdist:
        members = [member.name for member in sdist if member.isfile()]
    complaints = [
        *version_complaints(told),
        *changelog_complaints(read("CHANGELOG.md"), version),
        *tree_complaints(version),
        *package_complaints(folder, version),
        *sdist_complaints(members, set(git("ls-files").splitlines())),
        *page_complaints(),
    ]
    if complaints:
        sys.exit("\n".join(["not to be released yet:", *(f"- {complaint}" for complaint in complaints)]))
    print(f"text_processor {version} may be released. What is left to do:")
    print(f"  git tag --sign v{version} --message 'text_processor {version}'")
    print(f"  git push origin v{version}")
    print("  approve the environment release, when .github/workflows/wheels.yml asks for it")
    print("  compare the published sdist with the one here: it should be the same to the byte")


if __name__ == "__main__":
    main()
