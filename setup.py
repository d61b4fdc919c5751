"""What pyproject.toml cannot say: the cffi module, the wheel's abi3 tag, and where the type stubs go."""

from __future__ import annotations

import shutil
import sysconfig
from pathlib import Path

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py


class BdistWheel(bdist_wheel):
    """Tags the wheel for every CPython from 3.11 on, where cffi builds the extension so."""

    def finalize_options(self) -> None:
        extensions = self.distribution.ext_modules or []
        limited = all(getattr(extension, "py_limited_api", False) for extension in extensions)
        if limited and not sysconfig.get_config_var("Py_GIL_DISABLED"):
            self.py_limited_api = "cp311"
        super().finalize_options()


class BuildPy(build_py):
    """Copies the stubs into the package: the compiled module's beside it, for type checkers, the others into stubs/."""

    def run(self) -> None:
        super().run()
        package = Path("" if self.editable_mode else self.build_lib, "text_processor")
        for stub in Path("stubs").glob("*.pyi"):
            folder = package if stub.name == "_textproc_cffi.pyi" else package / "stubs"
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(stub, folder / stub.name)


setup(
    cffi_modules=["build_ffi.py:ffibuilder"],
    cmdclass={"bdist_wheel": BdistWheel, "build_py": BuildPy},
)
