"""The stubs say what is there: no more, no less, and as type checkers understand it."""

from __future__ import annotations

import inspect
import json
import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from tool_files import load

import text_processor
from text_processor import InvalidDocumentError, InvalidSnapshotError, TextAnalyzer
from text_processor._textproc_cffi import ffi, lib

ROOT = Path(__file__).resolve().parents[2]
COMPILED_STUB = (ROOT / "stubs" / "_textproc_cffi.pyi").read_text(encoding="utf-8")
PUBLIC_STUB = (ROOT / "stubs" / "text_processor.pyi").read_text(encoding="utf-8")
USERS_VIEW = (ROOT / "tests" / "typing" / "users_view.py").read_text(encoding="utf-8")

Checker = Callable[[Path, str], "subprocess.CompletedProcess[str]"]

check = load("check_stubs")
BUILDER = check.runpy.run_path(str(ROOT / "build_ffi.py"))
HEADER, TRAMPOLINES = BUILDER["declarations"]() + BUILDER["BINDING"], BUILDER["TRAMPOLINES"]


def changed(text: str, old: str, new: str) -> str:
    """The text with one place changed; a test that finds none tests nothing."""
    assert old in text, f"{old!r} is gone: the test needs another place"
    return text.replace(old, new, 1)


# ---- All is well


def test_stubs_agree_with_everything() -> None:
    assert list(check.complaints()) == []


def test_type_stub_is_the_public_stub() -> None:
    assert text_processor.type_stub() == PUBLIC_STUB


def test_compiled_stub_lies_beside_the_compiled_module() -> None:
    assert (files(text_processor) / "_textproc_cffi.pyi").read_text(encoding="utf-8") == COMPILED_STUB


def test_public_stub_is_short_and_has_no_docstrings() -> None:
    assert '"""' not in PUBLIC_STUB
    assert max(map(len, PUBLIC_STUB.splitlines())) <= check.LINE_WIDTH


@pytest.mark.parametrize("error", [InvalidDocumentError("?"), InvalidSnapshotError("?")])
def test_exceptions_have_the_attributes_they_declare(error: Exception) -> None:
    assert set(vars(error)) == set(inspect.get_annotations(type(error)))


# ---- The compiled module's stub drifts


COMPILED_STUB_DRIFTS = {
    "constant missing": ("    TP_OK: Final = 0\n", "", "lacks what the header says: TP_OK"),
    "constant": ("TP_OK: Final = 0", "TP_OK: Final = 7", "header does not say: TP_OK: Final = 7"),
    "function": ("def tp_version(", "def tp_revision(", "header does not say: def tp_revision"),
    "parameter": ("fail_at(self, nth: int", "fail_at(self, n: int", "lacks .* nth: int"),
    "parameter type": ("fail_at(self, nth: int", "fail_at(self, nth: str", "lacks .* nth: int"),
    "field": ("    offset: int\n", "    offset: bytes\n", "header does not say: offset: bytes"),
    "struct": ("class TpTotals(", "class TpSums(", "lacks what the header says: class TpTotals"),
    "trampoline": ("textproc_on_document: Fun", "on_document: Fun", "textproc_on_document"),
}


@pytest.mark.parametrize("kind", COMPILED_STUB_DRIFTS)
def test_drift_of_the_compiled_stub_is_found(kind: str) -> None:
    old, new, complaint = COMPILED_STUB_DRIFTS[kind]
    stub = changed(COMPILED_STUB, old, new)
    complaints = "\n".join(check.compiled_stub_complaints(stub, check.declared()))
    assert re.search(complaint, complaints)


HEADER_DRIFTS = {
    "function gone": ("void tp_before_fork(void);", "", "tp_before_fork", "tp_before_fork"),
    "function new": ("void tp_before_fork(", "void tp_new(void); void tp_before_fork(", "tp_new", "tp_new"),
    "type": ("fail_at(uint64_t nth)", "fail_at(double nth)", "nth: float", "tp_memory_fail_at is"),
    "result": ("size_t tp_lower_word", "int64_t tp_lower_word", None, "tp_lower_word is compiled as"),
    "parameter name": ("fail_at(uint64_t nth)", "fail_at(uint64_t n)", "n: int", None),
    "constant": ("TP_STALE = 5", "TP_STALE = 50", "TP_STALE: Final = 50", "TP_STALE is 5, not 50"),
    "field": ("uint64_t offset;", "uint64_t place;", "place: int", "tp_error is compiled"),
    "field type": ("uint64_t offset;", "uint32_t offset;", None, "tp_error is compiled"),
    "struct": (
        "typedef struct tp_totals {",
        "typedef struct tp_sum tp_sum; typedef struct tp_totals {",
        "class TpSum:",
        "tp_sum",
    ),
    "callback": ("(void *user, uint64_t index, ", "(void *user, int64_t index, ", None, "tp_on_document is compiled"),
}


@pytest.mark.parametrize("kind", HEADER_DRIFTS)
def test_drift_of_the_header_is_found(kind: str) -> None:
    """A change that Python does not see, such as one of a number's width, asks for a new module but for no new stub."""
    old, new, of_stub, of_module = HEADER_DRIFTS[kind]
    interface = check.read_header(changed(HEADER, old, new), TRAMPOLINES)
    for complaints, expected in (
        (check.compiled_stub_complaints(COMPILED_STUB, interface), of_stub),
        (check.compiled_module_complaints(interface, COMPILED_STUB, ffi, lib), of_module),
    ):
        found = "\n".join(complaints)
        assert expected in found if expected else not found


def test_drift_of_a_trampoline_is_found() -> None:
    interface = check.read_header(HEADER, changed(TRAMPOLINES, "uint64_t index", "double index"))
    assert "FunctionPointer[[CData, float, int], int]" in "\n".join(check.compiled_stub_complaints(COMPILED_STUB, interface))
    assert list(check.compiled_module_complaints(interface, COMPILED_STUB, ffi, lib)) == [
        "lib.textproc_on_document is compiled as int(*)(void *, uint64_t, uint64_t)"
    ]


def test_drift_of_cffis_own_part_is_found() -> None:
    stub = changed(COMPILED_STUB, "def from_handle(", "def of_handle(")
    complaints = list(check.compiled_module_complaints(check.declared(), stub, ffi, lib))
    assert complaints == ["the stub's FFI has what cffi's has not: of_handle"]


def test_writing_the_compiled_stub_keeps_cffis_part() -> None:
    head, mark, made = COMPILED_STUB.partition(check.MARK)
    assert made
    assert check.compiled_stub(head + mark, check.declared()) == COMPILED_STUB
    with pytest.raises(SystemExit, match="lost its mark"):
        check.compiled_stub(head, check.declared())


def test_all_that_a_header_may_hold_is_read() -> None:
    interface = check.read_header(
        """
        #define N 0x10
        typedef enum tp_level { TP_LOW = -1, TP_MIDDLE, TP_HIGH = 7, TP_HIGHEST } tp_level;
        typedef struct tp_model tp_model;
        bool tp_go(const char *const *names, const tp_model *from, void *user, float *out, unsigned int n); /* (x) */
        """,
        'extern "Python" int textproc_tell(void);',
    )
    assert interface.constants == {"N": 16, "TP_LOW": -1, "TP_MIDDLE": 0, "TP_HIGH": 7, "TP_HIGHEST": 8}
    stub = check.compiled_stub(check.MARK, interface)
    assert "textproc_tell: FunctionPointer[[], int]" in stub
    taken = "names: Pointer[Pointer[Char]], from_: Pointer[TpModel], user: CData, out: Pointer[Float], n: int, /"
    assert taken in stub
    assert ") -> bool: ..." in stub


# ---- The public stub drifts


PUBLIC_STUB_DRIFTS = {
    "all": ('    "hello",\n', "", "the stub's __all__ lacks hello"),
    "function missing": ("def hello(name: str) -> str: ...\n", "", "the stub lacks hello"),
    "function surplus": ("def hello(", "def bye() -> None: ...\ndef hello(", "package's __all__ has not: bye"),
    "parameter name": ("hello(name: str)", "hello(who: str)", "hello has the signature"),
    "parameter kind": ("hello(name: str)", "hello(*, name: str)", "hello has the signature"),
    "default": ("keep_documents: bool = True", "keep_documents: bool = False", "__init__ has the signature"),
    "parameter type": ("hello(name: str)", "hello(name: bytes)", "the type of name is <class 'str'>"),
    "annotation missing": ("hello(name: str) -> str", "hello(name: str)", "of types, lacks return"),
    "result": ("get_documents(self) -> list[str | bytes]", "get_documents(self) -> list[str]", "type of return is"),
    "protocol": ("Iterable[str | Buffer]", "list[str | Buffer]", "add_documents: the type of documents"),
    "class in annotation": ("other: TextAnalyzer", "other: Statistics", "merge: the type of other"),
    "self": ("__copy__(self) -> Self", "__copy__(self) -> TextAnalyzer", "__copy__: the type of return is typing.Self"),
    "method missing": ("    def clear(self) -> None: ...\n", "", "the stub's TextAnalyzer lacks clear"),
    "method surplus": ("def clear(", "def wipe(", "the package's has not: wipe"),
    "property": ("    def clear(", "    @property\n    def clear(", "clear is a function, not a property"),
    "static": ("    def clear(self", "    @staticmethod\n    def clear(", "clear is a function, not a static"),
    "protocol method": ("    def __len__(self) -> int: ...\n", "", "TextAnalyzer lacks __len__"),
    "base": ("(TextProcessorError, ValueError)", "(TextProcessorError)", "has the bases TextProc.*, ValueErr"),
    "bases": ("EmptyAnalyzerError(TextProcessorError)", "EmptyAnalyzerError(Exception)", "EmptyAnalyzerError has"),
    "attribute": ("    index: int | None\n", "", "InvalidDocumentError, of types, lacks index"),
    "attribute type": ("    added: int\n", "    added: str\n", "InvalidDocumentError: the type of added"),
    "key": ("    unique_words: int\n", "", "Statistics, of types, lacks unique_words"),
    "key type": ("    unique_words: int\n", "    unique_words: str\n", "Statistics: the type of unique_words"),
    "key optional": ("Statistics(TypedDict)", "Statistics(TypedDict, total=False)", "of required keys, lacks"),
    "typed dict": ("class Statistics(TypedDict)", "class Statistics", "Statistics is a _TypedDictMeta, not a type"),
    "constant": ("UNICODE_VERSION: str", "UNICODE_VERSION: int", "UNICODE_VERSION is str, not int"),
}


@pytest.mark.parametrize("kind", PUBLIC_STUB_DRIFTS)
def test_drift_of_the_public_stub_is_found(kind: str) -> None:
    old, new, complaint = PUBLIC_STUB_DRIFTS[kind]
    stub = changed(PUBLIC_STUB, old, new)
    complaints = "\n".join(check.public_stub_complaints(stub, text_processor))
    assert re.search(complaint, complaints)


class TestDriftOfThePackageIsFound:
    def complaints(self) -> str:
        return "\n".join(check.public_stub_complaints(PUBLIC_STUB, text_processor))

    def test_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(text_processor, "__all__", [*text_processor.__all__, "fibonacci"])
        assert "the stub lacks fibonacci" in self.complaints()

    def test_signature(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def hello(name: str, greeting: str = "Hello") -> str:
            return greeting

        monkeypatch.setattr(text_processor, "hello", hello)
        assert "hello has the signature" in self.complaints()

    def test_inline_type(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(TextAnalyzer.most_common.__annotations__, "n", "int")
        assert self.complaints() == ("TextAnalyzer.most_common: the type of n is <class 'int'>, not int | None")

    def test_inline_type_taken_away(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delitem(TextAnalyzer.clear.__annotations__, "return")
        assert "TextAnalyzer.clear, of types, has what the package's has not: return" in self.complaints()

    def test_new_method(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(TextAnalyzer, "freeze", lambda self: None, raising=False)
        assert self.complaints() == "the stub's TextAnalyzer lacks freeze"

    def test_method_gone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delattr(TextAnalyzer, "clear")
        assert "the package's has not: clear" in self.complaints()

    def test_property(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(TextAnalyzer, "total_words", property(lambda self: 0))
        assert self.complaints() == "TextAnalyzer.total_words is a property, not a function"

    def test_attribute_of_an_exception(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(InvalidDocumentError.__annotations__, "offset", "int")
        assert "InvalidDocumentError: the type of offset is <class 'int'>, not int | None" in self.complaints()

    def test_base_of_an_exception(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class EmptyAnalyzerError(text_processor.TextProcessorError, ValueError):
            pass

        monkeypatch.setattr(text_processor, "EmptyAnalyzerError", EmptyAnalyzerError)
        assert "EmptyAnalyzerError has the bases TextProcessorError, ValueError, not TextProc" in self.complaints()


# ---- What type checkers make of them


def run_mypy(folder: Path, package_folder: str) -> subprocess.CompletedProcess[str]:
    pytest.importorskip("mypy", reason="mypy is not installed")
    arguments = ["-m", "mypy", "--strict", "--follow-imports=silent", "users_view.py"]
    return run(arguments, folder, MYPYPATH=package_folder)


def run_pyright(folder: Path, package_folder: str) -> subprocess.CompletedProcess[str]:
    pytest.importorskip("pyright", reason="pyright is not installed")
    settings = {
        "include": ["users_view.py"],
        "extraPaths": [package_folder] if package_folder else [],
        "typeCheckingMode": "strict",
        "reportUnnecessaryTypeIgnoreComment": True,
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    return run(["-m", "pyright", "--pythonpath", sys.executable], folder)


def run(arguments: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    command, environment = [sys.executable, *arguments], os.environ | variables
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("run_checker", [run_mypy, run_pyright])
class TestUsersView:
    def test_of_the_package(self, run_checker: Checker, tmp_path: Path) -> None:
        (tmp_path / "users_view.py").write_text(USERS_VIEW, encoding="utf-8")
        # An editable package is not where type checkers look for packages.
        folder = Path(text_processor.__file__).resolve().parent.parent
        result = run_checker(tmp_path, "" if folder.name == "site-packages" else str(folder))
        assert result.returncode == 0, result.stdout + result.stderr

    @pytest.mark.parametrize(
        ("old", "new", "status"),
        [
            pytest.param("", "", 0, id="as-it-is"),
            pytest.param("-> Statistics", "-> dict[str, int]", 1, id="with-another-type"),
            pytest.param("threads: int | None = None", "threads: Any = None", 1, id="which-lets-all-through"),
        ],
    )
    def test_of_the_public_stub(self, run_checker: Checker, tmp_path: Path, old: str, new: str, status: int) -> None:
        (tmp_path / "users_view.py").write_text(USERS_VIEW, encoding="utf-8")
        (tmp_path / "text_processor.pyi").write_text(PUBLIC_STUB.replace(old, new), encoding="utf-8")
        result = run_checker(tmp_path, "")
        assert result.returncode == status, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("old", "new"),
    [("", ""), ("n: int | None = None", "n: int"), ("def clear(", "def wipe(")],
)
def test_stubtest(tmp_path: Path, old: str, new: str) -> None:
    pytest.importorskip("mypy", reason="mypy is not installed")
    (tmp_path / "text_processor.pyi").write_text(changed(PUBLIC_STUB, old, new), encoding="utf-8")
    # The public stub is a single file: it has none for the package's modules.
    modules = [module.name for module in pkgutil.walk_packages(text_processor.__path__, "text_processor.")]
    (tmp_path / "allowed").write_text("\n".join(modules), encoding="utf-8")
    result = run(["-m", "mypy.stubtest", "text_processor", "--allowlist", "allowed", "--ignore-unused-allowlist"], tmp_path)
    assert result.returncode == (old != new), result.stdout + result.stderr
