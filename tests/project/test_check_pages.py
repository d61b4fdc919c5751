"""The check of built pages finds what is wrong with them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from check_pages import check_files

PAGE = '<h1 id="top">Page</h1><h2>Part</h2><h3>Small</h3><h2>Part</h2>'


@pytest.mark.parametrize(
    "content",
    [
        '<a href="#top">1</a><a href="sub/other.html#top">2</a><a href="https://example.org/x#y">3</a><a href="mailto:a">4</a>',
        '<img src="picture.svg" alt="a picture"><link rel="stylesheet" href="style.css?v=1"><img src="data:," alt="a dot">',
    ],
)
def test_what_is_right(content: str, tmp_path: Path) -> None:
    assert problems(content, tmp_path) == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('<a href="gone.html">', "index.html: links to gone.html, which does not exist"),
        ('<a href="#gone">', "index.html: links to #gone, but that page has no such place"),
        ('<a href="sub/other.html#gone">', "index.html: links to sub/other.html#gone, but that page has no such place"),
        ('<img src="gone.svg" alt="a">', "index.html: shows gone.svg, which does not exist"),
        ('<script src="https://example.org/x.js">', "index.html: shows https://example.org/x.js, which comes from the network"),
        ('<link rel="stylesheet" href="//example.org/x">', "index.html: shows //example.org/x, which comes from the network"),
        ('<img src="picture.svg">', "index.html: the picture picture.svg has no words"),
        ("<h1>Second</h1>", "index.html: begins with one heading of the first level, and has no other"),
        ("<h4>Deep</h4>", "index.html: a heading of level 4 stands below one of level 2"),
    ],
)
def test_what_is_wrong(content: str, problem: str, tmp_path: Path) -> None:
    assert problems(content, tmp_path) == [problem]


def test_styles_take_nothing_from_the_network(tmp_path: Path) -> None:
    (tmp_path / "fonts.css").write_text("@font-face { src: url('https://example.org/f') }", encoding="utf-8")
    assert problems("", tmp_path) == ["fonts.css: takes something from the network, https:"]


def problems(content: str, folder: Path) -> list[str]:
    """What is found in a page with that in it, beside another page."""
    (folder / "sub").mkdir()
    for path, text in (("index.html", PAGE + content), ("sub/other.html", PAGE), ("picture.svg", ""), ("style.css", "")):
        (folder / path).write_text(text, encoding="utf-8")
    return list(check_files(folder))
