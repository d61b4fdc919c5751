"""What pyproject.toml cannot say: the cffi module, how it is compiled, the wheel's abi3 tag, where the stubs go, how the same
sources make the same archives, to the byte, and the README as a package index shows it.
"""

from __future__ import annotations

import gzip
import os
import re
import shlex
import shutil
import sysconfig
import tarfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

# Archives tell no time, unless one is asked for: 1980-01-01, the first that a zip file can hold.
os.environ.setdefault("SOURCE_DATE_EPOCH", "315532800")


class BdistWheel(bdist_wheel):
    """Tags the wheel for every CPython from 3.11 on, where cffi builds the extension so."""

    def finalize_options(self) -> None:
        extensions = self.distribution.ext_modules or []
        limited = all(getattr(extension, "py_limited_api", False) for extension in extensions)
        if limited and not sysconfig.get_config_var("Py_GIL_DISABLED"):
            self.py_limited_api = "cp311"
        super().finalize_options()

    def write_wheelfile(self, *arguments: Any, **options: Any) -> None:
        super().write_wheelfile(*arguments, **options)
        # The last step before the archive, which takes over the permissions of files, and so the umask they were made under.
        for path in Path(str(self.bdist_dir)).rglob("*"):
            path.chmod(0o755 if path.is_dir() or path.suffix == ".so" else 0o644)


class Sdist(sdist):
    """Archives whose members tell nothing of who packed them and when."""

    def make_archive(self, base_name: str, format: str, *, base_dir: str, **_: Any) -> str:  # type: ignore[override]  # noqa: A002
        if format != "gztar":
            raise ValueError(f"an sdist is a gztar here, not a {format}")
        archive = Path(f"{base_name}.tar.gz")
        archive.parent.mkdir(parents=True, exist_ok=True)
        with (
            archive.open("wb") as raw,
            gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
        ):
            tar.add(base_dir, filter=self.settled)  # goes through folders in the order of their names
        return str(archive)

    @staticmethod
    def settled(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        member.mtime = int(os.environ["SOURCE_DATE_EPOCH"])
        member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
        return member


class BuildPy(build_py):
    """Copies the stubs into the package: the compiled module's beside it, for type checkers, the others into stubs/."""

    def run(self) -> None:
        super().run()
        package = Path("" if self.editable_mode else self.build_lib, "text_processor")
        for stub in Path("stubs").glob("*.pyi"):
            folder = package if stub.name == "_textproc_cffi.pyi" else package / "stubs"
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(stub, folder / stub.name)


class BuildExt(build_ext):
    """Compiles on all processors, and in a checkout only what has changed since the last time."""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.in_checkout = bool(self.editable_mode or self.inplace)
        if self.in_checkout:  # objects lie where they stay: an editable install would be given a temporary folder
            self.build_temp = str(Path("build", "extension"))

    def run(self) -> None:
        started = time.time()
        super().run()
        if self.in_checkout:
            # As old as the sources that it was made from: text_processor/_common/checkout.py looks for younger ones.
            for output in self.get_outputs():
                os.utime(output, (started, started))

    def build_extensions(self) -> None:
        if self.compiler.compiler_type == "unix":
            self.force = True  # what is up to date is decided here, for each file
            self.compile_in_turn = self.compiler.compile
            self.compiler.compile = self.compile
        super().build_extensions()

    def compile(self, sources: Any, *, output_dir: Any, extra_postargs: Any, **options: Any) -> list[str]:
        """Has the compiler's own method compile each file, which it would do one after the other."""
        objects = self.compiler.object_filenames(sources, output_dir=output_dir)
        del options["depends"]  # each object's own prerequisites are known
        told = shlex.join([*self.compiler.compiler_so, *extra_postargs, repr(sorted(options.items()))])

        def compile_one(source: str, name: str) -> None:
            record = Path(name).with_suffix(".made")
            prerequisites = Path(name).with_suffix(".d")
            if not is_current(Path(name), prerequisites, record, told):
                record.unlink(missing_ok=True)
                after = [*extra_postargs, "-MD", "-MF", str(prerequisites)]
                self.compile_in_turn([source], output_dir=output_dir, extra_postargs=after, **options)
                record.write_text(told, encoding="utf-8")

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(compile_one, sources, objects))
        return list(objects)


def is_current(made: Path, prerequisites: Path, record: Path, command: str) -> bool:
    """Whether an object was made by this command, and is younger than all files that the compiler read for it."""
    try:
        if record.read_text(encoding="utf-8") != command:
            return False
        _, _, names = prerequisites.read_text(encoding="utf-8").replace("\\\n", " ").partition(": ")
        return all(made.stat().st_mtime > Path(name).stat().st_mtime for name in shlex.split(names))
    except OSError:
        return False


def long_description(readme: str) -> str:
    """The README with nothing of links and pictures but their words, where they lead to files that an index does not have."""
    return re.sub(r"!?\[([^\]]*)\]\((?!https?://)[^)]*\)", r"\1", readme)


setup(
    long_description=long_description(Path("README.md").read_text(encoding="utf-8")),
    long_description_content_type="text/markdown",
    cffi_modules=["build_ffi.py:ffibuilder"],
    cmdclass={"bdist_wheel": BdistWheel, "build_ext": BuildExt, "build_py": BuildPy, "sdist": Sdist},
)
