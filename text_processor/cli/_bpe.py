"""``text-processor bpe``: train, encode, decode and count with a `Tokenizer`, in the shell."""

from __future__ import annotations

import argparse
import contextlib
import errno
import io
import os
import sys
from array import array
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from text_processor._common import files, progress
from text_processor._common.arguments import threads_or_all
from text_processor._common.messages import quoted
from text_processor._common.progress import Progress
from text_processor._documents import decoding, sources
from text_processor._documents.decoding import Reading
from text_processor._documents.sources import Shard
from text_processor._native import bpe as native_bpe
from text_processor.bpe import _extending, _training
from text_processor.bpe._files import writing
from text_processor.bpe._stages import utf8
from text_processor.cli import _shards, _shared
from text_processor.cli._shared import PROGRAM, Faults, FileError, Work, printable, say, standard_input

if TYPE_CHECKING:
    from text_processor.bpe import Tokenizer


# Bytes of ids that are read at once.
BLOCK_NBYTES = 1 << 18

# Ids that are written together: as numbers in Python each takes a hundred bytes.
_WRITTEN_IDS = 1 << 16

_BPE = "Train byte-level BPE tokenizers, and turn text into token ids and back. Each ACTION has its own --help."

_TRAIN = """\
Train a vocabulary on text files and write it to a file. Each FILE is one
text; only its distinct pieces are kept in memory."""

_TRAIN_EPILOG = f"""\
The name of the output file selects the format: .json is a tokenizer.json of
Hugging Face's tokenizers, .tiktoken is the token list of tiktoken, which has
no pattern and no special tokens, and any other name is this package's format.

These patterns have names: gpt2, r50k, gpt4, cl100k, cl100k_tiktoken, nanochat,
o200k, qwen2, tekken, qwen35, kimi, deepseek3. Few other regular expressions
need the Python package regex: those with look-behind or back references.

examples:
  {PROGRAM} bpe train book.txt --vocab-size 8192 -o book.bpe
  {PROGRAM} bpe train *.txt.gz --vocab-size 50000 --pattern o200k \\
      --special '<|endoftext|>' -o tokenizer.json
  {PROGRAM} bpe train law.txt --extend book.bpe --vocab-size 9000 -o law.bpe"""

_ENCODE_EPILOG = f"""\
Ids are written as decimal numbers, one on each line, or with --binary as
little-endian unsigned 32-bit numbers. The ids of several files follow each
other. With -o the file is written when all files are encoded, or not at all.

examples:
  {PROGRAM} bpe encode -m book.bpe book.txt --binary -o book.ids
  {PROGRAM} bpe encode -m book.bpe book.txt | sort -n | uniq -c"""

_DECODE_EPILOG = f"""\
Ids are read as bpe encode writes them, with --binary or without.

examples:
  {PROGRAM} bpe decode -m book.bpe book.ids --binary -o book.txt
  echo 72 105 | {PROGRAM} bpe decode -m book.bpe -"""

_SHOW = """\
Show how a tokenizer splits a text: each token in its own colour, on a terminal,
or above its id elsewhere. Blanks, line feeds and tabs are shown as signs, and
bytes that are a part of a character as digits."""

_SHOW_EPILOG = f"""\
examples:
  {PROGRAM} bpe show book.bpe 'To be, or not to be'
  head book.txt | {PROGRAM} bpe show tokenizer.json -"""

_COUNT_EPILOG = f"""\
With --tree, the tokens of each file and folder in DIR are printed, those with
the most first. What .gitignore names and what is not UTF-8 is left out,
and links are not followed. Then --model may be given several times.

examples:
  {PROGRAM} bpe count -m book.bpe *.txt
  {PROGRAM} bpe count -m tokenizer.json --tree . --top 10
  {PROGRAM} bpe count -m a.tiktoken -m b.tiktoken --pattern o200k --tree src --json"""


def add_commands(commands: Any) -> None:
    """Add ``bpe`` and its actions to the commands."""
    bpe = commands.add_parser(
        "bpe", help="train byte-level BPE tokenizers; encode, decode, count, show and write shards with them", description=_BPE
    )
    actions = bpe.add_subparsers(metavar="ACTION", dest="action", required=True)
    _add_train(actions)
    encode = _add(actions, "encode", _encode, "write the ids of text files", epilog=_ENCODE_EPILOG)
    _add_model(encode)
    _add_special(encode)
    _shared.add_encoding(encode)
    _shared.add_errors(encode)
    _add_output(encode, "the ids")
    encode.add_argument("--binary", action="store_true", help="write unsigned 32-bit numbers instead of lines")
    _shared.add_progress(encode)
    decode = _add(actions, "decode", _decode, "write the text of ids", epilog=_DECODE_EPILOG)
    _add_model(decode)
    _add_output(decode, "the text")
    decode.add_argument("--binary", action="store_true", help="read unsigned 32-bit numbers instead of decimal ones")
    count = _add(
        actions,
        "count",
        _count,
        "count the ids of text files; print each count before the name, as wc does",
        epilog=_COUNT_EPILOG,
    )
    _add_model(count, action="append")
    _add_special(count)
    _add_tree(count)
    _shared.add_encoding(count)
    _shared.add_errors(count)
    _shared.add_threads(count)
    _shared.add_progress(count)
    _shards.add_shards(actions)
    _add_show(actions)


def _add(actions: Any, name: str, run: Callable[[argparse.Namespace], int], text: str, **options: Any) -> Any:
    parser = actions.add_parser(
        name, help=text, **{"description": text, "formatter_class": argparse.RawDescriptionHelpFormatter, **options}
    )
    parser.set_defaults(run=run, refuse=parser.error)
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="may be compressed by gzip, bzip2, xz or zstd; - is standard input, which is also read if there is no FILE",
    )
    _shared.add_max_memory(parser)
    _shared.add_skip_errors(parser)
    return parser


def _add_train(actions: Any) -> None:
    train = _add(
        actions,
        "train",
        _train,
        "train a vocabulary on text files",
        usage="%(prog)s [-h] --vocab-size N -o FILE [OPTION ...] [FILE ...]",  # with all options, it hides the error
        description=_TRAIN,
        epilog=_TRAIN_EPILOG,
    )
    train.add_argument(
        "--vocab-size", type=_at_least(256), required=True, metavar="N", help="number of tokens, without special tokens"
    )
    train.add_argument("-o", "--output", required=True, metavar="FILE", help="the file for the tokenizer")
    train.add_argument("--pattern", help="the regular expression that splits text, or its name (default: gpt4)")
    train.add_argument(
        "--extend",
        metavar="MODEL",
        help="add merges to those of this tokenizer, which has the pattern and the special tokens; each token keeps its id",
    )
    train.add_argument(
        "--tie-break",
        choices=["rustbpe", "hf"],
        default="rustbpe",
        help="the rule for equally frequent pairs: that of rustbpe (the default) or of Hugging Face",
    )
    train.add_argument(
        "--special", action="append", default=[], metavar="NAME", help="a special token; may be given more than once"
    )
    train.add_argument(
        "--cut-special", action="store_true", help="cut the names of special tokens out of the text; by default they are text"
    )
    train.add_argument(
        "--min-frequency", type=_at_least(0), default=0, metavar="N", help="stop when the next pair occurs less often than this"
    )
    train.add_argument(
        "--max-token-length", type=_at_least(1), metavar="N", help="make no token of more bytes than this (default: any length)"
    )
    _shared.add_encoding(train)
    _shared.add_errors(train)
    _shared.add_threads(train)
    _shared.add_progress(train)


def _add_model(parser: argparse.ArgumentParser, **options: Any) -> None:
    parser.add_argument("-m", "--model", required=True, metavar="FILE", help=_shared.TOKENIZER, **options)
    _shared.add_pattern(parser)


def _add_tree(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tree", metavar="DIR", help="count all text files in a folder, and print them as a tree")
    parser.add_argument("--top", type=_at_least(1), metavar="N", help="with --tree: print only so many entries of each folder")
    parser.add_argument("--json", action="store_true", help="with --tree: print JSON")
    parser.add_argument("--all", action="store_true", help="with --tree: count what .gitignore names, too")


def _add_special(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--special",
        action="store_true",
        help="encode the names of special tokens as special tokens; by default they are ordinary text",
    )


def _add_output(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("-o", "--output", metavar="FILE", help=f"the file for {what}, instead of standard output")


def _add_show(actions: Any) -> None:
    show = actions.add_parser(
        "show",
        help="show the tokens of texts, in colours on a terminal",
        description=_SHOW,
        epilog=_SHOW_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    show.set_defaults(run=_show, refuse=show.error)
    show.add_argument("model", metavar="TOKENIZER", help=_shared.TOKENIZER)
    show.add_argument("texts", nargs="+", metavar="TEXT", help="a text; several are joined by blanks; - is standard input")
    _shared.add_pattern(show)


def _at_least(least: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text) >= least):
            raise argparse.ArgumentTypeError(f"{quoted(text)} is not a number from {least} on")
        return int(text)

    return parse


# ---- Tokenizers ------------------------------------------------------------------------------------------------------


def _load(arguments: argparse.Namespace) -> Tokenizer:
    return _load_named(arguments.model, arguments)


def _load_named(name: str, arguments: argparse.Namespace) -> Tokenizer:
    from text_processor.bpe import Tokenizer  # noqa: PLC0415 - not everybody needs it

    with _naming(name):
        return Tokenizer.load(Path(name), pattern=arguments.pattern)


def _save(tokenizer: Tokenizer, name: str) -> None:
    save = {".json": tokenizer.save_huggingface, ".tiktoken": tokenizer.save_tiktoken}
    with _naming(name):
        save.get(Path(name).suffix.lower(), tokenizer.save)(name)


def _check_output(tokenizer: Tokenizer, name: str) -> None:
    """Check before a training, which may take long, that its result can be written."""
    path = Path(name)
    with _naming(name):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not path.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        if path.suffix.lower() == ".json":
            writing.to_json(tokenizer._model)


@contextlib.contextmanager
def _naming(name: str, *, has_options: bool = False) -> Generator[None, None, None]:
    """Turn the exceptions for a file into a `FileError` of one line, which may name the options for invalid text."""
    try:
        yield
    except OSError as error:
        raise FileError(printable(f"{name}: {os.strerror(error.errno) if error.errno else error}")) from error
    except (ValueError, OverflowError, ImportError) as error:
        text = f"{error}{_shared.way_round(error) if has_options else ''}"
        raise FileError(printable(text if name in text else f"{name}: {text}")) from error


# ---- Actions ---------------------------------------------------------------------------------------------------------


def _train(arguments: argparse.Namespace) -> int:
    tokenizer = _new(arguments) if arguments.extend is None else _to_extend(arguments)
    model = tokenizer._model
    earlier: _extending.Earlier | None = None
    plan = _training.Plan(
        arguments.vocab_size - 256,
        native_bpe.TIE_BREAKS[arguments.tie_break],
        threads_or_all(arguments.threads),
        None,
        arguments.min_frequency,
        arguments.max_token_length,
    )
    if arguments.extend is not None:
        with _naming(arguments.extend):
            earlier, plan = _extending.Earlier(model), _extending.plan_for(model, plan)
    _check_output(tokenizer, arguments.output)
    faults = Faults(arguments)
    with Work(arguments.files, shows_bar=arguments.progress) as work:
        hook: Progress | None = None
        cut = model.cut_for("all" if arguments.cut_special else ())
        counting = _training.Counting(model.splitter, plan.threads, lambda _: _tell(hook), cut)
        for name in arguments.files:
            with faults.left_out(), _opened(name) as (read, position):
                hook = work.hook(position)
                counting.add_stream(_sound(read, name, faults, arguments))
            work.has_done(name)
    if faults.n == len(arguments.files):
        raise FileError("no file is left to make a vocabulary of")
    with _LateBar(plan.n_merges, shows_bar=arguments.progress) as bar:
        tokenizer._train_on(model, counting.pieces, plan._replace(progress=bar.tell), earlier)
    _save(tokenizer, arguments.output)
    say(f"{tokenizer.vocab_size:,} tokens in {arguments.output}")
    return faults.status


def _new(arguments: argparse.Namespace) -> Tokenizer:
    from text_processor.bpe import Tokenizer  # noqa: PLC0415

    try:
        return Tokenizer("gpt4" if arguments.pattern is None else arguments.pattern, special_tokens=arguments.special)
    except (ValueError, ImportError) as error:
        arguments.refuse(str(error))
        raise


def _to_extend(arguments: argparse.Namespace) -> Tokenizer:
    from text_processor.bpe import Tokenizer  # noqa: PLC0415

    if arguments.special:
        arguments.refuse("--special cannot be given with --extend: the tokenizer has its special tokens")
    with _naming(arguments.extend):
        return Tokenizer.load(Path(arguments.extend), pattern=arguments.pattern)


def _sound(read: Callable[[int], bytes], name: str, faults: Faults, arguments: argparse.Namespace) -> Shard:
    """Return the text of a file; with ``--skip-errors``, it is first read to its end."""
    text = _text_of(read, name, _reading(name, arguments))
    if not faults.are_skipped:
        return text
    blocks = faults.whole(_shown(name), map(bytes, utf8.blocks(text)))
    return _text_of(lambda _: next(blocks, b""), name, Reading("utf-8"))


def _text_of(read: Callable[[int], bytes], name: str, reading: Reading) -> Shard:
    return sources.of_reader(read, _shown(name), reading).text(_shown(name), reading.errors)


def _tell(hook: Progress | None) -> None:
    if hook is not None:
        hook(0, None)


def _encode(arguments: argparse.Namespace) -> int:
    tokenizer, faults = _load(arguments), Faults(arguments)
    _write(arguments.output, _encoded(tokenizer, arguments, faults))
    return faults.status


def _encoded(tokenizer: Tokenizer, arguments: argparse.Namespace, faults: Faults) -> Iterator[bytes]:
    with Work(arguments.files, shows_bar=arguments.progress) as work:
        for name in arguments.files:
            with faults.left_out():
                yield from faults.whole(_shown(name), _written(_ids(tokenizer, name, arguments, work), arguments))
            work.has_done(name)


def _written(ids: Iterable[array[int]], arguments: argparse.Namespace) -> Iterator[bytes]:
    from text_processor.bpe._model import little_endian  # noqa: PLC0415 - not everybody needs it

    for some in ids:
        for start in range(0, len(some), _WRITTEN_IDS):  # a long piece gives all its ids at once
            part = some[start : start + _WRITTEN_IDS]
            yield little_endian(part) if arguments.binary else b"%s\n" % "\n".join(map(str, part)).encode()


def _ids(tokenizer: Tokenizer, name: str, arguments: argparse.Namespace, work: Work) -> Iterator[array[int]]:
    allowed: Any = "all" if arguments.special else ()
    with _opened(name) as (read, position):
        hook = work.hook(position)
        for ids in tokenizer._model.encode_stream(_text_of(read, name, _reading(name, arguments)), allowed, ()):
            yield ids
            _tell(hook)


def _decode(arguments: argparse.Namespace) -> int:
    tokenizer, faults = _load(arguments), Faults(arguments)
    _write(arguments.output, _decoded(tokenizer, arguments, faults))
    return faults.status


def _decoded(tokenizer: Tokenizer, arguments: argparse.Namespace, faults: Faults) -> Iterator[bytes]:
    for name in arguments.files:
        with faults.left_out():
            yield from faults.whole(_shown(name), _decoded_file(tokenizer, name, arguments))


def _decoded_file(tokenizer: Tokenizer, name: str, arguments: argparse.Namespace) -> Iterator[bytes]:
    with _opened(name) as (read, _):
        if arguments.binary:
            batches: Iterator[array[int] | list[int]] = _parse_binary(decoding.opened_bytes(read, BLOCK_NBYTES, _suffix(name)))
        else:
            batches = _parse_lines(decoding.opened(read, BLOCK_NBYTES, Reading(suffix=_suffix(name))).read)
        n_ids = 0
        for ids in batches:
            yield tokenizer._model.decode(ids, first=n_ids)
            n_ids += len(ids)


def _parse_binary(read: Callable[[int], bytes]) -> Iterator[array[int]]:
    rest = b""
    while data := read(BLOCK_NBYTES):
        data = rest + data
        ids = array("I")
        ids.frombytes(data[: len(data) // 4 * 4])
        if sys.byteorder == "big":
            ids.byteswap()
        rest = data[len(data) // 4 * 4 :]
        yield ids
    if rest:
        raise ValueError(f"it ends with {len(rest)} of the 4 bytes of an id")


def _parse_lines(read: Callable[[int], bytes]) -> Iterator[list[int]]:
    rest, is_final = b"", False
    while not is_final:
        data = read(BLOCK_NBYTES)
        is_final = not data
        words = (rest + data + b"\n" if is_final else rest + data + b".").split()  # the last word may be incomplete
        rest = b"" if is_final else words.pop()[:-1]
        for word in words:
            if not (word.isdigit() and len(word) <= 10):
                raise ValueError(f"{word[:40].decode('ascii', 'backslashreplace')!r} is no id, a number of up to 10 digits")
        if len(rest) > 10:
            raise ValueError(f"{rest[:40].decode('ascii', 'backslashreplace')!r} is no id, a number of up to 10 digits")
        yield list(map(int, words))


def _count(arguments: argparse.Namespace) -> int:
    if arguments.tree is not None:
        return _count_tree(arguments)
    if len(arguments.model) > 1 or arguments.json or arguments.all or arguments.top is not None:
        arguments.refuse("several models, --top, --json and --all are for --tree")
    tokenizer, faults = _load_named(arguments.model[0], arguments), Faults(arguments)
    counts: list[tuple[int, str]] = []
    with Work(arguments.files, shows_bar=arguments.progress) as work:
        for name in arguments.files:
            with faults.left_out():
                counts.append((sum(map(len, _ids(tokenizer, name, arguments, work))), name))
            work.has_done(name)
    if len(arguments.files) > 1:
        counts.append((sum(count for count, _ in counts), "total"))
    output = _standard_output()
    for count, name in counts:
        output.write(f"{count}\t{printable(name)}\n".encode("utf-8", "backslashreplace"))
    return faults.status


def _count_tree(arguments: argparse.Namespace) -> int:
    from text_processor.cli import _tree  # noqa: PLC0415 - not everybody needs it

    if arguments.files != ["-"]:
        arguments.refuse("with --tree, only the files in its folder are counted; give no FILE")
    if arguments.encoding is not None or arguments.errors != "strict":
        arguments.refuse("with --tree, files are UTF-8")
    root, faults = Path(arguments.tree), Faults(arguments)
    with _naming(str(root)):
        os.scandir(root).close()
    names = [Path(name).name for name in arguments.model]
    if len({*names}) < len(names):
        names = list(arguments.model)
    tokenizers = [_load_named(name, arguments) for name in arguments.model]

    def fault(path: Path, error: OSError) -> None:
        with faults.left_out(), _naming(str(path)):
            raise error

    tree = _tree.scan(root, takes_all=arguments.all, fault=fault)
    threads = threads_or_all(arguments.threads)
    left = _tree.count(root, tree, tokenizers, "all" if arguments.special else (), threads)
    for path, why in left:
        if isinstance(why, OSError):
            fault(root / path, why)
    if left_out := _tree.left_out(left):
        say(f"{PROGRAM}: {_tree.told_of(left_out)}")
    output = _standard_output()
    if arguments.json:
        text: Iterable[str] = [_tree.as_json(tree, names, arguments.top, left_out)]
    else:
        text = _tree.lines(tree, names, arguments.top)
    for line in text:
        output.write(f"{line}\n".encode("utf-8", "backslashreplace"))
    return faults.status


def _show(arguments: argparse.Namespace) -> int:
    tokenizer = _load(arguments)
    with _naming("TEXT"):
        if arguments.texts == ["-"]:
            with standard_input() as file:
                text: Any = file.readall() or b""
        else:
            text = " ".join(arguments.texts)
        view = tokenizer.show(text)
    _standard_output()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    view.print()
    return 0


# ---- Files -----------------------------------------------------------------------------------------------------------


def _shown(name: str) -> str:
    return "standard input" if name == "-" else name


def _suffix(name: str) -> str:
    return "" if name == "-" else decoding.suffix_of(name)


def _reading(name: str, arguments: argparse.Namespace) -> Reading:
    return Reading(arguments.encoding, arguments.errors, _suffix(name))


@contextlib.contextmanager
def _opened(name: str) -> Generator[tuple[Callable[[int], bytes], Callable[[], int]], None, None]:
    """Open a file; give its read function, and a function that returns how many bytes were read."""
    n_read = 0

    def read(nbytes: int) -> bytes:
        nonlocal n_read
        data = file.read(nbytes)
        if data is None:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        n_read += len(data)
        return data

    with _naming(_shown(name), has_options=True), standard_input() if name == "-" else io.FileIO(name) as file:
        yield read, lambda: n_read


def _write(name: str | None, chunks: Iterable[bytes]) -> None:
    """Write to a file, which becomes visible only when it is complete, or to standard output chunk by chunk."""
    if name is not None:
        with _naming(name):
            files.write_file(name, chunks)
        return
    output = _standard_output()
    for chunk in chunks:
        output.write(chunk)


def _standard_output() -> Any:
    if sys.stdout is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    sys.stdout.flush()
    return sys.stdout.buffer


class _LateBar(contextlib.ExitStack):
    """A progress bar for merges or other units, shown if the work takes longer than a second."""

    def __init__(self, total: int | None, *, shows_bar: bool, unit: str = "merges") -> None:
        super().__init__()
        self._is_shown = shows_bar and progress._is_terminal()
        self._total, self._unit = total, unit
        self._start = monotonic()
        self._report: progress.Report | None = None

    def tell(self, done: int, total: int | None) -> None:
        if self._is_shown and self._report is None and monotonic() - self._start >= _shared.SECONDS_WITHOUT_BAR:
            self._report = self.enter_context(progress.reporting(True, self._total or total, self._unit))
        if self._report is not None:
            self._report(done)
