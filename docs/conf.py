"""How the documentation is built: `make docs`."""

from __future__ import annotations

import builtins
import importlib
import os
import posixpath
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

import text_processor

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path.insert(0, str(ROOT / "tools"))

import header_reference  # noqa: E402

project = "text_processor"
author = "text_processor contributors"
version = release = text_processor.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_static"]

# Links among pages and to their headings are written as for any other reader of Markdown.
myst_heading_anchors = 4
myst_enable_extensions = ["attrs_block"]

html_theme = "furo"
html_title = f"text_processor {release}"
html_static_path = ["_static"]
html_css_files = ["page.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_theme_options = {"navigation_with_keys": True}

# ---- The reference ---------------------------------------------------------------------------------------------------

# Single backticks in docstrings name something that has a page, double ones are code.
default_role = "py:obj"
nitpicky = True
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
maximum_signature_line_length = 88
napoleon_use_ivar = True
napoleon_numpy_docstring = False
add_module_names = False

# What C itself declares.
nitpick_ignore = [("c:identifier", name) for name in ("int32_t", "int64_t", "size_t", "uint8_t", "uint32_t", "uint64_t")]

# What only this package makes an `Explanation` of.
nitpick_ignore += [("py:class", "text_processor._native.sentiment.Account")]

# Packages that no one needs to have.
_OPTIONAL = {"numpy", "pandas", "polars", "pyarrow", "regex", "rich", "tiktoken", "tokenizers"}


def _is_python(name: str) -> bool:
    """Whether the standard library has it."""
    if hasattr(builtins, name.partition(".")[0]) or name in sys.stdlib_module_names:
        return True
    module, _, attribute = name.rpartition(".")
    if module.partition(".")[0] not in sys.stdlib_module_names:
        return False
    try:
        return hasattr(importlib.import_module(module), attribute)
    except ImportError:
        return _is_python(module)


def _known_elsewhere(app: Sphinx, environment: Any, reference: Any, content: nodes.Element) -> nodes.Element | None:
    """Names of Python and of optional packages stay as they are, without a link; so no page needs the network to be built."""
    name = reference.get("reftarget", "")
    if reference.get("refdomain") == "py" and (_is_python(name) or name.partition(".")[0] in _OPTIONAL):
        return content
    return None


def _spell_out(
    app: Sphinx,
    what: str,
    name: str,
    obj: Any,
    options: Any,
    signature: str | None,
    returns: str | None,
) -> tuple[str, str | None] | None:
    """Write an alias as the type stubs do, also where Python cannot evaluate a signature: `array[int]` needs 3.12."""
    if not signature or "Progress" not in signature:
        return None
    return signature.replace("Progress", "Callable[[int, int | None], object]"), returns


class ProgramHelp(Directive):
    """What a command of text-processor says of itself."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:  # noqa: D102
        command = [sys.executable, "-m", "text_processor", *self.arguments[0].split(), "--help"]
        done = subprocess.run(command, env=os.environ | {"COLUMNS": "80"}, capture_output=True, encoding="utf-8", check=True)
        return [nodes.literal_block(done.stdout, done.stdout, language="text")]


def _trim(app: Sphinx, document: nodes.document) -> None:
    """Drop the empty line with which sessions end where doctest is to read a whole page."""
    for block in document.findall(nodes.literal_block):
        if block.astext().endswith("\n"):
            block.rawsource = block.astext().rstrip("\n")
            block.children = [nodes.Text(block.rawsource)]


# ---- Pages that lie elsewhere ----------------------------------------------------------------------------------------

# Some pages are read where the project's front door is. Here a file of one line stands for each, which says where that is.
_STAND_IN = re.compile(r"<!-- This page is (\S+) -->\n")
_LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)\s#]+)(?=[)#])")

_elsewhere = {
    stand_in[1]: page.name for page in DOCS.glob("*.md") if (stand_in := _STAND_IN.fullmatch(page.read_text(encoding="utf-8")))
}
_here = _elsewhere | {"README.md": "index.md"}


def _read_elsewhere(app: Sphinx, page: str, source: list[str]) -> None:
    """Put the text of such a page in the place of its stand-in, with its links as they are seen from here."""
    stand_in = _STAND_IN.fullmatch(source[0])
    if stand_in is None:
        return

    def from_here(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(stand_in[1]), link[1]))
        return _here.get(target) or posixpath.relpath(target, "docs")

    app.env.note_dependency(str(ROOT / stand_in[1]))
    source[0] = _LINK.sub(from_here, (ROOT / stand_in[1]).read_text(encoding="utf-8"))


def _read_header(app: Sphinx, page: str, source: list[str]) -> None:
    """Put what the C header declares into its page."""
    if page == "core/reference":
        for path in (header_reference.HEADER, Path(header_reference.__file__)):
            app.env.note_dependency(str(path))
        source[0] += "\n" + header_reference.reference(header_reference.read_header())


def setup(app: Sphinx) -> None:
    app.add_directive("program-help", ProgramHelp)
    app.connect("autodoc-process-signature", _spell_out)
    app.connect("doctree-read", _trim)
    app.connect("missing-reference", _known_elsewhere)
    app.connect("source-read", _read_elsewhere)
    app.connect("source-read", _read_header)
