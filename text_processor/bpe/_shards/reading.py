"""Read shards back: arrays over their files, and the documents in them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from text_processor._common.arguments import check_option
from text_processor._common.messages import needs, quoted
from text_processor.bpe._shards import formats, manifest
from text_processor.bpe._shards.formats import FORMATS, Names
from text_processor.bpe._shards.manifest import Entry, Manifest

_NBYTES = {"uint16": 2, "uint32": 4, "int32": 4}


def _counted(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"


def _numpy() -> Any:
    try:
        return import_module("numpy")
    except ImportError as error:
        raise ImportError(needs("read_shards", "numpy", "numpy")) from error


class Shard(Sequence[Any]):
    """A shard: a sequence of documents, each an array of its ids, with the marks of `Tokenizer.encode_corpus`.

    The arrays are NumPy's and read-only. They share the memory that the system maps the file to, so a shard may be larger than
    memory; those of Parquet, which is compressed, are in memory.

    >>> import tempfile
    >>> from text_processor import Tokenizer, read_shards
    >>> tokenizer = Tokenizer(special_tokens=["<|end|>"])
    >>> tokenizer.train("low lower lowest", 258)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = tokenizer.encode_corpus(iter(["low", "a"]), folder, format="raw", eos="<|end|>")
    ...     (shard,) = read_shards(folder)
    ...     shard.name, len(shard), shard[0].tolist(), shard.ids.tolist(), shard.offsets.tolist()
    ('train_000000', 2, [257, 258], [257, 258, 97, 258], [0, 2, 4])
    """

    name: str
    """The name of its files, without the suffix."""
    split: str
    """``"train"`` or ``"val"``."""
    tokens: int
    """How many ids it has."""
    dtype: str
    """What type the ids have, ``"uint16"``, ``"uint32"``, or ``"int32"`` for Megatron."""

    if TYPE_CHECKING:
        _documents: int
        _format: str
        _paths: Names

    @classmethod
    def _of(cls, folder: Path, entry: Entry, options: dict[str, Any]) -> Shard:
        self = cls()
        self.name, self.split, self.tokens, self._documents = entry
        self.dtype, self._format = options["dtype"], options["format"]
        self._paths = formats.names(folder, entry.name, FORMATS[self._format])
        return self

    @property
    def path(self) -> Path:
        """The file with the ids."""
        return self._paths.made

    @cached_property
    def ids(self) -> Any:
        """All ids, one document after the other. O(1), but for Parquet."""
        np = _numpy()
        if self._format == "parquet":
            return self._column.flatten().to_numpy()
        if self.tokens == 0:
            return np.empty(0, self.dtype)
        little = np.dtype(self.dtype).newbyteorder("<")
        header_nbytes = len(FORMATS[self._format].header(0, _NBYTES[self.dtype]))
        return np.memmap(self.path, little, "r", header_nbytes, (self.tokens,))

    @cached_property
    def offsets(self) -> Any:
        """Where documents end. Document i has ``ids[offsets[i] : offsets[i + 1]]``. O(1), or O(documents) for some formats."""
        np = _numpy()
        if self._format == "parquet":
            return self._column.offsets.to_numpy().astype("u8")
        if self._format == "megatron":
            lengths = np.fromfile(self._paths.side, "<i4", self._documents, offset=34)
            return np.concatenate([np.zeros(1, "u8"), np.cumsum(lengths, dtype="u8")])
        return np.memmap(self._paths.side, "<u8", "r", 0, (self._documents + 1,))

    @cached_property
    def _column(self) -> Any:
        pa, parquet = formats.import_parquet()
        chunked = parquet.read_table(self.path, memory_map=True).column(0)
        array = chunked.cast(pa.large_list(chunked.type.value_type)).combine_chunks()
        return pa.concat_arrays(array.chunks) if isinstance(array, pa.ChunkedArray) else array

    def check(self) -> None:
        """Raise `ValueError` if the files are not there, or not as long as they must be."""
        paths, nbytes = self._paths, _NBYTES[self.dtype]
        lengths = {paths.made: len(FORMATS[self._format].header(0, nbytes)) + self.tokens * nbytes}
        if self._format == "megatron" and paths.side is not None:
            lengths[paths.side] = 34 + 20 * self._documents + 8
        elif paths.side is not None:
            lengths[paths.side] = 8 * self._documents + 8
        for path, length in lengths.items():
            found = path.stat().st_size if path.exists() else None
            if found is None or (found != length and self._format != "parquet"):
                has = "is missing" if found is None else f"has {found} bytes, not the {length} that the manifest tells of"
                raise ValueError(f"{str(path)!r} {has}: remove the folder and encode the corpus again")

    def __len__(self) -> int:
        """How many documents it has."""
        return self._documents

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        return self.ids[int(self.offsets[place]) : int(self.offsets[place + 1])]

    def __repr__(self) -> str:
        return f"<Shard {self.name}: {_counted(self.tokens, 'id')} of {self.dtype}, {_counted(len(self), 'document')}>"


class Shards(Sequence[Shard]):
    """The shards of a folder, in order: those for training, then those for validation.

    No file of a shard is opened before its arrays are asked for.
    """

    manifest: dict[str, Any]
    """What ``manifest.json`` says of the tokenizer, the options and the sources."""
    skipped: int
    """How many missing values, such as nulls, the sources had."""
    tokens: int
    """How many ids these shards have."""
    documents: int
    """How many documents they have."""

    if TYPE_CHECKING:
        _shards: list[Shard]

    @classmethod
    def _of(cls, folder: Path, found: Manifest, split: str | None) -> Shards:
        chosen = [entry for name in ("train", "val") for entry in found.shards if entry.split == name and split in (None, name)]
        self = cls()
        self.manifest, self.skipped = found.about, found.skipped
        self.tokens = sum(entry.tokens for entry in chosen)
        self.documents = sum(entry.documents for entry in chosen)
        self._shards = [Shard._of(folder, entry, found.options) for entry in chosen]
        return self

    def __len__(self) -> int:
        return len(self._shards)

    @overload
    def __getitem__(self, index: int) -> Shard: ...
    @overload
    def __getitem__(self, index: slice) -> list[Shard]: ...
    def __getitem__(self, index: int | slice) -> Shard | list[Shard]:
        return self._shards[index]

    def __iter__(self) -> Iterator[Shard]:
        return iter(self._shards)

    def __repr__(self) -> str:
        return f"<{_counted(len(self), 'shard')}: {_counted(self.tokens, 'id')}, {_counted(self.documents, 'document')}>"


def read_shards(path: str | os.PathLike[str], *, split: Literal["train", "val"] | None = None) -> Shards:
    """Return the shards that `Tokenizer.encode_corpus` has written to a folder, in any of its formats.

    Args:
        path: the folder.
        split: the part whose shards are wanted; None means all.

    Raises:
        FileNotFoundError: the folder has no manifest.
        ValueError: the run was stopped before its end, a file is missing or has another length, the manifest is damaged, or
            ``split`` is not one of the allowed values.
        ImportError: numpy is not installed (raised where arrays are asked for), or pyarrow, for Parquet.

    It takes O(shards) time; the files are mapped, not read.

    >>> import tempfile
    >>> from text_processor import Tokenizer, read_shards
    >>> tokenizer = Tokenizer()
    >>> tokenizer.train("low lower lowest", 258)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = tokenizer.encode_corpus(iter(["low", "lower"]), folder, format="npy")
    ...     read_shards(folder)
    <1 shard: 4 ids, 2 documents>
    """
    if split is not None:
        check_option("split", split, ("train", "val"))
    folder = Path(path)
    found = Manifest.read(folder / manifest.NAME)
    if found.place is not None:
        raise ValueError(
            f"the shards in {quoted(str(folder))} are not complete: Tokenizer.encode_corpus with the same arguments goes on"
        )
    shards = Shards._of(folder, found, split)
    for shard in shards:
        shard.check()
    return shards
