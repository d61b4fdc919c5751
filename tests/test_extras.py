"""Packages that are no dependencies: imported only when they are needed, and named when they are missing."""

import subprocess
import sys
from pathlib import Path

import pytest

from text_processor import TextAnalyzer


@pytest.mark.parametrize("method", ["add_arrow", "word_table"])
def test_missing_pyarrow_is_named(monkeypatch, method):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    analyzer = TextAnalyzer()
    call = {"add_arrow": lambda: analyzer.add_arrow(["a column"]), "word_table": analyzer.word_table}[method]
    with pytest.raises(ImportError, match=rf"^{method} needs pyarrow, .*pip install '\.\[arrow\]'$"):
        call()


def test_nothing_advises_to_install_from_an_index():
    """While the package is on none, its name means nothing to pip; a checkout does."""
    root = Path(__file__).resolve().parent.parent
    folders = [root / name for name in ("text_processor", "benchmarks", "docs", "examples", "stubs")]
    pages = [
        root / "README.md",
        *(path for folder in folders for path in folder.rglob("*") if path.suffix in {".py", ".md", ".pyi"}),
    ]
    assert [path for path in pages if path.is_file() and "text-processor[" in path.read_text(encoding="utf-8")] == []


def test_importing_the_package_imports_no_extra():
    code = "import sys, text_processor; print(*sorted({'numpy', 'pyarrow', 'rich', 'tqdm'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
