"""Settings that pyproject.toml cannot express."""

from setuptools import setup

setup(
    cffi_modules=["build_workshop.py:ffibuilder"],
    # One wheel for every CPython from 3.11 on. Free-threaded ones need another wheel, made without this.
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
