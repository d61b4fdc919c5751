"""``text-processor bpe count --tree``: the tokens of each file and folder of a checkout, by one tokenizer or several."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, Literal, NamedTuple

from text_processor._common.messages import needs
from text_processor._documents.batches import find_invalid
from text_processor._documents.decoding import look_of
from text_processor._native.process import check_kept_nbytes
from text_processor.bpe import Tokenizer
from text_processor.cli._shared import FileError, printable

# Files that one thread reads and counts together.
BATCH_NBYTES = 1 << 22
BATCH_FILES = 256

# git takes a file for binary if it has a NUL among so many bytes at its start.
LOOKED_AT = 8000

# What has such a NUL, and is not recognised as something else.
BINARY = "binary"

Special = Literal["all"] | tuple[()]


class Left(NamedTuple):
    """A file that is left out, and why: it could not be read, or what it is instead of UTF-8."""

    path: str
    why: OSError | str


class Node:
    """A file, or a folder with what is in it."""

    def __init__(self, name: str, path: str, n_bytes: int = 0, *, is_folder: bool = False) -> None:
        self.name, self.path, self.is_folder = name, path, is_folder
        self.children: list[Node] = []
        self.n_bytes = n_bytes
        self.n_files = 0 if is_folder else 1
        self.n_tokens: tuple[int, ...] = ()

    def files(self) -> Iterator[Node]:
        """Give the files in the folder and all below it, or the file itself."""
        waiting: list[Node] = [self]
        while waiting:
            node = waiting.pop()
            if not node.is_folder:
                yield node
            waiting.extend(reversed(node.children))

    def add_up(self, n_tokenizers: int) -> None:
        """Sum up the folders, drop what was not counted, and put the entries with the most tokens first."""
        for folder in reversed([*self._folders()]):
            folder.children = [node for node in folder.children if node.n_files and node.n_tokens]
            folder.children.sort(key=lambda node: (-node.n_tokens[0], node.name))
            folder.n_bytes = sum(node.n_bytes for node in folder.children)
            folder.n_files = sum(node.n_files for node in folder.children)
            counts = zip(*(node.n_tokens for node in folder.children), strict=True)
            folder.n_tokens = tuple(map(sum, counts)) or (0,) * n_tokenizers

    def _folders(self) -> Iterator[Node]:
        waiting: list[Node] = [self]
        while waiting:
            node = waiting.pop()
            if node.is_folder:
                yield node
            waiting += node.children


# ---- What is counted -------------------------------------------------------------------------------------------------


class Ignored:
    """What the files .gitignore of a checkout leave out; those above the folder that is counted have a say too."""

    def __init__(self, root: Path) -> None:
        try:
            self._spec: Any = import_module("pathspec").GitIgnoreSpec
        except ImportError as error:
            raise FileError(f"{needs('--tree', 'pathspec', 'cli')}; or give --all, to look into no .gitignore") from error
        folder = root.resolve()
        around = [folder, *folder.parents]
        top = next((i for i, each in enumerate(around) if (each / ".git").exists()), 0)
        self._root = folder
        self._within: dict[str, Any] = {}  # by the path of a folder from the root on
        found = [(each, each / ".gitignore") for each in around[1 : top + 1]]
        found.append((around[top], around[top] / ".git" / "info" / "exclude"))
        read = [("".join(f"{part}/" for part in folder.relative_to(each).parts), self._read(name)) for each, name in found]
        self._above = [(prefix, spec) for prefix, spec in read if spec is not None]

    def enter(self, folder: str) -> None:
        """Take note of what a folder, by its path from the root on, leaves out."""
        if (spec := self._read(self._root / folder / ".gitignore")) is not None:
            self._within[folder] = spec

    def _read(self, name: Path) -> Any:
        try:
            return self._spec.from_lines(name.read_text(encoding="utf-8", errors="surrogateescape").splitlines())
        except OSError:
            return None

    def has(self, path: str, *, is_folder: bool) -> bool:
        """Whether an entry is left out, by its path from the root on; the nearest folder that names it decides."""
        name = f"{path}/" if is_folder else path
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            spec = self._within.get(folder)
            found = None if spec is None else spec.check_file(name[len(folder) + 1 if folder else 0 :]).include
            if found is not None:
                return bool(found)
        verdicts = (spec.check_file(prefix + name).include for prefix, spec in self._above)
        return bool(next((found for found in verdicts if found is not None), False))


def scan(root: Path, *, takes_all: bool, fault: Callable[[Path, OSError], None]) -> Node:
    """Return the folder with all files that may be text; links are not followed, and .git is left out."""
    ignored = None if takes_all else Ignored(root)
    tree = Node(str(root), "", is_folder=True)
    waiting = [tree]
    while waiting:
        folder = waiting.pop()
        if ignored is not None:
            ignored.enter(folder.path)
        try:
            with os.scandir(root / folder.path) as entries:
                nodes = [_node_of(entry, f"{folder.path}/{entry.name}" if folder.path else entry.name) for entry in entries]
        except OSError as error:
            fault(root / folder.path, error)
            continue
        kept = [node for node in nodes if node and not (ignored and ignored.has(node.path, is_folder=node.is_folder))]
        folder.children = sorted(kept, key=lambda node: node.name)
        waiting += [node for node in kept if node.is_folder]
    return tree


def _node_of(entry: os.DirEntry[str], path: str) -> Node | None:
    if entry.is_dir(follow_symlinks=False):
        return None if entry.name == ".git" else Node(entry.name, path, is_folder=True)
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return None  # it has gone meanwhile
    return Node(entry.name, path, status.st_size) if stat.S_ISREG(status.st_mode) else None


# ---- Counting --------------------------------------------------------------------------------------------------------


def count(root: Path, tree: Node, tokenizers: Sequence[Tokenizer], special: Special, threads: int) -> list[Left]:
    """Count the files of a tree, with several threads; return those that are left out, in order."""
    left: list[Left] = []
    with ThreadPoolExecutor(threads) as pool:
        try:
            count_batch = partial(_count_batch, root, tokenizers, special)
            for found in pool.map(count_batch, _batches(tree.files())):
                left += found
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    tree.add_up(len(tokenizers))
    return left


def _batches(nodes: Iterable[Node]) -> Iterator[list[Node]]:
    batch: list[Node] = []
    n_bytes = 0
    for node in nodes:
        if batch and (n_bytes + node.n_bytes > BATCH_NBYTES or len(batch) == BATCH_FILES):
            yield batch
            batch, n_bytes = [], 0
        batch.append(node)
        n_bytes += node.n_bytes
    if batch:
        yield batch


def _count_batch(root: Path, tokenizers: Sequence[Tokenizer], special: Special, nodes: Sequence[Node]) -> list[Left]:
    texts: list[str] = []
    counted: list[Node] = []
    left: list[Left] = []
    for node in nodes:
        check_kept_nbytes(node.n_bytes)
        found = _read_text(root / node.path)
        if isinstance(found, bytes):
            texts.append(found.decode())
            node.n_bytes = len(found)
            counted.append(node)
        else:
            left.append(Left(node.path, found))
    options: dict[str, Any] = {"allowed_special": special, "disallowed_special": ()}
    counts = [tokenizer.count_batch(texts, 1, **options) for tokenizer in tokenizers]
    for node, n_tokens in zip(counted, zip(*counts, strict=True), strict=True):
        node.n_tokens = n_tokens
    return left


def _read_text(path: Path) -> bytes | OSError | str:
    """Return what is in a file of UTF-8, or why it is left out; of a binary one only the start is read."""
    try:
        with path.open("rb", buffering=0) as file:
            start = file.read(LOOKED_AT)
            if b"\0" in start:
                return look_of(start) or BINARY
            data: bytes = start + file.readall()
    except OSError as error:
        return error
    return data if find_invalid(data) is None else look_of(data) or "not UTF-8"


def left_out(left: Iterable[Left]) -> dict[str, list[str]]:
    """Return the paths of the files that are no UTF-8, under what they are."""
    paths: dict[str, list[str]] = {}
    for path, why in left:
        if isinstance(why, str):
            paths.setdefault(why, []).append(path)
    return paths


def told_of(left: Mapping[str, Sequence[str]]) -> str:
    """Return a line about the files that were left out; it names one that may have been meant."""
    n = sum(map(len, left.values()))
    reasons = ", ".join(f"{len(paths):,} {what}" for what, paths in left.items())
    first = next((paths[0] for what, paths in left.items() if what != BINARY), None)
    example = "" if first is None else f"; the first that is not {BINARY} is {printable(first)}"
    return f"{n:,} {'file is' if n == 1 else 'files are'} left out: {reasons}{example}"


# ---- Writing ---------------------------------------------------------------------------------------------------------


def lines(tree: Node, names: Sequence[str], top: int | None) -> Iterator[str]:
    """Give the lines of a table: tokens by each tokenizer, and the tree; entries with the most tokens come first."""
    rows = [*_rows(tree, top)]
    heads = [printable(name) for name in names] if len(names) > 1 else ["tokens"]
    widths = [max(len(head), *(len(f"{row[i]:,}") for row, _ in rows)) for i, head in enumerate(heads)]
    yield "  ".join(head.rjust(width) for head, width in zip(heads, widths, strict=True))
    for counts, text in rows:
        numbers = (f"{n:,}".rjust(width) for n, width in zip(counts, widths, strict=True))
        yield f"{'  '.join(numbers)}  {text}"


def _rows(tree: Node, top: int | None) -> Iterator[tuple[tuple[int, ...], str]]:
    waiting: list[Any] = [(tree.n_tokens, "", printable(tree.name), tree)]
    while waiting:
        counts, indent, text, node = waiting.pop()
        yield counts, indent + text
        if node is None or not node.is_folder:
            continue
        shown = [*islice(node.children, top)]
        entries: list[Any] = [(each.n_tokens, indent + "  ", _name(each), each) for each in shown]
        if hidden := node.children[len(shown) :]:
            total = tuple(map(sum, zip(*(each.n_tokens for each in hidden), strict=True)))
            entries.append((total, indent + "  ", f"… {len(hidden):,} more", None))
        waiting += reversed(entries)


def _name(node: Node) -> str:
    return printable(node.name) + "/" * node.is_folder


def as_json(tree: Node, names: Sequence[str], top: int | None, left: Mapping[str, Sequence[str]]) -> str:
    """Return the tree as JSON: of each entry its name, tokens by tokenizer, bytes, and what is in it if it is a folder.

    The whole also has how many files were left out, by what they are.
    """

    def plain(node: Node) -> dict[str, Any]:
        made: dict[str, Any] = {
            "name": node.name,
            "tokens": dict(zip(names, node.n_tokens, strict=True)),
            "bytes": node.n_bytes,
        }
        return made | ({"files": node.n_files, "children": []} if node.is_folder else {})

    made: dict[str, Any] = plain(tree) | {"left_out": {what: len(paths) for what, paths in left.items()}}
    waiting = [(tree, made)]
    while waiting:
        node, written = waiting.pop()
        for child in islice(node.children, top):
            written["children"].append(plain(child))
            waiting.append((child, written["children"][-1]))
    return json.dumps(made, ensure_ascii=True)
