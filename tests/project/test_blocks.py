"""The follower of pages tells what is wrong, and where."""

from __future__ import annotations

from pathlib import Path

import pytest
from blocks import Follower, blocks, commands


def follow(text: str, folder: Path) -> str:
    """What it has to say about a page."""
    try:
        Follower("docs/page.md", text, folder).follow()
    except pytest.fail.Exception as failure:
        return str(failure)
    return ""


@pytest.mark.parametrize(
    "text",
    [
        "```pycon\n>>> x = 1\n>>> x\n1\n```\n\n```pycon\n>>> x + 1\n2\n```",
        "```python\nimport text_processor\n```",
        "```python lib/one.py\nONE = 1\n```\n\n```python\nfrom lib.one import ONE\n```",
        "```console\n$ echo one; echo two >&2\none\ntwo\n$ cat \\\n    /dev/null\n```",
        "```console\n$ echo 7 seconds\n... seconds\n```",
        "```text a b.txt\nhello\n```\n\n```console\n$ cat 'a b.txt'\nhello\n```",
        "```console\n$ cat none\ncat: none: No such file or directory\n```",
        "```sh\nx=1\ntest $x = 1\n```",
        '```sh\n# all of it\nmake PYTHON=python3.12 test  # now\nmake debug SCRIPT="a.py 3"\n```',
        "```c\ntp_status count(const tp_batch *piece);\n```",
        "```json\n[1]\n```\n\n```toml\na = 1\n```\n\n```text\nanything\n```",
        "<!-- not run: it is never -->\n\n```sh\nfalse\n```",
        "<!-- run by tests/project/test_blocks.py -->\n```gdb\nbreak main\n```",
        "<!-- run by tests/project/test_blocks.py -->\n# Page\n\n```gdb\nrun\n```\n\n```\nanything\n```",
        "````{note}\n```sh\ntrue\n```\n````",
        "- a list\n  ```sh\n  cat <<END\n  END\n  ```",
    ],
)
def test_nothing_is_said_of_what_is_right(text: str, tmp_path: Path) -> None:
    assert follow(text, tmp_path) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("```pycon\n>>> 1 + 1\n3\n```", "Expected:\n    3\nGot:\n    2"),
        ("one\n\n```python\nraise ValueError('no')\n```", "docs/page.md:3: status 1 after\n    python block.py"),
        ("```python\n>>> 1\n```", "docs/page.md:1: a session with >>> is `pycon`"),
        ("```pycon\nx = 1\n```", "docs/page.md:1: a session without >>>"),
        ("```console\n$ echo one\ntwo\n```", "docs/page.md:1: $ echo one\n\nshown:\n    two\n\nis:\n    one"),
        ("```console\n$ false\n```", "status 1"),
        ("```console\necho\n```", "commands begin with `$ `"),
        ("```sh\nfalse\ntrue\n```", "status 1"),
        ("```sh\nfalse | true\n```", "status 1"),
        ("```c\nint x = tp_nothing();\n```", "tp_nothing"),
        ("```c\nint main(void) { return 0; }\n```", "a whole program needs the name of a file"),
        ("```c count.c\nint main(void) { return 0; }\n```", "no command below uses count.c"),
        ("```\nanything\n```", "what is to be done with a block of no language?"),
        ("```bash\ntrue\n```", "what is to be done with bash? Known are c, console, json"),
        ("<!-- run by tests/test_none.py -->\n```gdb\nquit\n```", "tests/test_none.py does not say that it runs this page"),
        ("````{note}\ntext\n\n```sh\nfalse\n```\n````", "docs/page.md:4: status 1"),
    ],
)
def test_what_is_wrong_is_told(text: str, said: str, tmp_path: Path) -> None:
    assert said in follow(text, tmp_path)


def test_lines_of_blocks() -> None:
    assert [block.line for block in blocks("# Page\n\n```sh\n1\n```\n\n<!-- not run: x -->\n\n```sh\n2\n```\n")] == [3, 9]


def test_commands_go_on_behind_a_backslash() -> None:
    assert list(commands("$ a \\\n  b\nc\n$ d\n")) == [("a \\\n  b\n", "c\n"), ("d\n", "")]
