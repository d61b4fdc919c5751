"""Usage: cross_files.py MACHINE FOLDER

Run the package on an emulated machine of another kind: it must write the same bytes there as here, and each must read the
files of the other. On a big-endian machine the bytes of each number in a file must be reversed.

It needs Debian's apt-get, the compiler for that machine, and QEMU. That machine's Python and C library are downloaded into
FOLDER; nothing is installed. The extension is compiled from the C that cffi generated for this machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXCHANGE = ROOT / "tests" / "exchange.py"
GLUE = ROOT / "build" / "extension" / "text_processor._textproc_cffi.c"

# Debian's name of the machine, and the prefix of its tools.
MACHINES = {"s390x": ("s390x", "s390x-linux-gnu-"), "aarch64": ("arm64", "aarch64-linux-gnu-")}
PACKAGES = ["python3-minimal", "libpython3-stdlib", "libpython3-dev", "python3-cffi-backend"]
# Python pickles arrays in the byte order of the machine, and names that order.
IN_OWN_ORDER = {"numbers.pickle"}
FLAGS = ["-std=c11", "-D_DEFAULT_SOURCE", "-O2", "-fPIC", "-fvisibility=hidden", "-pthread"]


def run(*command: str | Path, **variables: str) -> str:
    """Return the output of a command; if it fails, show its errors and exit."""
    words = list(map(str, command))
    done = subprocess.run(words, env=os.environ | variables, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}\n{' '.join(words)} failed with {done.returncode}")
    return done.stdout


def fetch_system(architecture: str, folder: Path) -> Path:
    """Unpack the files of that machine's Python; packages that are present are not downloaded again."""
    root = folder / "root"
    if (root / "usr" / "bin" / "python3").exists():
        return root
    for name in ("state/lists/partial", "cache/archives/partial", "root"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "state" / "status").touch()
    settings = {
        "APT::Architecture": architecture,
        "APT::Architectures": architecture,
        "Dir::State": str(folder / "state"),
        "Dir::State::status": str(folder / "state" / "status"),
        "Dir::Cache": str(folder / "cache"),
        "Debug::NoLocking": "1",
    }
    apt = ["apt-get", "-qq", "--yes", *(f"--option={name}={value}" for name, value in settings.items())]
    run(*apt, "update")
    run(*apt, "--no-install-recommends", "--download-only", "install", *PACKAGES)
    for package in sorted((folder / "cache" / "archives").glob("*.deb")):
        run("dpkg-deb", "--extract", package, root)
    return root


def build_package(prefix: str, root: Path, folder: Path) -> Path:
    """Build the package for that machine in a folder, and return it."""
    shutil.rmtree(folder, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__", "*.so")
    shutil.copytree(ROOT / "text_processor", folder / "text_processor", ignore=ignored)
    (headers,) = (root / "usr" / "include").glob("python3.*")
    includes = [f"-I{ROOT / 'csrc'}", f"-I{headers}", f"-I{root / 'usr' / 'include'}"]
    sources = [GLUE, *sorted((ROOT / "csrc").rglob("*.c"))]

    def compiled(source: Path) -> Path:
        made = folder / "objects" / source.relative_to(ROOT).with_suffix(".o")
        made.parent.mkdir(parents=True, exist_ok=True)
        run(f"{prefix}gcc", *FLAGS, *includes, "-c", source, "-o", made)
        return made

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = list(pool.map(compiled, sources))
    run(f"{prefix}gcc", "-shared", "-pthread", *objects, "-lm", "-o", folder / "text_processor" / "_textproc_cffi.abi3.so")
    return folder


def main() -> None:
    machine, folder = sys.argv[1], Path(sys.argv[2]).resolve()
    architecture, prefix = MACHINES[machine]
    missing = [tool for tool in ("apt-get", f"{prefix}gcc", f"qemu-{machine}") if shutil.which(tool) is None]
    if missing:
        print(f"skipped: files of {machine} need {', '.join(missing)}, which is not installed")
        return
    root = fetch_system(architecture, folder)
    package = build_package(prefix, root, folder / "package")
    path = os.pathsep.join([str(package), str(root / "usr" / "lib" / "python3" / "dist-packages")])

    here, there = folder / "here", folder / "there"
    native: list[str | Path] = [sys.executable, EXCHANGE]
    emulated: list[str | Path] = [f"qemu-{machine}", "-L", root, root / "usr" / "bin" / "python3", EXCHANGE]
    for written in (here, there):
        shutil.rmtree(written, ignore_errors=True)
    run(*native, "write", here)
    run(*emulated, "write", there, PYTHONPATH=path)
    names = sorted(file.name for file in here.iterdir() if file.name not in IN_OWN_ORDER)
    different = [name for name in names if (here / name).read_bytes() != (there / name).read_bytes()]
    if different:
        sys.exit(f"{machine} writes other bytes: {', '.join(different)}")
    print(f"{machine}: {', '.join(names)} are the same to the byte")
    run(*native, "read", there)
    print(f"{machine}: what was written there is read here, and the other way round")
    print(run(*emulated, "read", here, PYTHONPATH=path).strip())


if __name__ == "__main__":
    main()
