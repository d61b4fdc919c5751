"""What pyproject.toml cannot say."""

from setuptools import setup

setup(
    cffi_modules=["build_workshop.py:ffibuilder"],
    # One wheel for every CPython from 3.11 on. Free-threaded ones need a wheel of their own, made without this.
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
