"""The recipes of docs/howto/chunks.md, with the libraries they are for; these are large, and need not be installed."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from bpe_texts import BOOK, trained

PAGE = Path(__file__).resolve().parent.parent / "docs" / "howto" / "chunks.md"
TEXT = BOOK[:6000]

pytestmark = pytest.mark.skipif(not PAGE.is_file(), reason="the pages are not beside the tests")


def recipe(library: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The class of the block that imports a library, in a module, where pydantic looks for its types."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    module = ModuleType("recipe")
    monkeypatch.setitem(sys.modules, "recipe", module)
    exec(next(block for block in blocks if library in block), vars(module))
    return module.TokenChunks


def expected(overlap: int) -> list[str]:
    return [TEXT[start:end] for start, end, _ in trained().chunks(TEXT, 100, overlap=overlap)]


@pytest.mark.parametrize("overlap", [0, 20])
def test_langchain(overlap: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("langchain_text_splitters")
    from langchain_core.documents import Document

    splitter = recipe("langchain", monkeypatch)(trained(), 100, overlap=overlap, add_start_index=True)
    assert splitter.split_text(TEXT) == expected(overlap)
    documents = splitter.split_documents([Document(TEXT, metadata={"source": "book"})])
    assert [document.page_content for document in documents] == expected(overlap)
    assert all(document.metadata["source"] == "book" for document in documents)
    if overlap == 0:  # LangChain looks for the places by an overlap in characters
        starts = [document.metadata["start_index"] for document in documents]
        assert starts == [chunk.start for chunk in trained().chunks(TEXT, 100)]


@pytest.mark.parametrize("overlap", [0, 20])
def test_llama_index(overlap: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("llama_index.core")
    from llama_index.core import Document

    splitter = recipe("llama_index", monkeypatch)(tokenizer=trained(), size=100, overlap=overlap)
    assert splitter.split_text(TEXT) == expected(overlap)
    nodes = splitter.get_nodes_from_documents([Document(text=TEXT, metadata={"source": "book"})])
    assert len(nodes) == len(expected(overlap))
    assert [node.text.strip() for node in nodes] == [text.strip() for text in expected(overlap)]  # theirs are trimmed
    assert all(node.metadata["source"] == "book" for node in nodes)
