"""The viewer of tokens: as plain text, in a terminal, and as HTML. Hostile text in a browser is in test_report_page.py."""

from __future__ import annotations

import contextlib
import html
import io
import re
import sys
from pathlib import Path

import pytest
from bpe_texts import of_bytes, trained
from hypothesis import given
from hypothesis import strategies as st

from text_processor import Tokenizer
from text_processor.bpe import _show
from text_processor.cli import main


def without_tags(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", page))


@given(st.text(st.sampled_from("ab é日🙂<&\"'\n\t\u202e"), max_size=30))
def test_what_is_shown_can_be_read_back(text: str) -> None:
    """Of each token its id, and its bytes, in the HTML; and all of the text but for what is not seen."""
    tokenizer = trained()
    view = tokenizer.show(text)
    assert (view.ids, b"".join(view.tokens)) == (tokenizer.encode(text), text.encode())
    page = view._repr_html_()
    titles = re.findall(r'<span title="id (\d+); bytes ([0-9a-f ]*)"', page)
    assert [(int(number), bytes.fromhex(data)) for number, data in titles] == list(zip(view.ids, view.tokens, strict=True))
    shown = "".join(token.decode("utf-8", "backslashreplace") for token in view.tokens)
    for unseen, sign in ((" ", "·"), ("\n", "⏎"), ("\t", "→"), ("\u202e", "⟨202E⟩")):
        shown = shown.replace(unseen, sign)
    expected = re.sub(r"\\x(..)", lambda found: found[1].upper(), shown)
    assert without_tags(page) == f"{expected}{len(view)} token{'' if len(view) == 1 else 's'} "
    assert not set(page) & set("\u202e\t\n")


def test_rows_fit_and_are_aligned() -> None:
    view = of_bytes("gpt2").show("日本 " * 20)
    lines = str(view).splitlines()
    assert lines[-1] == "140 tokens"
    assert all(len(line) <= _show.WIDTH for line in lines)
    assert lines[0].startswith("⟨E6⟩  ⟨97⟩  ⟨A5⟩")
    assert lines[1].startswith("230   151   165")


def test_special_tokens_and_long_texts_are_marked() -> None:
    tokenizer = Tokenizer(special_tokens=["<|end|>"])
    tokenizer.train("aaaa", 257)
    page = tokenizer.show("a<|end|>")._repr_html_()
    assert "id 257, special" in page
    assert "outline" in page
    assert tokenizer.show("a<|end|>", allowed_special=()).ids != [97, 257]
    view = tokenizer.show("ab" * _show.MOST_TOKENS)
    assert str(view).endswith("4,000 tokens … and 2,000 more")
    assert view._repr_html_().count("<span title") == _show.MOST_TOKENS
    assert "x" * 81 not in str(of_bytes("gpt2").show("x" * 200))


def test_a_tokenizer_shows_a_sample_without_a_warning() -> None:
    page = trained()._repr_html_()
    assert "quick" in without_tags(page)
    assert "vocab_size=256" in without_tags(Tokenizer()._repr_html_())


def test_rich_shows_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    rich = pytest.importorskip("rich.console")
    written = io.StringIO()
    console = rich.Console(file=written, force_terminal=True, color_system="standard", width=80)
    console.print(trained().show("the [bold]cat\n"))
    text = written.getvalue()
    assert "\x1b[" in text
    assert "[bold]" in re.sub(r"\x1b\[[0-9;]*m", "", text)

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for has_rich in (True, False):
        monkeypatch.setattr(sys, "stdout", Terminal())
        monkeypatch.setattr(_show, "find_spec", lambda name, has_rich=has_rich: object() if has_rich else None)
        trained().show("the cat").print()
        shown = sys.stdout.getvalue()
        assert ("\x1b[" in shown) == has_rich
        assert shown.endswith("tokens\n")


def test_the_command_shows_tokens(tmp_path: Path) -> None:
    trained().save(tmp_path / "book.bpe")
    output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(output):
        assert main(["bpe", "show", str(tmp_path / "book.bpe"), "a b", "é"]) == 0
    output.seek(0)
    assert output.read() == f"{trained().show('a b é')}\n"
