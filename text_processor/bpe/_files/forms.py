"""Find out, by its content, in which form a tokenizer is stored, and read it."""

from __future__ import annotations

import binascii
import json
from array import array
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

from text_processor._common import container
from text_processor._common import json as common_json
from text_processor._common.messages import quoted
from text_processor._documents.decoding import look_of
from text_processor._native.bpe import Tokens
from text_processor.bpe._files import huggingface, own, rank_lines, sections, vocabularies
from text_processor.bpe._files.reasons import Reasons, RefusedError, check_flag, check_list, check_object, check_text
from text_processor.bpe._model import Model
from text_processor.bpe._split.splitter import PATTERNS, Splitter, checked_pattern, splitter_for
from text_processor.bpe._stages import special_names
from text_processor.bpe._stages.added_tokens import AddedToken
from text_processor.errors import InvalidTokenizerError

SpecialTokens = Mapping[str, int] | Iterable[str] | None


class Given(NamedTuple):
    """What a user gives beside a file, for forms that lack it."""

    pattern: str | None = None
    special_tokens: SpecialTokens = None


_NEEDS_PATTERN = (
    "has no pattern: give the one of the model it belongs to, by its text or a name, such as pattern='cl100k' for Llama 3, "
    "'gpt2' for GPT-2 and RoBERTa, 'o200k' for GPT-4o; without it text would be split, and encoded, in another way"
)


def read(path: Path, given: Given) -> Model:
    """Read a tokenizer from a file or a folder, or raise `InvalidTokenizerError` with its name."""
    if path.is_dir():
        return _read_folder(path, given)
    if _is_own(path):
        _check_nothing_given(given, "this package's file")
        return own.read_file(str(path))
    return read_bytes(path.read_bytes(), str(path), given)


def read_bytes(data: bytes, name: str, given: Given) -> Model:
    """Read a tokenizer from the content of a file, or raise `InvalidTokenizerError`."""
    return _named(name, lambda: _read_content(data, given))


def _named(name: str, read: Callable[[], Model]) -> Model:
    """Return what is read; every fault becomes an `InvalidTokenizerError` with the name of the file."""
    try:
        return read()
    except InvalidTokenizerError as error:
        raise InvalidTokenizerError(f"{name}: {error}", offset=error.offset) from error.__cause__
    except UnicodeDecodeError as error:
        raise InvalidTokenizerError(f"{name}: not UTF-8 at byte {error.start}", offset=error.start) from error
    except json.JSONDecodeError as error:
        offset = len(error.doc[: error.pos].encode())
        raise InvalidTokenizerError(f"{name}: no JSON: {error.msg} (at byte {offset})", offset=offset) from error
    except RecursionError as error:
        raise InvalidTokenizerError(f"{name}: it is nested too deeply") from error
    except (ValueError, OverflowError) as error:
        raise InvalidTokenizerError(f"{name}: {error}") from error


def read_huggingface(data: bytes, name: str) -> Model:
    """Read a tokenizer.json, or raise `InvalidTokenizerError`."""

    def read() -> Model:
        _check_is_plain(data)
        return huggingface.read_quickly(data) or huggingface.model_of(common_json.loads(data))

    return _named(name, read)


def read_tiktoken(path: Path, given: Given) -> Model:
    """Read a file of tiktoken, or raise `InvalidTokenizerError`."""
    data = path.read_bytes()

    def read() -> Model:
        _check_is_plain(data)
        return _of_tiktoken(data, given)

    return _named(str(path), read)


def _check_is_plain(data: bytes) -> None:
    """Raise if data is compressed or in another encoding: a file that lies about that would be read as nonsense."""
    if (look := look_of(data)) is not None:
        raise ValueError(f"it looks like {look}; the file of a tokenizer must be UTF-8, and not compressed")


def looks_like_content(data: bytes) -> bool:
    """Whether bytes are the content of a file rather than the name of one."""
    start = data[:4096].lstrip()
    return data.startswith(container.TOKENIZER) or start.startswith(b"{") or rank_lines.looks_like_lines(data)


def _is_own(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(container.TOKENIZER)) == container.TOKENIZER


def _read_content(data: bytes, given: Given) -> Model:
    if data[:4096].lstrip().startswith(b"{"):
        return _read_json(data, given)
    if rank_lines.looks_like_lines(data):
        return _of_tiktoken(data, given)
    if data.startswith(b"\n") and b"<unk>" in data[:64]:
        why = "a model of SentencePiece, whose tokens are characters, not bytes, cannot be represented"
        raise ValueError(why)
    if data.startswith(b"#version"):
        raise ValueError("these are merges without their vocabulary: give the folder that has vocab.json beside them")
    if not data.startswith(container.TOKENIZER):
        _check_is_plain(data)
    _check_nothing_given(given, "this package's file")
    return own.from_bytes(data)


def _check_nothing_given(given: Given, what: str) -> None:
    for key, value in given._asdict().items():
        if value is not None:
            raise ValueError(f"{what} has its own {key.replace('_', ' ')}: {key} cannot be given")


# ---- JSON ------------------------------------------------------------------------------------------------------------


def _read_json(data: bytes, given: Given) -> Model:
    if (model := huggingface.read_quickly(data)) is not None:
        _check_nothing_given(given, "tokenizer.json")
        return model
    match file := common_json.loads(data):
        case {"config": dict(), "vocab": list()}:
            return _tekken(file, given)
        case {"model": _} | {"added_tokens": _} | {"version": _}:
            _check_nothing_given(given, "tokenizer.json")
            return huggingface.model_of(file)
        case {"tokenizer_class": _} | {"added_tokens_decoder": _} | {"model_type": _}:
            raise ValueError("this is the configuration of a tokenizer, not its vocabulary: give the folder that it is in")
        case dict() if file and all(type(number) is int for number in cast("dict[str, Any]", file).values()):
            raise ValueError("this is a vocabulary without its merges: give the folder that has merges.txt beside it")
        case _:
            return huggingface.model_of(file)


# ---- Lists of ranks --------------------------------------------------------------------------------------------------


def _of_tiktoken(data: bytes, given: Given) -> Model:
    if given.pattern is None:
        raise ValueError(f"a .tiktoken file, or tokenizer.model, {_NEEDS_PATTERN}")
    splitter, tokens = checked_pattern(given.pattern), rank_lines.read(data)
    try:
        return model_of(tokens, splitter, given.special_tokens)
    except ValueError:
        rank_lines.one_by_one(data)  # names the line if one repeats another
        raise


def model_of(tokens: Tokens, splitter: Splitter, special_tokens: SpecialTokens) -> Model:
    """Return the model of tokens with tiktoken's rule; special tokens are names with ids, or names that get the next ids."""
    vocabulary = vocabularies.new_vocabulary(tokens)
    if isinstance(special_tokens, Mapping):
        special_ids = vocabularies.checked_special_ids(cast("Mapping[str, int]", special_tokens), tokens.ids)
        return Model(splitter, vocabulary, special_ids)
    return Model(splitter, vocabulary, special_names.checked_names(special_tokens))


# The special tokens of tekken.json before the file had a list of its own.
_TEKKEN_SPECIAL = (
    *("<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]"),
    *("[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>", "[IMG_BREAK]", "[IMG_END]", "[PREFIX]", "[MIDDLE]", "[SUFFIX]"),
    *("[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]"),
)


def _tekken(file: Mapping[str, Any], given: Given) -> Model:
    """Return the model of Mistral's tekken.json: special tokens come first, and ranks count from their number."""
    _check_nothing_given(given, "tekken.json")
    config, reasons = check_object("config", file["config"]), Reasons()
    pattern = reasons.attempt(check_text, "config.pattern", config.get("pattern"))
    size = reasons.attempt(sections.check_number, "config.default_vocab_size", config.get("default_vocab_size"))
    place = "config.default_num_special_tokens"
    n_special = reasons.attempt(sections.check_number, place, config.get("default_num_special_tokens"))
    if size is None or n_special is None or pattern is None:
        raise ValueError(str(reasons))
    n_ranks = size - n_special
    if not 0 < n_ranks <= len(file["vocab"]):
        raise RefusedError("config", f"{size} tokens, {n_special} of them special, do not fit a vocab of {len(file['vocab'])}")
    special = _tekken_special(file.get("special_tokens"), n_special)
    tokens = _tekken_tokens(file["vocab"][:n_ranks])
    numbers = array("I", (number + n_special for number in tokens.ids))
    return model_of(tokens._replace(ids=numbers), splitter_for(pattern), special)


def _tekken_special(section: Any, n: int) -> dict[str, int]:
    names = dict(enumerate(_TEKKEN_SPECIAL))
    if section:
        names = {}
        for i, token in enumerate(check_list("special_tokens", section)):
            place = f"special_tokens[{i}]"
            said = check_object(place, token)
            check_flag(f"{place}.is_control", said.get("is_control", True))
            rank = sections.check_number(f"{place}.rank", said.get("rank"))
            names[rank] = check_text(f"{place}.token_str", said.get("token_str"))
    if len(names) > n or max(names, default=0) >= n or n > 1 << 16:
        raise RefusedError("special_tokens", f"{len(names)} of them do not fit the {n} special tokens of config")
    special = {names.get(i, f"<SPECIAL_{i}>"): i for i in range(n)}
    if len(special) < n:
        raise RefusedError("special_tokens", "two of them have the same name")
    return special


def _tekken_tokens(vocab: list[Any]) -> Tokens:
    ranks: dict[bytes, int] = {}
    for i, token in enumerate(vocab):
        try:
            ranks[binascii.a2b_base64(token["token_bytes"], strict_mode=True)] = token["rank"]
        except (TypeError, KeyError, ValueError) as error:
            raise RefusedError(f"vocab[{i}]", f"not a token in base64 and its rank: {quoted(token)}") from error
    if list(ranks.values()) != list(range(len(vocab))):
        raise RefusedError("vocab", "the ranks must count from 0, and no token may be there twice")
    return vocabularies.tokens_of(ranks)


# ---- Folders ---------------------------------------------------------------------------------------------------------

_PAIRS = (("vocab.json", "merges.txt"), ("encoder.json", "vocab.bpe"))

# How the slow classes of transformers split text: the pattern and the normal forms.
_QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_CLASSES: dict[str, tuple[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        ("GPT2", "Roberta", "Bart", "Whisper", "Longformer", "LED", "Blenderbot", "Deberta"), (PATTERNS["gpt2"], ())
    ),
    "Qwen2": (_QWEN, ("NFC",)),
}


def _read_folder(folder: Path, given: Given) -> Model:
    for name in ("tokenizer.json", "tekken.json"):
        if (folder / name).is_file():
            return read(folder / name, given)
    for names in _PAIRS:
        vocab, merges = (folder / name for name in names)
        if vocab.is_file() and merges.is_file():
            return _read_pair(vocab, merges, given)
    others = [folder / "tokenizer.model", *sorted(folder.glob("*.tiktoken"))]
    if len(found := [path for path in others if path.is_file()]) == 1:
        return read(found[0], given)
    wanted = "tokenizer.json, tekken.json, vocab.json + merges.txt, encoder.json + vocab.bpe, tokenizer.model, a .tiktoken"
    raise InvalidTokenizerError(f"{folder}: the folder has no file of a tokenizer, or several ({wanted})")


def _read_pair(vocab: Path, merges: Path, given: Given) -> Model:
    """Read a vocabulary and its merges, and the configuration of transformers if it is beside them."""
    config_path = vocab.with_name("tokenizer_config.json")
    config: Any = _json_of(config_path) if config_path.is_file() else {}
    try:
        return _of_pair(_json_of(vocab), _merges_of(merges), check_object("tokenizer_config.json", config), given, vocab.name)
    except (ValueError, OverflowError) as error:
        if isinstance(error, InvalidTokenizerError):
            raise
        raise InvalidTokenizerError(f"{vocab.parent}: {error}") from error


def _json_of(path: Path) -> Any:
    try:
        return common_json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise InvalidTokenizerError(f"{path}: no JSON: {error}") from error


def _merges_of(path: Path) -> list[str]:
    try:
        lines = path.read_bytes().decode().split("\n")
    except UnicodeDecodeError as error:
        raise InvalidTokenizerError(f"{path}: not UTF-8 at byte {error.start}", offset=error.start) from error
    return [line.removesuffix("\r") for line in lines if line and not line.startswith("#version")]


def _of_pair(vocab: Any, merges: list[str], config: Mapping[str, Any], given: Given, name: str) -> Model:
    reasons = Reasons()
    checked = reasons.attempt(huggingface.checked_vocab, vocab)
    parts = None if checked is None else reasons.attempt(huggingface.checked_merges, merges)
    added = reasons.attempt(_added_of, config, given, checked or {})
    splitter = reasons.attempt(_splitter_of, config, given, name)
    if reasons or checked is None or parts is None or added is None or splitter is None:
        raise ValueError(str(reasons))
    made = huggingface.assemble(checked, parts, added, reasons, whole_pieces=False)
    if reasons or made is None:
        raise ValueError(str(reasons))
    return Model(
        splitter[0],
        made.vocabulary,
        added,
        merges=made.merges,
        whole_pieces=made.whole_pieces,
        normalizer=splitter[1],
        prefix_space=config.get("add_prefix_space") is True,
    )


def _splitter_of(config: Mapping[str, Any], given: Given, name: str) -> tuple[Splitter, tuple[str, ...]]:
    """Return the splitter and the normal forms: as given, as the class in the configuration has them, or as GPT-2 does."""
    kind = config.get("tokenizer_class")
    known = _CLASSES.get(kind.removesuffix("Fast").removesuffix("Tokenizer")) if isinstance(kind, str) else None
    forms = () if known is None else known[1]
    if given.pattern is not None:
        return checked_pattern(given.pattern), forms
    if name == "encoder.json" and known is None:  # these names are OpenAI's own for GPT-2
        known = PATTERNS["gpt2"], ()
    if known is None:
        raise ValueError(f"{name} with merges {_NEEDS_PATTERN}")
    return splitter_for(known[0]), known[1]


def _added_of(config: Mapping[str, Any], given: Given, vocab: Mapping[str, int]) -> dict[str, AddedToken]:
    """Return the added tokens: as given, or as the configuration has them."""
    if isinstance(given.special_tokens, Mapping):
        special_ids = special_names.checked_ids(cast("Mapping[str, int]", given.special_tokens))
        return {name: AddedToken(number) for name, number in special_ids.items()}
    if given.special_tokens is not None:
        added: dict[str, AddedToken] = {}
        for name in special_names.checked_names(given.special_tokens):
            largest = max((token.id for token in added.values()), default=-1)
            added[name] = AddedToken(vocab.get(name, max(len(vocab), largest + 1)))
        return added
    section = check_object("added_tokens_decoder", config.get("added_tokens_decoder", {}))
    reasons, tokens = Reasons(), list[Any]()
    for number, token in section.items():
        if not (number.isascii() and number.isdigit() and len(number) <= 10):
            raise RefusedError(f"added_tokens_decoder[{quoted(number)}]", "the key must be an id")
        tokens.append({"id": int(number), **check_object(f"added_tokens_decoder[{quoted(number)}]", token)})
    found = sections.added_tokens_of(sorted(tokens, key=lambda token: token["id"]), reasons)
    if reasons:
        raise ValueError(str(reasons).replace("added_tokens", "added_tokens_decoder"))
    return found
