"""How a corpus is to be encoded: the options, checked, and as they stand in a manifest."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, cast

from text_processor._common.arguments import check_option, checked_whole, is_a
from text_processor._common.messages import quoted, shown
from text_processor._documents.sources import Options
from text_processor._native.bpe import Packing
from text_processor.bpe._files import own
from text_processor.bpe._model import Model
from text_processor.bpe._shards.formats import FORMATS

# What a shard may be told to hold: no disk has as many.
MOST_TOKENS = 1 << 62

# Ids of uint16 are below this.
MOST_SHORT = 1 << 16

# Megatron knows no uint32, so its ids must fit into int32.
MOST_SIGNED = 1 << 31

# A random seed may have as many bits as the names of shards give a reader of a manifest patience for.
MOST_SEED = (1 << 64) - 1

TRAIN, VALIDATION = 1, 2
"""The numbers of the two parts of a corpus; 0 is what belongs to none."""

SPLITS = {TRAIN: "train", VALIDATION: "val"}


class Plan(NamedTuple):
    """What becomes of the documents; it decides every byte that is written."""

    format: str
    packing: Packing
    shard_tokens: int | None
    validation: int | None
    """Documents whose hash is below this are for validation; None means that there is no split."""
    shuffle_seed: int | None
    column: str | None
    documents: str
    reading: Options
    allowed: Any
    disallowed: Any
    described: dict[str, Any]
    """The options as they stand in a manifest."""

    def name(self, part: int, number: int) -> str:
        """Return the name of a shard, without the suffix."""
        return SPLITS[part] if self.shard_tokens is None else f"{SPLITS[part]}_{number:06}"


def checked(
    model: Model,
    *,
    format: str,  # noqa: A002 - as the user's argument
    dtype: str,
    bos: int | str | None,
    eos: int | str | None,
    shard_tokens: int | None,
    split: tuple[float, float] | None,
    shuffle_seed: int | None,
    column: str | None,
    documents: str,
    encoding: str | None,
    errors: str,
    allowed: Any,
    disallowed: Any,
) -> Plan:
    """Check the arguments of a user; see `Tokenizer.encode_corpus`."""
    check_option("format", format, tuple(FORMATS))
    check_option("dtype", dtype, ("auto", "uint16", "uint32"))
    check_option("documents", documents, ("file", "line"))
    reading = Options("whole", "skip", errors, encoding).checked()
    model.resolve(allowed, disallowed)
    if column is not None and not isinstance(column, str):
        raise TypeError(f"column must be str or None, not {type(column).__name__}")
    packing = Packing(_id_nbytes(model, format, dtype), _mark(model, "bos", bos), _mark(model, "eos", eos))
    if shard_tokens is not None:
        shard_tokens = checked_whole("shard_tokens", shard_tokens, 1, MOST_TOKENS)
    if shuffle_seed is not None:
        shuffle_seed = checked_whole("shuffle_seed", shuffle_seed, 0, MOST_SEED)
    validation = None if split is None else _threshold(split)
    described = {
        "format": format,
        "dtype": FORMATS[format].dtypes[packing.id_nbytes],
        "bos": packing.first,
        "eos": packing.last,
        "shard_tokens": shard_tokens,
        "split": None if split is None else [float(share) for share in split],
        "shuffle_seed": shuffle_seed,
        "column": column,
        "documents": documents,
        "encoding": reading.encoding,
        "errors": errors,
        "allowed_special": _names(allowed),
        "disallowed_special": _names(disallowed),
    }
    return Plan(
        format, packing, shard_tokens, validation, shuffle_seed, column, documents, reading, allowed, disallowed, described
    )


def describe(model: Model) -> dict[str, Any]:
    """Return how a tokenizer stands in a manifest: two with the same hash give the same ids."""
    digest = hashlib.sha256()
    for chunk in own.chunks(model):
        digest.update(chunk)
    return {"sha256": digest.hexdigest(), "vocab_size": model.n_vocab}


def _names(names: str | Collection[str]) -> str | list[str]:
    return names if isinstance(names, str) else sorted(names)


def _id_nbytes(model: Model, format: str, dtype: str) -> int:  # noqa: A002
    highest = model.n_vocab - 1
    if dtype == "uint16" and highest >= MOST_SHORT:
        raise ValueError(f'uint16 holds ids up to 65535, and this tokenizer has ids up to {highest}: dtype="uint32" holds them')
    if format == "megatron" and highest >= MOST_SIGNED:
        raise ValueError(
            f'Megatron has ids up to 2147483647, and this tokenizer has ids up to {highest}: format="raw" holds them'
        )
    if dtype == "auto":
        return 2 if highest < MOST_SHORT and format != "parquet" else 4
    return 2 if dtype == "uint16" else 4


def _mark(model: Model, name: str, given: int | str | None) -> int | None:
    """Return the id of a mark that is given as an id, or as the name of an added token."""
    if given is None:
        return None
    if isinstance(given, str):
        if given not in model.added:
            names = ", ".join(map(quoted, list(model.added)[:10])) or "none"
            raise ValueError(f"{name}: there is no added token {quoted(given)}; there are {names}; an id may be given, too")
        return model.added[given].id
    number = checked_whole(name, given, 0, (1 << 32) - 1)
    if number not in model.tokens_ids and all(token.id != number for token in model.added.values()):
        raise ValueError(
            f"{name}: the id {shown(number)} does not exist; an id of the tokenizer, or a special token, is allowed"
        )
    return number


def _threshold(split: Any) -> int:
    """Return the hash below which documents are for validation."""
    given = list(cast("tuple[object, ...]", split)) if is_a(split, tuple, list) else []
    try:
        shares = [float(share) for share in given if isinstance(share, (int, float))]
    except OverflowError:  # an int that no float is near
        shares = []
    if len(given) != 2 or len(shares) != 2 or min(shares) < 0 or not math.isfinite(sum(shares)):
        raise ValueError(f"split must be two shares such as (0.99, 0.01), for training and validation, not {quoted(split)}")
    train, validation = shares
    if train + validation <= 0:
        raise ValueError(f"split must be two shares of which one is above 0, not {quoted(split)}")
    return min(int(validation / (train + validation) * 2.0**64), 1 << 64)


def same(old: Mapping[str, Any], new: Mapping[str, Any]) -> str | None:
    """Return what differs between the descriptions of two runs, in words; None if nothing does."""
    for key in [*new, *(key for key in old if key not in new)]:
        if old.get(key) != new.get(key):
            return f"its {key} was {quoted(old.get(key))}, and is now {quoted(new.get(key))}"
    return None
