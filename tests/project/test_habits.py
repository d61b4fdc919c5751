"""docs/howto/published-vocabulary.md: both sides of each row of its tables give the same."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from text_processor import Tokenizer

numpy = pytest.importorskip("numpy")
tiktoken = pytest.importorskip("tiktoken")
tokenizers = pytest.importorskip("tokenizers")

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "howto" / "published-vocabulary.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(.*)` \| `(.*)` \|$", re.MULTILINE)

# What downloads is not called; its counterpart gives the tokenizer of all other rows.
DOWNLOADS = re.compile(r"tiktoken\.get_encoding|\.from_pretrained")

TEXT = "the other then  the<|endoftext|>the\n"


def rows(library: str) -> list[tuple[str, str]]:
    section = PAGE.partition(f"### In {library}\n")[2].partition("\n#")[0]
    return [(there.replace("\\|", "|"), here.replace("\\|", "|")) for there, here in ROW.findall(section)]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the cells call by name."""
    trained = Tokenizer("gpt2", special_tokens=["<|endoftext|>"])
    trained.train("the other the then the <", 262)
    folder = tmp_path_factory.mktemp("habits")
    path = folder / "tokenizer.json"
    trained.save_huggingface(path)
    described = json.loads(path.read_text(encoding="utf-8"))
    described["model"]["vocab"].pop("<|endoftext|>", None)  # as in published files, it is among the added tokens alone
    described["post_processor"] = {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
        "special_tokens": {"<|endoftext|>": {"id": "<|endoftext|>", "ids": [262], "tokens": ["<|endoftext|>"]}},
    }
    path.write_text(json.dumps(described), encoding="utf-8")
    encoding = trained.to_tiktoken("small")
    ids = trained.encode(TEXT, allowed_special="all")
    return {
        "Tokenizer": Tokenizer,
        "encoding": encoding,
        "folder": folder,
        "ids": ids,
        "json": path.read_text(encoding="utf-8"),
        "lists": [ids, [], ids[:2]],
        "numpy": numpy,
        "path": str(path),
        "text": TEXT,
        "texts": ["the", "", "other then"],
        "theirs": tokenizers.Tokenizer.from_file(str(path)),
        "tiktoken": tiktoken,
        "tokenizer": Tokenizer.from_mergeable_ranks(
            encoding._mergeable_ranks, encoding._pat_str, encoding._special_tokens, name=encoding.name
        ),
        "tokenizers": tokenizers,
    }


def plain(answer: Any) -> Any:
    """An answer in a form that can be compared: tokenizers of tokenizers by their vocabulary, arrays as lists."""
    if isinstance(answer, tokenizers.Tokenizer | Tokenizer):
        return answer.get_vocab()
    return answer.tolist() if isinstance(answer, numpy.ndarray) else answer


def check(there: str, here: str, names: dict[str, Any]) -> None:
    ours = eval(here, names)
    if DOWNLOADS.search(there):
        assert ours.get_vocab() == names["tokenizer"].get_vocab()
        assert ours.encode(TEXT, allowed_special="all") == names["ids"]
    else:
        assert plain(ours) == plain(eval(there, names))


@pytest.mark.parametrize(("there", "here"), rows("tiktoken"), ids=lambda cell: cell[:60])
def test_both_sides_of_a_row_of_tiktoken_give_the_same(there: str, here: str, names: dict[str, Any]) -> None:
    check(there, here, names)


@pytest.fixture(scope="module")
def names_of_files(names: dict[str, Any]) -> dict[str, Any]:
    """The same with the tokenizer of the file, which has a post-processor."""
    return names | {"tokenizer": Tokenizer.load(names["path"])}


@pytest.mark.parametrize(("there", "here"), rows("tokenizers"), ids=lambda cell: cell[:60])
def test_both_sides_of_a_row_of_tokenizers_give_the_same(there: str, here: str, names_of_files: dict[str, Any]) -> None:
    check(there, here, names_of_files)


@pytest.mark.parametrize(("there", "here"), rows("transformers"), ids=lambda cell: cell[:60])
def test_both_sides_of_a_row_of_transformers_give_the_same(there: str, here: str, names_of_files: dict[str, Any]) -> None:
    transformers = pytest.importorskip("transformers")
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=names_of_files["theirs"])
    check(there, here, names_of_files | {"fast": fast})


@pytest.mark.parametrize("here", [here for _, here in rows("transformers")], ids=lambda cell: cell[:60])
def test_our_side_of_a_row_of_transformers_gives_something(here: str, names_of_files: dict[str, Any]) -> None:
    assert eval(here, names_of_files)


def test_the_tables_have_rows() -> None:
    assert min(len(rows(library)) for library in ("tiktoken", "tokenizers", "transformers")) > 10


def test_all_public_names_of_an_encoding_are_in_the_table() -> None:
    cells = " ".join(there for there, _ in rows("tiktoken"))
    public = {name for name in dir(tiktoken.Encoding) if not name.startswith("_")}
    assert {name for name in public if f".{name}" not in cells} == set()
    assert public - set(dir(Tokenizer)) == {"encode_ordinary_batch", "encode_to_numpy"}
