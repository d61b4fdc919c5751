"""Packages that are no dependencies: imported only when they are needed, and named when they are missing."""

import subprocess
import sys

import pytest

from text_processor import TextAnalyzer


@pytest.mark.parametrize("method", ["add_arrow", "word_table"])
def test_missing_pyarrow_is_named(monkeypatch, method):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    analyzer = TextAnalyzer()
    call = {"add_arrow": lambda: analyzer.add_arrow(["a column"]), "word_table": analyzer.word_table}[method]
    with pytest.raises(ImportError, match=rf"^{method} needs pyarrow, .*pip install 'text-processor\[arrow\]'"):
        call()


def test_importing_the_package_imports_no_extra():
    code = "import sys, text_processor; print(*sorted({'numpy', 'pyarrow', 'rich', 'tqdm'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
