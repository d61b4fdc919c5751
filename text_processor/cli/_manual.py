"""The commands ``completion`` and ``manual``: what shells and ``man`` want, made from the options that there are."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any, cast

from text_processor import __version__
from text_processor._common.messages import needs
from text_processor.cli._shared import PROGRAM, FileError

SHELLS = ["bash", "zsh", "fish", "tcsh"]

# What stands for a file in the help of an option or argument.
_NAMES_OF_FILES = ("DIR", "FILE", "FOLDER", "MODEL", "SOURCE", "TOKENIZER")


def add_commands(commands: Any, parser: argparse.ArgumentParser) -> None:
    """Add both commands; ``parser`` is that of the program."""
    completion = commands.add_parser(
        "completion",
        help="write a script that completes the options of this program in a shell",
        description="Write a script that completes commands, options, values and files; shtab, of the extra cli, makes it. "
        f'In bash: eval "$({PROGRAM} completion bash)"; in zsh the same with zsh, after compinit; in fish: '
        f"{PROGRAM} completion fish | source; in tcsh: write it to a file and source that.",
    )
    completion.add_argument("shell", choices=SHELLS, help="the shell")

    def write_completion(arguments: argparse.Namespace) -> int:
        return _write([_completion(parser, arguments.shell)])

    completion.set_defaults(run=write_completion, refuse=completion.error)
    manual = commands.add_parser(
        "manual",
        help="write the manual page of this program",
        description=f"Write the manual page, as man reads it: {PROGRAM} manual > {PROGRAM}.1; man ./{PROGRAM}.1",
    )

    def write_page(_: argparse.Namespace) -> int:
        return _write(_page(parser))

    manual.set_defaults(run=write_page, refuse=manual.error)


def _write(lines: Iterable[str]) -> int:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 0


# ---- What there is ---------------------------------------------------------------------------------------------------


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands right below a parser."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return cast(dict[str, argparse.ArgumentParser], action.choices)
    return {}


def _all_commands(parser: argparse.ArgumentParser, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every parser, with the words that lead to it."""
    yield path, parser
    for name, below in _commands(parser).items():
        yield from _all_commands(below, (*path, name))


# ---- Completion ------------------------------------------------------------------------------------------------------


def _completion(parser: argparse.ArgumentParser, shell: str) -> str:
    try:
        shtab = import_module("shtab")
    except ImportError as error:
        raise FileError(needs("completion", "shtab", "cli")) from error
    for _, each in _all_commands(parser):
        for action in each._actions:
            if action.metavar in _NAMES_OF_FILES:
                setattr(action, "complete", shtab.FILE)  # noqa: B010 - which argparse does not know
    return str(shtab.complete(parser, shell))


# ---- The manual page -------------------------------------------------------------------------------------------------


def _page(parser: argparse.ArgumentParser) -> Iterator[str]:
    yield f'.TH {PROGRAM.upper()} 1 "" "{PROGRAM} {__version__}"'
    yield f".SH NAME\n{PROGRAM} \\- {_escaped(parser.description or '')}"
    for path, each in _all_commands(parser):
        if _commands(each):
            continue
        yield f".SH {' '.join(path).upper()}"
        yield f".B {_escaped(' '.join(each.format_usage().removeprefix('usage: ').split()))}"
        yield f".PP\n{_escaped(each.description or '')}"
        for action in each._actions:
            if action.help == argparse.SUPPRESS:
                continue
            shown = ", ".join(action.option_strings) or str(action.metavar or action.dest)
            value = "" if not action.option_strings or action.nargs == 0 else f" {_value_of(action)}"
            yield f".TP\n.B {_escaped(shown + value)}\n{_escaped(_help_of(each, action))}"
        if each.epilog:
            yield f".PP\n.nf\n{_escaped(each.epilog)}\n.fi"


def _value_of(action: argparse.Action) -> str:
    if action.metavar is not None:
        return str(action.metavar)
    return "{" + ",".join(map(str, action.choices)) + "}" if action.choices else action.dest.upper()


def _help_of(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    return (action.help or "") % {"prog": parser.prog, "default": action.default}


def _escaped(text: str) -> str:
    """Return text in which nothing is a request of the formatter."""
    lines = text.replace("\\", "\\e").replace("-", "\\-").split("\n")
    return "\n".join(f"\\&{line}" if line.startswith((".", "'")) else line for line in lines)
