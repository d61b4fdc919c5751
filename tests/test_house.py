"""The house is as docs/architecture.md draws it: calls go down, and one module alone calls C."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CSRC = ROOT / "csrc"
PACKAGE = ROOT / "text_processor"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "stubs" not in path.parts)

# What each room stands on, and each part of the header; the parts of a room stand on what the room does and on each other.
BELOW = {
    "base": set(),
    "unicode": {"base"},
    "documents": {"base", "unicode"},
    "segment": {"base", "unicode"},
    "corpus": {"base", "unicode", "segment"},
    "vectors": {"base", "unicode", "segment", "corpus"},
    "sentiment": {"base", "unicode"},
    "bpe": {"base", "unicode", "segment"},
    "numeric": {"base"},
}
BELOW_IN_BPE = {
    "split": set(),
    "vocabulary": set(),
    "train": {"split"},
    "merge": {"vocabulary"},
    "build": {"merge", "vocabulary"},
    "encode": {"split", "merge", "vocabulary"},
    "chunk": {"split", "merge", "vocabulary", "encode"},
}
PART_OF = {room: "text" if room == "unicode" else room for room in BELOW}

# `numeric/simd` or `bpe/encode/simd` belong to the room that they lie in.
PLACES = {
    **{room: {*below, room} for room, below in BELOW.items() if room != "bpe"},
    **{f"bpe/{part}": {*BELOW["bpe"], *(f"bpe/{name}" for name in {part, *below})} for part, below in BELOW_IN_BPE.items()},
}


def sources(room: str) -> list[Path]:
    return sorted((CSRC / room).rglob("*.[ch]"))


def place_of(name: str) -> str:
    """The room, or the part of one, that a file of the core lies in, by its name from csrc/ on."""
    room, _, rest = name.partition("/")
    return f"bpe/{rest.partition('/')[0]}" if room == "bpe" else room


def imported(module: Path) -> set[str]:
    """The last names of the modules of ours that a module imports, or imports from."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module.rpartition(".")[2], *(alias.name for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name.rpartition(".")[2] for alias in node.names}
    return names


# ---- C: what is included ---------------------------------------------------------------------------------------------


def test_all_rooms_are_known() -> None:
    assert {path.name for path in CSRC.iterdir() if path.is_dir()} == {*BELOW, "textproc"}
    assert {path.name for path in (CSRC / "bpe").iterdir()} == set(BELOW_IN_BPE)
    assert {path.stem for path in (CSRC / "textproc").iterdir()} == set(PART_OF.values())


@pytest.mark.parametrize("place", PLACES)
def test_a_room_includes_only_what_it_stands_on(place: str) -> None:
    parts = {f"textproc/{PART_OF[name.partition('/')[0]]}.h" for name in PLACES[place]}
    for source in sources(place):
        seen = set(re.findall(r'^#include "([^"]+)"', source.read_text(encoding="utf-8"), re.MULTILINE))
        assert {name for name in seen if name.startswith("textproc")} <= parts, source.name
        assert {place_of(name) for name in seen if not name.startswith("textproc")} <= PLACES[place], source.name


def test_the_header_includes_each_part_once_and_nothing_else() -> None:
    included = re.findall(r"^#include (.*)", (CSRC / "textproc.h").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(included) == sorted(f'"textproc/{part}.h"' for part in PART_OF.values())


# ---- C: who calls whom -----------------------------------------------------------------------------------------------

# At the start of a line: the beginning of a function's body or of a variable's value, and names that templates are given.
FUNCTION = re.compile(r"^(?!#|typedef|extern)[\w*][^;{}()=]*?\b(tp_\w+)\([^;{}]*\)\s*\{", re.MULTILINE)
VARIABLE = re.compile(r"^(?!#|typedef|extern|static inline)[\w*][\w* ]*?\b(tp_\w+)(?:\[[^=;\n]*\])* = ", re.MULTILINE)
OF_TEMPLATE = re.compile(r"^#define [A-Z_]+ (tp_\w+_(?:plain|neon|avx2|avx512))$", re.MULTILINE)
PROTOTYPE = re.compile(r"^[\w*][^;{}()=]*\([^;{}]*\);|^extern[^;]*;", re.MULTILINE)
VARIANTS = ("plain", "neon", "avx2", "avx512")


def without_comments(text: str) -> str:
    return re.sub(r'/\*.*?\*/|"(?:[^"\\\n]|\\.)*"', " ", text, flags=re.DOTALL)


def modules() -> dict[str, str]:
    """The code of the core without comments; a header and the file that has its functions are one."""
    found: dict[str, str] = {}
    for room in BELOW:
        for path in sources(room):
            name = path.relative_to(CSRC).with_suffix("").as_posix()
            found[name] = found.get(name, "") + without_comments(path.read_text(encoding="utf-8"))
    return found


def defined(code: str) -> set[str]:
    return {name for pattern in (FUNCTION, VARIABLE, OF_TEMPLATE) for name in pattern.findall(code)}


def used(code: str) -> set[str]:
    """The names of ours that code uses, all variants of what it chooses from."""
    code = PROTOTYPE.sub("", code)
    chosen = re.findall(r"\bTP_(?:X86_)?VARIANT\(&?(tp_\w+)\)", code)
    return set(re.findall(r"\btp_\w+", code)) | {f"{name}_{variant}" for name in chosen for variant in VARIANTS}


def calls(code: dict[str, str]) -> dict[str, set[str]]:
    """Which modules each one calls, by way of variants and templates too."""
    owner = {name: module for module, text in code.items() for name in defined(text)}
    found = {module: {owner[name] for name in used(text) if name in owner} - {module} for module, text in code.items()}
    for module in code:
        for suffix in (".c", ".h"):
            path = CSRC / f"{module}{suffix}"
            included = (
                re.findall(r'^#include "([^"]+)\.h"', path.read_text(encoding="utf-8"), re.MULTILINE) if path.exists() else []
            )
            found[module] |= {name for name in included if "/simd/" in name} - {module}
    return found


def circle(graph: dict[str, set[str]]) -> list[str]:
    """The modules of circles, or none: what is left when all that call nothing, or are called by nothing, are taken away."""
    left = {module: set(callees) for module, callees in graph.items()}
    while True:
        called = set().union(*left.values())
        done = {module for module, callees in left.items() if not callees or module not in called}
        if not done:
            return sorted(left)
        left = {module: callees - done for module, callees in left.items() if module not in done}


def test_a_circle_is_seen() -> None:
    code = {
        "a/one": "void tp_one(void)\n{\n    TP_VARIANT(tp_two)();\n}\n",
        "a/two": "#define DEFINE tp_two_avx2\n    tp_three();\n",
        "a/three": "void tp_one(void);\nvoid tp_three(void)\n{\n    tp_one();\n}\n",
        "a/four": "void tp_four(void)\n{\n}\n",
    }
    owner = {name: module for module, text in code.items() for name in defined(text)}
    graph = {module: {owner[name] for name in used(text) if name in owner} - {module} for module, text in code.items()}
    assert circle(graph) == ["a/one", "a/three", "a/two"]
    assert circle(graph | {"a/three": set()}) == []


def test_calls_go_down_and_never_in_a_circle() -> None:
    graph = calls(modules())
    assert sum(len(callees) for callees in graph.values()) > 100
    assert circle(graph) == []
    for module, callees in graph.items():
        assert {place_of(name) for name in callees} <= PLACES[place_of(module)], module


def test_variants_are_chosen_in_one_place_each() -> None:
    """What lies in simd/ is called by others in its room alone, and by no more than one: who chooses the variant."""
    graph = calls(modules())
    for module in graph:
        callers = {name for name, callees in graph.items() if module in callees and "/simd/" not in name}
        assert "/simd/" not in module or len(callers) <= 1, (module, callers)
    for path in CSRC.rglob("*.c"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"#pragma (?:GCC|clang)|\bcase TP_SIMD_", text) or path.name == "cpu.c", path.name


def test_open_addressing_stands_in_one_place() -> None:
    """Going on to the next slot of a table whose size is a power of two."""
    probing = re.compile(r"\((?:slot|at|i|place) \+ (?:1|step)\) & |\w+ = \(\w+ \+ \w+\) & \(?\w*(?:mask|slots|size)")
    found = [name for name, text in modules().items() if probing.search(text)]
    assert found == ["base/index"]


def test_the_core_knows_nothing_of_python() -> None:
    assert [path.name for room in BELOW for path in sources(room) if "Python.h" in path.read_text(encoding="utf-8")] == []


def test_the_core_has_no_thread_local_variables() -> None:
    """The first use of one in a thread may take memory, and the system ends a process that has none to give."""
    kinds = re.compile(r"\b(_Thread_local|thread_local|__thread)\b|__declspec\(thread\)")
    assert [path.name for room in BELOW for path in sources(room) if kinds.search(path.read_text(encoding="utf-8"))] == []


# ---- Python ------------------------------------------------------------------------------------------------------------

# What the rooms of the package stand on, from the top down; `cli` stands above all.
BELOW_IN_PYTHON: dict[str, set[str]] = {
    "cli": {"__init__", "cluster", "analyzer", "words", "segment", "bpe", "numeric", "vader", "report"}
    | {"_words", "_documents", "_native", "_common", "errors"},
    "cluster": {"analyzer", "bpe", "sklearn", "vader", "_common", "errors"},
    "analyzer": {"words", "vader", "report", "_words", "_documents", "_native", "_common", "errors"},
    "report": {"segment", "_words", "_documents", "_native", "_common", "errors"},
    "sklearn": {"analyzer", "_words", "_documents", "_native", "_common", "errors"},
    "words": {"_words", "_native", "_common"},
    "segment": {"_documents", "_native", "_common", "errors"},
    "bpe": {"_documents", "_native", "_common", "errors"},
    "numeric": {"_native", "_common", "errors"},
    "vader": {"_documents", "_native", "_common", "errors"},
    "_words": {"_documents", "_native", "_common", "errors"},
    "_documents": {"_native", "_common", "errors"},
    "_native": {"_common", "errors"},
    "_common": {"errors"},
    "errors": set(),
}

# The rooms inside `bpe`; its other modules stand between these: the public one above all, the model on the stages.
BELOW_IN_PYTHON_BPE = {
    "_shards": {"_files", "_stages", "_model", "_outputs"},
    "_peers": {"_files", "_stages", "_split", "_model", "_outputs"},
    "_files": {"_stages", "_split", "_model"},
    "_stages": {"_split"},
    "_split": set[str](),
}

# What documents come in by knows no counts, nor what tokenizers keep.
HOLDERS = re.compile(r"_native\.(?:corpus|sentiment|bpe|numeric)\b|\b(?:Corpus|Lexicon|Pieces|Vocabulary|Encoder)\b")


def python_room(path: Path) -> str:
    """The room that a module lies in: a package, or a module by itself."""
    name = path.relative_to(PACKAGE).parts[0]
    return name.removesuffix(".py")


def rooms_imported(path: Path) -> set[str]:
    """The rooms whose modules a module imports, for its types too."""
    rooms: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "text_processor":
            rooms |= {alias.name if alias.name in BELOW_IN_PYTHON else "__init__" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("text_processor."):
            rooms.add((node.module or "").split(".")[1])
    return rooms


@pytest.mark.parametrize("room", BELOW_IN_PYTHON)
def test_a_room_of_python_imports_only_what_it_stands_on(room: str) -> None:
    allowed = BELOW_IN_PYTHON[room] | {room, "_textproc_cffi"}
    for path in MODULES:
        if python_room(path) == room:
            assert rooms_imported(path) <= allowed, path.name


@pytest.mark.parametrize("room", BELOW_IN_PYTHON_BPE)
def test_a_room_of_the_tokenizer_imports_only_what_it_stands_on(room: str) -> None:
    assert {path.name for path in (PACKAGE / "bpe").iterdir() if path.is_dir()} - {"__pycache__"} == {*BELOW_IN_PYTHON_BPE}
    for path in (PACKAGE / "bpe" / room).glob("*.py"):
        ours = re.findall(r"from text_processor\.bpe(?:\.(_\w+)| import (\w+))", path.read_text(encoding="utf-8"))
        assert {inside or module for inside, module in ours} <= {*BELOW_IN_PYTHON_BPE[room], room}, path.name


def test_all_rooms_of_python_are_known() -> None:
    assert {python_room(path) for path in MODULES} == {*BELOW_IN_PYTHON, "__init__", "__main__"}


def test_no_circle_is_in_python() -> None:
    for room, below in BELOW_IN_PYTHON.items():
        assert all(room not in BELOW_IN_PYTHON.get(lower, set()) for lower in below)


def test_only_native_imports_the_compiled_core() -> None:
    assert {python_room(path) for path in MODULES if "_textproc_cffi" in imported(path)} == {"_native"}


def test_documents_know_no_counts() -> None:
    knowing = [path.name for path in MODULES if python_room(path) == "_documents" and HOLDERS.search(path.read_text("utf-8"))]
    assert knowing == []


# What only a reader of texts does: decompress and decode, cut between characters, check UTF-8.
READING = re.compile(r"\bdecoding\.opened\(|\b(?:complete_nbytes|find_invalid|check_is_text|check_buffer)\(|\b_open_chunks\(")


def test_one_reader_reads_for_all_rooms() -> None:
    """Texts to count, to train on and to encode come through `_documents`, whatever they come in."""
    names = [path.relative_to(PACKAGE).as_posix() for path in MODULES if READING.search(path.read_text("utf-8"))]
    assert {name for name in names if not name.startswith("_documents/")} == {
        "_native/text.py",  # the door
        "_common/container.py",  # what looks like one of our files is no text
        "_words/snapshot.py",  # how a document that is kept is to be pickled
        "analyzer.py",  # a single document
        "cli/_bpe.py",  # ids, which are numbers
        "cli/_tree.py",  # whether a file of a checkout is text at all
    }
    sinks = {
        name: {
            way for way in ("opened_file(", "of_reader(", "checked_buffer(", "opened_texts(", "opened_column(") if way in text
        }
        for name, text in ((path.relative_to(PACKAGE).as_posix(), path.read_text("utf-8")) for path in MODULES)
        if not name.startswith("_documents/")
    }
    assert sinks["bpe/__init__.py"] == {"opened_file(", "opened_texts("}
    assert sinks["bpe/_stages/utf8.py"] == {"checked_buffer("}
    assert sinks["bpe/_training.py"] == {"opened_file(", "opened_texts("}
    assert sinks["_words/counting.py"] == {"opened_file(", "opened_column("}


def test_one_loop_counts_what_threads_share() -> None:
    calling = [path.name for path in MODULES if "count_batches(" in path.read_text("utf-8")]
    assert sorted(calling) == ["converting.py", "corpus.py", "counting.py"]  # a document that is told of, the door, the threads


def test_errors_of_the_core_become_exceptions_in_one_place() -> None:
    raising = [path.name for path in MODULES if re.search(r"lib\.TP_(?:NO_MEMORY|TOO_LARGE|DAMAGED)", path.read_text("utf-8"))]
    assert raising == ["status.py"]


def test_the_map_shows_every_room_and_every_public_module() -> None:
    drawing = (ROOT / "docs/architecture.svg").read_text(encoding="utf-8")
    shown = re.findall(r"[\w/]+", " ".join(re.findall(r"<text[^>]*>([^<]*)", drawing)))
    public = {path.stem for path in (ROOT / "text_processor").iterdir() if not path.name.startswith("_")} - {
        "py",
        "stubs",
        "errors",
    }
    assert {*BELOW, *public} <= set(shown)
    private = {name.rpartition("/")[2] for name in shown if re.match(r"_|numeric/_", name)}
    modules = {path.stem for path in MODULES} | {path.parent.name for path in MODULES}
    assert private <= modules


@pytest.mark.skipif(not (ROOT / "pyproject.toml").is_file(), reason="the project is not beside the tests")
def test_every_package_goes_into_the_wheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = {path.parent.relative_to(ROOT).as_posix().replace("/", ".") for path in PACKAGE.rglob("__init__.py")}
    assert set(project["tool"]["setuptools"]["packages"]) == found
