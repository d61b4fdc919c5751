"""Where to go for a name that tiktoken, tokenizers, transformers or rustbpe has and this package has not."""

from __future__ import annotations

from abc import ABCMeta
from typing import TYPE_CHECKING, Any

_PUBLISHED = (
    "no vocabulary is downloaded. Tokenizer.load opens a file or folder on disk, Tokenizer.from_mergeable_ranks takes what an "
    "installed tiktoken has"
)
_LENGTHS = "ids are plain lists, which you cut or fill up: (ids + [pad] * n)[:n]"
_FIXED = "a vocabulary does not change. Tokenizer(special_tokens=…) and from_mergeable_ranks take added tokens"
_NAMED = "special_tokens has the ids of all special tokens by name"
_TEXT = "encode returns a list of ids"

# Names of a module or a class.
_DOORS = {
    "AutoTokenizer": _PUBLISHED,
    "Encoding": "a Tokenizer is made by load, from_mergeable_ranks or from_tiktoken, and encode returns a list of ids",
    "PreTrainedTokenizerFast": _PUBLISHED,
    "encoding_for_model": _PUBLISHED,
    "encoding_name_for_model": _PUBLISHED,
    "from_pretrained": _PUBLISHED,
    "get_encoding": _PUBLISHED,
    "list_encoding_names": _PUBLISHED,
}

_OF_TOKENIZERS = {
    "add_special_tokens": _FIXED,
    "add_tokens": _FIXED,
    "all_special_ids": _NAMED,
    "all_special_tokens": _NAMED,
    "attention_mask": f"{_TEXT}, without masks, as nothing is padded",
    "batch_decode": "decode_batch does it",
    "batch_encode": "encode_batch does it",
    "batch_encode_plus": "encode_batch returns a list of ids for each text",
    "bos_token_id": _NAMED,
    "convert_ids_to_tokens": "id_to_token gives the name of one id",
    "convert_tokens_to_ids": "token_to_id gives the id of one name",
    "decode_stream": "decoder() decodes ids that come one after the other",
    "enable_padding": _LENGTHS,
    "enable_truncation": _LENGTHS,
    "encode_batch_fast": "encode_batch does it",
    "encode_ordinary_batch": "encode_batch(texts, disallowed_special=()) does it",
    "encode_plus": f"{_TEXT}, and so does encode_array, as an array",
    "encode_to_numpy": 'numpy.frombuffer(encode_array(text), "uint32") shares the memory of the ids',
    "eos_token_id": _NAMED,
    "get_added_tokens_decoder": _NAMED,
    "get_mergeable_ranks": "mergeable_ranks() returns a dict of bytes and ids",
    "get_pattern": "pattern has it",
    "get_vocab_size": "len(tokenizer) is the number of tokens, n_vocab the highest id plus one",
    "ids": f"{_TEXT} itself",
    "input_ids": f"{_TEXT} itself",
    "no_padding": _LENGTHS,
    "no_truncation": _LENGTHS,
    "offsets": f"{_TEXT}; decode_with_offsets(ids) returns where each token begins",
    "pad": _LENGTHS,
    "pad_token_id": _NAMED,
    "padding": _LENGTHS,
    "to_str": "save_huggingface writes the JSON to a file",
    "tokens": f"{_TEXT}; decode_tokens_bytes(ids) returns the bytes of each token, id_to_token(id) the name of one",
    "train_new_from_iterator": "Tokenizer(pattern) makes a new one, and train_from_iterator trains it; extend trains on",
    "truncation": _LENGTHS,
}


def module_error(module: str, name: str) -> AttributeError:
    """Return the error for a name that a module has not."""
    if advice := _DOORS.get(name):
        return AttributeError(f"module {module!r} has no attribute {name!r}: {advice}")
    return AttributeError(f"module {module!r} has no attribute {name!r}")


def error(what: str, name: str, owner: object) -> AttributeError:
    """Return the error for a name that a tokenizer, or its class, has not."""
    advice = _DOORS.get(name) or _OF_TOKENIZERS.get(name)
    if advice is None:
        return AttributeError(f"{what} has no attribute {name!r}", name=name, obj=owner)
    return AttributeError(f"{what} has no attribute {name!r}: {advice}")


class Hinting(ABCMeta):
    """The type of a class that says where to go, as its instances do. It is an ABCMeta so that abstract classes go with it."""

    if not TYPE_CHECKING:  # a type checker would take any name for an attribute

        def __getattr__(cls, name: str) -> Any:
            raise error(f"type object {cls.__name__!r}", name, cls)
