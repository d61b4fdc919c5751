"""``text-processor bpe shards``: a corpus as files of ids for training."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from text_processor._common.messages import quoted
from text_processor.cli import _shared
from text_processor.cli._shared import PROGRAM, FileError, printable, say
from text_processor.errors import TextProcessorError

DTYPES = ("auto", "uint16", "uint32")
FORMATS = ("raw", "llmc", "megatron", "npy", "parquet")

_DESCRIPTION = """\
Write the token ids of documents to files for training, with a manifest. A
document is a file of text, a line of it, a field of JSON lines (.jsonl, .ndjson,
or any file if --column is given) or an entry of a column of Parquet. A command
that was stopped goes on if it is given again."""

_EPILOG = f"""\
formats:
  raw       ids alone, in train_000000.bin, as nanoGPT reads them
  llmc      the same after the header of llm.c
  megatron  .bin and .idx of Megatron
  npy       arrays of NumPy
  parquet   a column input_ids of lists

examples:
  {PROGRAM} bpe shards gpt2.bpe 'corpus/*.jsonl.gz' --out shards --format raw \\
      --eos '<|endoftext|>' --split 0.999,0.001
  {PROGRAM} bpe shards tokenizer.json data.parquet --column text --out shards \\
      --format megatron --eos 2 --shuffle-seed 1"""


def add_shards(actions: Any) -> None:
    """Add the action to those of ``bpe``."""
    parser = actions.add_parser(
        "shards",
        help="write a corpus as files of ids for training",
        usage=f"{PROGRAM} bpe shards [OPTION ...] TOKENIZER SOURCE ... --out FOLDER --format FORMAT",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=_shards, refuse=parser.error)
    parser.add_argument("model", metavar="TOKENIZER", help=_shared.TOKENIZER)
    parser.add_argument(
        "files", nargs="+", metavar="SOURCE", help="files, or patterns such as 'data/**/*.txt'; may be compressed"
    )
    parser.add_argument(
        "--out", required=True, metavar="FOLDER", help="the folder for the shards; new, empty, or of this command"
    )
    parser.add_argument("--format", required=True, choices=FORMATS, help="what the files are for, see below")
    _shared.add_pattern(parser)
    parser.add_argument("--column", metavar="NAME", help="the column of Parquet or the field of JSON lines (default: text)")
    parser.add_argument(
        "--documents", choices=["file", "line"], default="file", help="what a document is in a file of text (default: file)"
    )
    parser.add_argument("--bos", type=_mark, metavar="ID|NAME", help="an id or a special token before each document")
    parser.add_argument("--eos", type=_mark, metavar="ID|NAME", help="an id or a special token after each document")
    parser.add_argument(
        "--shard-tokens",
        type=_tokens,
        default=100_000_000,
        metavar="N",
        help="a shard ends with the document that makes it have N ids (default: 100000000); 0 means one shard",
    )
    parser.add_argument(
        "--dtype", choices=["auto", "uint16", "uint32"], default="auto", help="the type of an id (default: auto)"
    )
    parser.add_argument(
        "--split", type=_split, metavar="TRAIN,VAL", help="the shares for training and validation, such as 0.99,0.01"
    )
    parser.add_argument(
        "--shuffle-seed", type=_whole, metavar="N", help="put the documents of each shard in an order of this seed"
    )
    _shared.add_errors(parser)
    parser.add_argument(
        "--special",
        action="store_true",
        help="encode the names of special tokens in documents as special tokens; by default they are ordinary text",
    )
    _shared.add_encoding(parser)
    _shared.add_threads(parser)
    _shared.add_max_memory(parser)
    _shared.add_progress(parser)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not a whole number of up to 18 digits")
    return int(text)


def _tokens(text: str) -> int | None:
    return _whole(text) or None


def _mark(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else text


def _split(text: str) -> tuple[float, float]:
    try:
        train, validation = map(float, text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not two shares such as 0.99,0.01") from error
    return train, validation


def _shards(arguments: argparse.Namespace) -> int:
    from text_processor.bpe import Tokenizer  # noqa: PLC0415 - not everybody needs it

    if "-" in [*arguments.files, arguments.out]:
        arguments.refuse("a run that goes on reads its files again, and writes to a folder; name them, as - has neither")
    try:
        tokenizer = Tokenizer.load(Path(arguments.model), pattern=arguments.pattern)
        shards = tokenizer.encode_corpus(
            arguments.files,
            arguments.out,
            format=arguments.format,
            bos=arguments.bos,
            eos=arguments.eos,
            shard_tokens=arguments.shard_tokens,
            dtype=arguments.dtype,
            split=arguments.split,
            shuffle_seed=arguments.shuffle_seed,
            column=arguments.column,
            documents=arguments.documents,
            encoding=arguments.encoding,
            errors=arguments.errors,
            allowed_special="all" if arguments.special else (),
            threads=arguments.threads,
            progress=arguments.progress,
        )
    except OSError as error:
        text = f"{os.fsdecode(error.filename)}: {error.strerror}" if error.filename else error.strerror or str(error)
        raise FileError(printable(text)) from error
    except (TextProcessorError, ValueError, OverflowError, ImportError) as error:
        raise FileError(printable(f"{error}{_shared.way_round(error)}")) from error
    tokens, documents = _counted(shards.tokens, "token"), _counted(shards.documents, "document")
    say(f"{tokens} of {documents} in {_counted(len(shards), 'shard')} in {arguments.out}")
    return 0


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"
