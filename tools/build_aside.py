"""Build the package with other flags, in a separate environment that has all the tools of the running one.

    TEXTPROC_CFLAGS="-Og -g" .venv/bin/python tools/build_aside.py FOLDER [--python PYTHON]

FOLDER/bin/python then imports the package's Python files and stubs from the checkout, the extension compiled with these flags,
and the packages of the running environment, which stays unchanged. With --python the environment is made for another
interpreter. The extension uses the limited API, so it works there too; pip installs what it needs.

Run it with PYTHONSAFEPATH=1 from the project's folder: otherwise the package there, with the usual extension, comes first.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "text_processor"


def run(*command: str | Path) -> None:
    """Run a command, and show its output only if it fails."""
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}")


def build_extension(library: Path, objects: Path) -> None:
    run(sys.executable, "setup.py", "build_ext", "--build-lib", library, "--build-temp", objects)
    for path in filter(Path.is_file, PACKAGE.rglob("*")):
        if path.suffix in {".so", ".pyc"}:
            continue
        link = library / path.relative_to(ROOT)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path)


def make_environment(folder: Path, python: str, paths: list[Path]) -> Path:
    """Make an environment that also looks into other folders, in this order; return its interpreter."""
    run(python, "-m", "venv", "--without-pip", folder)
    (site_packages,) = folder.glob("lib/python*/site-packages")
    (site_packages / "aside.pth").write_text("".join(f"{path}\n" for path in paths), encoding="utf-8")
    return folder / "bin" / "python"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--python", help="the interpreter of the new environment (the one that runs this)")
    options = parser.parse_args()
    folder = options.folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    library = folder / "package"
    build_extension(library, folder / "objects")
    if options.python is None:
        make_environment(folder, sys.executable, [library, Path(sysconfig.get_path("purelib"))])
        return
    interpreter = make_environment(folder, options.python, [library])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    run(sys.executable, "-m", "pip", "--python", interpreter, "install", "--quiet", *project["dependencies"])


if __name__ == "__main__":
    main()
