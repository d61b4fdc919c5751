"""Write a tokenizer for other libraries: the files of tokenizers and transformers, and what tiktoken takes."""

from __future__ import annotations

import json
from array import array
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from text_processor._common import files
from text_processor._common.arguments import is_a
from text_processor._common.messages import quoted
from text_processor._native.status import InvalidArgumentError
from text_processor.bpe._files import alphabet, sections, vocabularies
from text_processor.bpe._files.reasons import Reasons
from text_processor.bpe._files.sections import FLAGS
from text_processor.bpe._model import Model
from text_processor.bpe._split.splitter import DIGITS, PATTERNS, PUNCTUATION, Splitter, Step, splitter_of, written_for_oniguruma
from text_processor.bpe._stages.added_tokens import AddedToken


def merges_of(model: Model) -> array[int]:
    """Return the merges, two ids each, or raise `ValueError` if no list of merges makes all tokens."""
    if model.merges is not None:
        return model.merges
    try:
        return model.vocabulary.merges()
    except InvalidArgumentError as error:
        token = bytes(model.vocabulary.decode(array("I", [error.item])))
        raise ValueError(
            f"there are no merges that make the token {quoted(token)} with the id {error.item}: {error}"
        ) from error


# ---- tokenizer.json --------------------------------------------------------------------------------------------------


def to_json(model: Model) -> bytes:
    """Return a file that gives the same ids, or raise `ValueError` if there is none."""
    return json.dumps(_file_of(model), ensure_ascii=False, indent=1).encode()


def _file_of(model: Model) -> dict[str, Any]:
    tokens = model.tokens
    characters, start, texts = alphabet.to_text(tokens.text), 0, list[str]()
    for end in tokens.ends:
        texts.append(characters[start:end])
        start = end
    by_id = dict(zip(tokens.ids, texts, strict=True))
    vocab = dict(zip(texts, tokens.ids, strict=True))
    added = dict(sorted(model.added.items(), key=lambda item: item[1].id))
    _check_names(added, vocab)
    pairs = model.vocabulary.pairs() if model.merges is None else model.merges
    is_made_by_merges = len(pairs) // 2 == sum(len(text) > 1 for text in texts)
    if not _are_numbered(added, vocab):  # tokenizers gives a new id to an added token that is not in the vocabulary
        vocab |= {name: token.id for name, token in added.items()}
    settings: dict[str, Any] = model.kept.get("model", {})
    return {
        "version": "1.0",
        "truncation": model.kept.get("truncation"),
        "padding": model.kept.get("padding"),
        "added_tokens": [_added_token(name, token) for name, token in added.items()],
        "normalizer": _normalizer(model),
        "pre_tokenizer": _pre_tokenizer(model),
        "post_processor": model.post_processor,
        "decoder": model.kept.get("decoder", _BYTE_LEVEL | {"use_regex": True}),
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": settings.get("unk_token"),
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": settings.get("fuse_unk", False),
            "byte_fallback": settings.get("byte_fallback", False),
            "ignore_merges": model.whole_pieces if model.merges is not None else not is_made_by_merges,
            "vocab": vocab,
            "merges": list(zip(map(by_id.__getitem__, pairs[::2]), map(by_id.__getitem__, pairs[1::2]), strict=True)),
        },
    }


_BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}


def _check_names(added: Mapping[str, AddedToken], vocab: Mapping[str, int]) -> None:
    clashes = [name for name, token in added.items() if vocab.get(name, token.id) != token.id]
    if clashes:
        raise ValueError(
            f"the special token {quoted(min(clashes))} would be taken for a token of the vocabulary in tokenizer.json"
        )


def _are_numbered(added: Mapping[str, AddedToken], vocab: Mapping[str, int]) -> bool:
    """Whether tokenizers gives these ids to added tokens that are not in the vocabulary."""
    reasons = Reasons()
    reasons.attempt(sections.check_numbering, added, vocab, len(vocab))
    return not reasons


def _added_token(name: str, token: AddedToken) -> dict[str, Any]:
    return {"id": token.id, "content": name, **{flag: getattr(token, flag) for flag in FLAGS}}


def _normalizer(model: Model) -> Any:
    kept = model.kept.get("normalizer")
    if kept is not None and sections.normalizer_of("normalizer", kept) == model.normalizer:
        return kept
    forms = [{"type": form} for form in model.normalizer]
    return None if not forms else forms[0] if len(forms) == 1 else {"type": "Sequence", "normalizers": forms}


def _pre_tokenizer(model: Model) -> Any:
    kept = model.kept.get("pre_tokenizer")
    if kept is not None:
        reasons = Reasons()
        said = reasons.attempt(sections.pre_tokenizer_of, "pre_tokenizer", kept, reasons)
        is_same = said is not None and not reasons and said.prefix_space == model.prefix_space
        if said is not None and is_same and splitter_of(said.steps) == model.splitter:
            return kept
    return _pre_tokenizer_of(model.splitter, prefix_space=model.prefix_space)


def _pre_tokenizer_of(splitter: Splitter, *, prefix_space: bool) -> dict[str, Any]:
    before = [step for step in splitter.steps if not step.over_bytes]
    is_gpt2 = len(before) == 1 and before[0].pattern == PATTERNS["gpt2"] and before[0].behavior in ("Matches", "Isolated")
    if prefix_space and before and not is_gpt2:
        raise ValueError("tokenizer.json cannot put a blank before a text that is split otherwise than by GPT-2's pattern")
    byte_level = _BYTE_LEVEL | {"add_prefix_space": prefix_space, "use_regex": is_gpt2}
    first = [] if is_gpt2 else [_split(step) for step in before]
    sections = [*first, byte_level, *(_split(step) for step in splitter.steps if step.over_bytes)]
    return sections[0] if len(sections) == 1 else {"type": "Sequence", "pretokenizers": sections}


def _split(step: Step) -> dict[str, Any]:
    if step.pattern == DIGITS and step.behavior in ("Isolated", "Contiguous") and not step.invert:
        return {"type": "Digits", "individual_digits": step.behavior == "Isolated"}
    if step.pattern == PUNCTUATION and not step.invert:
        return {"type": "Punctuation", "behavior": step.behavior}
    pattern, behavior, invert = step.pattern, step.behavior, step.invert
    if step.behavior == "Matches":
        behavior, invert = ("Isolated", False) if pattern in PATTERNS.values() else ("Removed", True)
    return {"type": "Split", "pattern": {"Regex": written_for_oniguruma(step)}, "behavior": behavior, "invert": invert}


# ---- A folder of transformers ----------------------------------------------------------------------------------------


def save_pretrained(model: Model, folder: Path, chat_template: str | None, named: Mapping[str, str | None]) -> None:
    """Write the files that ``AutoTokenizer`` opens."""
    tokens = {role: name for role, name in named.items() if name is not None}
    for role, name in tokens.items():
        if not is_a(name, str):
            raise TypeError(f"{role} must be the name of a token, a str, not {type(name).__name__}")
        if name not in model.added:
            raise ValueError(f"{role} must be one of the added tokens, not {quoted(name)}")
    if chat_template is not None and not is_a(chat_template, str):
        raise TypeError(f"chat_template must be str, not {type(chat_template).__name__}")
    config: dict[str, Any] = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "clean_up_tokenization_spaces": False,
        "added_tokens_decoder": {
            str(token.id): {"content": name, **{flag: getattr(token, flag) for flag in FLAGS}}
            for name, token in sorted(model.added.items(), key=lambda item: item[1].id)
        },
        **tokens,
    }
    if chat_template is not None:
        config["chat_template"] = chat_template
    parts = {
        "tokenizer.json": to_json(model),
        "tokenizer_config.json": json.dumps(config, ensure_ascii=False, indent=2).encode(),
        "special_tokens_map.json": json.dumps(tokens, ensure_ascii=False, indent=2).encode(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in parts.items():
        files.write_file(str(folder / name), [data])


# ---- tiktoken --------------------------------------------------------------------------------------------------------


def check_rule_of_tiktoken(model: Model) -> None:
    """Raise `ValueError` with all reasons if tiktoken would give other ids."""
    reasons: list[str] = []
    if model.merges is not None:
        reasons.append("it was read from a file whose merges tiktoken's rule, which goes by ids alone, does not follow")
    if model.normalizer:
        reasons.append(f"it normalizes text ({', '.join(model.normalizer)})")
    if model.prefix_space:
        reasons.append("it puts a blank before text")
    if len(model.splitter.steps) != 1 or model.splitter.steps[0].behavior != "Matches":
        reasons.append("it splits text otherwise than into the matches of one regular expression")
    if inexact := [name for name, token in model.added.items() if not token.is_exact]:
        reasons.append(f"its added token {quoted(inexact[0])} takes white space beside it or is found as a single word only")
    if lacking := vocabularies.missing(model.tokens) - vocabularies.NEVER_IN_UTF8:
        reasons.append(f"the byte {min(lacking)!r} is no token")
    if reasons:
        raise ValueError(f"tiktoken cannot represent this tokenizer: {'; '.join(reasons)}")
