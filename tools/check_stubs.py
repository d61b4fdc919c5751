#!/usr/bin/env python3
"""Compare the type stubs with what they describe, and report the differences.

    python tools/check_stubs.py           # exit status 1 if anything differs
    python tools/check_stubs.py --write   # write the compiled module's stub again, after a change of the header

``stubs/_textproc_cffi.pyi`` describes the compiled module: the part above its mark describes cffi and is written by hand; the
part below it is generated from csrc/textproc.h. ``stubs/text_processor.pyi``, written by hand, shows the public interface on
one page. It must agree with the annotations in the package, which type checkers use.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import inspect
import keyword
import re
import runpy
import sys
import tomllib
import types
import typing
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from pycparser import c_ast, c_generator, c_parser  # type: ignore[import-untyped, unused-ignore]

ROOT = Path(__file__).resolve().parent.parent
COMPILED_STUB = ROOT / "stubs" / "_textproc_cffi.pyi"
PUBLIC_STUB = ROOT / "stubs" / "text_processor.pyi"

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LINE_WIDTH: int = PYPROJECT["tool"]["ruff"]["line-length"]  # the stubs are formatted like all files

# ---- The header ------------------------------------------------------------------------------------------------------

# Types that cffi knows by itself, and their types in Python.
STANDARD_TYPES = {
    **{f"{sign}int{bits}_t": "int" for sign in ("", "u") for bits in (8, 16, 32, 64)},
    "size_t": "int",
    "uintptr_t": "int",
    "bool": "bool",
}
NATIVE_TYPES = {"char": "bytes", "int": "int", "unsigned int": "int", "float": "float", "double": "float"}
PYTHON_TYPES = STANDARD_TYPES | NATIVE_TYPES

DEFINITION = re.compile(r"^\s*#define\s+(\w+)\s+(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class CType:
    """A named type, a pointer to a target, or an array with a length."""

    name: str
    is_const: bool = False
    target: CType | None = None
    length: int | None = None

    def __str__(self) -> str:
        if self.length is not None:
            return f"{self.target}[{self.length}]"
        if self.target:
            return f"{self.target}*" if self.target.target else f"{self.target} *"
        return f"const {self.name}" if self.is_const else self.name


@dataclass(frozen=True)
class Function:
    """A function, or the type of a function pointer."""

    parameters: dict[str, CType]
    result: CType


@dataclass
class Interface:
    """All declarations of a header."""

    constants: dict[str, int] = field(default_factory=dict)
    enums: set[str] = field(default_factory=set)
    structs: dict[str, dict[str, CType] | None] = field(default_factory=dict)  # None: opaque
    function_types: dict[str, Function] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    trampolines: dict[str, Function] = field(default_factory=dict)  # Python defines them, and C calls them

    def types(self) -> Iterator[CType]:
        """Return every type in the declarations."""
        for function in (*self.functions.values(), *self.function_types.values(), *self.trampolines.values()):
            yield from (*function.parameters.values(), function.result)
        for fields in self.structs.values():
            yield from (fields or {}).values()


def read_header(declarations: str, trampolines: str) -> Interface:
    """Read the part of the header that cffi reads, and the declarations of the trampolines."""
    interface = Interface()
    source = re.sub(r"/\*.*?\*/", " ", declarations, flags=re.DOTALL)
    for name, value in re.findall(DEFINITION, source):
        interface.constants[name] = int(value, 0)
    source = re.sub(DEFINITION, "", source)
    for name, number in interface.constants.items():
        source = re.sub(rf"\b{name}\b", str(number), source)
    for node in _parse(source):
        if isinstance(node, c_ast.Typedef):
            _read_typedef(node, interface)
        else:
            interface.functions[node.name] = _read_function(node.type)
    known = source + trampolines.replace('extern "Python"', "")
    for node in _parse(known):
        if isinstance(node.type, c_ast.FuncDecl) and node.name not in interface.functions:
            interface.trampolines[node.name] = _read_function(node.type)
    return interface


def _parse(source: str) -> list[Any]:
    standard = "".join(f"typedef int {name};" for name in STANDARD_TYPES)
    nodes: list[Any] = c_parser.CParser().parse(standard + source).ext
    return nodes[len(STANDARD_TYPES) :]


def _read_typedef(node: Any, interface: Interface) -> None:
    pointed = node.type.type
    if isinstance(pointed, c_ast.FuncDecl):
        interface.function_types[node.name] = _read_function(pointed)
    elif isinstance(pointed, c_ast.Struct):
        fields = pointed.decls
        interface.structs[node.name] = fields and {part.name: _read_type(part.type) for part in fields}
    elif isinstance(pointed, c_ast.Enum):
        interface.enums.add(node.name)
        value = -1
        for item in pointed.values.enumerators:
            value = int(c_generator.CGenerator().visit(item.value), 0) if item.value else value + 1
            interface.constants[item.name] = value
    else:
        raise SystemExit(f"check_stubs.py does not know what kind of type {node.name} is")


def _read_function(node: Any) -> Function:
    declared = {parameter.name: _read_type(parameter.type) for parameter in node.args.params}
    declared.pop(None, None)  # (void)
    return Function(declared, _read_type(node.type))


def _read_type(node: Any) -> CType:
    if isinstance(node, c_ast.PtrDecl):
        return CType("", "const" in node.quals, _read_type(node.type))
    if isinstance(node, c_ast.ArrayDecl):
        return CType("", False, _read_type(node.type), int(node.dim.value, 0))
    return CType(" ".join(node.type.names), "const" in node.quals)


def declared() -> Interface:
    """Return the declarations of the header and the builder."""
    builder = runpy.run_path(str(ROOT / "build_ffi.py"))
    return read_header(builder["declarations"]() + builder["BINDING"], builder["TRAMPOLINES"])


# ---- The compiled module's stub --------------------------------------------------------------------------------------

MARK = "# ---- Made from csrc/textproc.h by tools/check_stubs.py --write"


class StubWriter:
    """Writes the declarations of a header with Python's types."""

    def __init__(self, interface: Interface) -> None:
        self._interface = interface
        targets = {of.target for of in interface.types() if of.target}
        targets |= {of.target for of in targets if of.target}
        # By name, without const. ffi.new can make what a pointer points to.
        self._targets = {str(of): of for of in sorted({replace(of, is_const=False) for of in targets}, key=str)}

    def lines(self) -> Iterator[str]:
        """Return the lines below the mark."""
        for name in self._targets:
            if name in PYTHON_TYPES:
                yield from self._class(camel(name), PYTHON_TYPES[name].replace("bool", "int"))  # bool has no subclasses
        for name, fields in self._interface.structs.items():
            if fields is None:
                yield from self._class(camel(name), "")
            else:
                attributes = [f"{field_name}: {self._value(c_type)}" for field_name, c_type in fields.items()]
                yield from self._class(camel(name), f"Pointer[{camel(name)}]", *attributes)
        yield from self._class("New", "Protocol", *self._new())
        yield from self._class("FromBuffer", "Protocol", *self._from_buffer())
        yield from self._class("Lib", "", *self._lib())
        trampolines = [self._function("Callable", function) for function in self._interface.trampolines.values()]
        yield f'_Trampoline = TypeVar("_Trampoline", bound={" | ".join(trampolines)})'

    def _class(self, name: str, base: str, *body: str) -> Iterator[str]:
        yield "@type_check_only"
        yield f"class {name}{f'({base})' if base else ''}:{'' if body else ' ...'}"
        yield from (f"    {line}" for line in body)
        yield ""

    def _new(self) -> Iterator[str]:
        for name, target in self._targets.items():
            item, pointer = self._item(target), f"Pointer[{self._item(target)}]"
            if python_type := PYTHON_TYPES.get(name):
                one, many = python_type, f"int | list[{python_type}]"
            elif self._interface.structs.get(name):
                one, many, pointer = "dict[str, Any]", "int", item
            elif target.target:
                one, many = item, f"int | list[{item}]"
            else:
                continue  # void, and what is opaque
            star = "*" if target.target else " *"
            yield from overload([f'cdecl: Literal["{name}{star}"]', f"init: {one} = ..."], pointer)
            yield from overload([f'cdecl: Literal["{name}[]", "{name}[1]"]', f"init: {many} = ..."], f"Array[{item}]")
        yield from overload(["cdecl: str", "init: object = ..."], "CData")

    def _from_buffer(self) -> Iterator[str]:
        rest = ["python_buffer: Buffer", "require_writable: bool = False"]
        for name, target in self._targets.items():
            if name in PYTHON_TYPES:
                yield from overload([f'cdecl: Literal["{name}[]"]', *rest], f"Array[{self._item(target)}]")
        yield from overload(["cdecl: str", *rest], "CData")

    def _lib(self) -> Iterator[str]:
        for name, value in self._interface.constants.items():
            yield f"{name}: Final = {value}"
        for name, function in self._interface.trampolines.items():
            yield f"{name}: {self._function('FunctionPointer', function)}"
        for name, function in self._interface.functions.items():
            parameters = [f"{safe(key)}: {self._parameter(c_type)}" for key, c_type in function.parameters.items()]
            yield from method(name, [*parameters, "/"] if parameters else [], self._value(function.result))

    def _value(self, c_type: CType) -> str:
        """Return the type that Python gets."""
        name = c_type.name
        if c_type.target:
            kind = "Pointer" if c_type.length is None else "Array"
            return "CData" if c_type.target.name == "void" else f"{kind}[{self._item(c_type.target)}]"
        if name == "void":
            return "None"
        if name in self._interface.enums:
            return "int"
        if name in self._interface.structs:
            return camel(name)
        if name in self._interface.function_types:
            return self._function("FunctionPointer", self._interface.function_types[name])
        return PYTHON_TYPES[name]

    def _item(self, c_type: CType) -> str:
        """Return the type of what a pointer points to."""
        return camel(c_type.name) if c_type.name in PYTHON_TYPES else self._value(c_type)

    def _parameter(self, c_type: CType) -> str:
        """Return the type of a parameter: also bytes, if C only reads."""
        target = c_type.target
        if target and target.is_const and target.name in ("char", "uint8_t"):
            return f"bytes | {self._value(c_type)}"
        return self._value(c_type)

    def _function(self, kind: str, function: Function) -> str:
        parameters = ", ".join(self._value(c_type) for c_type in function.parameters.values())
        return f"{kind}[[{parameters}], {self._value(function.result)}]"


def camel(name: str) -> str:
    """Return a name as Python writes it: `tp_memory_stats` is TpMemoryStats, and `uint64_t` is Uint64."""
    return "".join(word.capitalize() for word in re.split(r"[_ ]", name.removesuffix("_t")))


def safe(name: str) -> str:
    """Return the name of a parameter; a keyword of Python gets an underscore."""
    return f"{name}_" if keyword.iskeyword(name) else name


def overload(parameters: list[str], result: str) -> Iterator[str]:
    """Return the lines of an overload of ``__call__``."""
    yield "@overload"
    yield from method("__call__", parameters, result)


def method(name: str, parameters: list[str], result: str) -> Iterator[str]:
    """Return the lines of a method, broken as the formatter breaks them."""
    parameters = ["self", *parameters]
    listed, width = ", ".join(parameters), LINE_WIDTH - len("    ")
    if len(f"def {name}({listed}) -> {result}: ...") <= width:
        yield f"def {name}({listed}) -> {result}: ..."
        return
    yield f"def {name}("
    if len(f"    {listed}") <= width:
        yield f"    {listed}"
    else:
        yield from (f"    {parameter}," for parameter in parameters)
    yield f") -> {result}: ..."


def compiled_stub(stub: str, interface: Interface) -> str:
    """Return the stub as it should be; the part above the mark stays."""
    head, mark, _ = stub.partition(MARK)
    if not mark:
        raise SystemExit(f"{COMPILED_STUB.name} has lost its mark: {MARK}")
    return "\n".join([head + mark, "", *StubWriter(interface).lines(), ""])


def compiled_stub_complaints(stub: str, interface: Interface) -> Iterator[str]:
    """Report where the compiled module's stub differs from the header."""
    found, expected = stub.splitlines(), compiled_stub(stub, interface).splitlines()
    for line in found:
        if line not in expected:
            yield f"{COMPILED_STUB.name} has what the header does not say: {line.strip()}"
    for line in expected:
        if line not in found:
            yield f"{COMPILED_STUB.name} lacks what the header says: {line.strip()}"
    if sorted(found) != sorted(expected) or (set(found) == set(expected) and found != expected):
        yield f"{COMPILED_STUB.name} is not what --write makes of the header"


# ---- The compiled module ---------------------------------------------------------------------------------------------


def compiled_module_complaints(interface: Interface, stub: str, ffi: Any, lib: Any) -> Iterator[str]:
    """Report where the compiled module differs from the header, for example if it is older, and from the part about cffi."""
    names = {*interface.constants, *interface.functions, *interface.trampolines}
    yield from different_names("the compiled lib", dir(lib), "the header", names)
    for name, value in interface.constants.items():
        if getattr(lib, name, value) != value:
            yield f"lib.{name} is {getattr(lib, name)}, not {value}"
    for name, function in (interface.functions | interface.trampolines).items():
        if hasattr(lib, name):
            yield from _function_complaints(f"lib.{name}", ffi.typeof(getattr(lib, name)), function, ffi)
    typedefs, _, _ = ffi.list_types()
    names = {*interface.structs, *interface.enums, *interface.function_types}
    yield from different_names("the compiled ffi", typedefs, "the header", names)
    for name in names & set(typedefs):
        compiled = ffi.typeof(name)
        if name in interface.function_types:
            yield from _function_complaints(name, compiled, interface.function_types[name], ffi)
        elif name in interface.structs:
            fields = _fields(compiled, ffi)
            if fields != {key: _typeof(c_type, ffi) for key, c_type in (interface.structs[name] or {}).items()}:
                yield f"{name} is compiled with the fields {', '.join(fields) or 'unknown'}"
    classes = {node.name: node for node in ast.parse(stub).body if isinstance(node, ast.ClassDef)}
    if unknown := sorted(set(_defined_names(classes["FFI"].body)) - set(dir(ffi))):
        yield f"the stub's FFI has what cffi's has not: {', '.join(unknown)}"


def _function_complaints(name: str, compiled: Any, function: Function, ffi: Any) -> Iterator[str]:
    arguments = tuple(_typeof(c_type, ffi) for c_type in function.parameters.values())
    if (compiled.args, compiled.result) != (arguments, _typeof(function.result, ffi)):
        yield f"{name} is compiled as {compiled.cname}"


def _fields(struct: Any, ffi: Any) -> dict[str, Any]:
    try:
        ffi.sizeof(struct)
    except ffi.error:  # an opaque type: some builds of cffi abort if its fields are read
        return {}
    return {name: c_field.type for name, c_field in struct.fields}


def _typeof(c_type: CType, ffi: Any) -> Any:
    try:
        return ffi.typeof(str(c_type))
    except ffi.error:  # the compiled module does not have it
        return None


# ---- The public stub -------------------------------------------------------------------------------------------------

# Names that Python adds to a class, names about how objects are stored, and names that `object` has too.
IMPLIED_MEMBERS = {
    "__abstractmethods__",
    "__annotations__",
    "__dict__",
    "__doc__",
    "__firstlineno__",
    "__getattr__",  # a type checker would take any name for an attribute
    "__module__",
    "__repr__",
    "__slots__",
    "__static_attributes__",
    "__weakref__",
}


class PublicStub:
    """The stub, executed as Python: a function without a body has a signature too."""

    def __init__(self, text: str, package: types.ModuleType) -> None:
        tree = ast.parse(text)
        code = compile(tree, PUBLIC_STUB.name, "exec")  # the stub postpones annotations, as this file does
        self.namespace: dict[str, Any] = {"__name__": package.__name__}
        exec(code, self.namespace)
        self.names = set(_defined_names(tree.body)) - {"__all__"}
        self.variables = self.namespace.get("__annotations__", {})
        # Annotations that name a class refer to the class of the package, so that they can be compared.
        self.meanings = self.namespace | {key: getattr(package, key) for key in self.names if hasattr(package, key)}
        self.meanings["array"] = Sequence  # unlike array.array before CPython 3.12, it takes a type in brackets

    def types(self, of: Any) -> dict[str, Any]:
        """Return the resolved annotations of a function, a class or a dict."""
        written = of if isinstance(of, dict) else inspect.get_annotations(of)
        # A TypedDict wraps its annotations.
        plain = {key: getattr(text, "__forward_arg__", text) for key, text in written.items()}
        return typing.get_type_hints(types.SimpleNamespace(__annotations__=plain), self.meanings)


def _defined_names(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]):
                yield name
            case _:
                pass


def public_stub_complaints(text: str, package: types.ModuleType) -> Iterator[str]:
    """Report where the stub of the package and the package itself differ."""
    stub = PublicStub(text, package)
    yield from different_names("the stub's __all__", stub.namespace.get("__all__", []), "the package's", package.__all__)
    yield from different_names("the stub", stub.names, "the package's __all__", package.__all__)
    variables = stub.types(stub.variables)
    for name in sorted(stub.names & set(package.__all__)):
        real = getattr(package, name)
        if name in variables:
            if not isinstance(real, variables[name]):
                yield f"{name} is {type(real).__name__}, not {variables[name].__name__}"
        else:
            yield from _member_complaints(name, stub.namespace[name], real, stub)


def _member_complaints(name: str, written: Any, real: Any, stub: PublicStub) -> Iterator[str]:
    """Compare two functions, classes, properties or other members."""
    # A type checker need not know more than the public base of the type of a class.
    kind = next(each for each in type(real).__mro__ if not _is_private(each))
    if type(written) is not kind:
        yield f"{name} is a {type(real).__name__}, not a {type(written).__name__}"
    elif isinstance(real, type):
        yield from _class_complaints(name, written, real, stub)
    elif isinstance(real, property):
        for part in ("fget", "fset", "fdel"):
            yield from _member_complaints(f"{name}.{part}", getattr(written, part), getattr(real, part), stub)
    elif isinstance(real, (staticmethod, classmethod)):
        yield from _signature_complaints(name, written.__func__, real.__func__, stub)
    elif callable(real):
        yield from _signature_complaints(name, written, real, stub)


def _class_complaints(name: str, written: Any, real: Any, stub: PublicStub) -> Iterator[str]:
    bases = [[base.__name__ for base in _public_bases(of)] for of in (written, real)]
    if bases[0] != bases[1]:
        yield f"{name} has the bases {', '.join(bases[1])}, not {', '.join(bases[0])}"
    inherited = typing.get_type_hints(real, localns=stub.meanings)  # a module may import a name only for type checkers
    attributes = {key: inherited[key] for key in inspect.get_annotations(real)}
    yield from _type_complaints(name, stub.types(written), attributes)
    if typing.is_typeddict(real):
        required = written.__required_keys__, real.__required_keys__
        yield from different_names(f"the stub's {name}, of required keys,", required[0], "the package's", required[1])
        return
    members = _members(written), _members(real)
    yield from different_names(f"the stub's {name}", members[0], "the package's", members[1])
    for member in sorted(members[0].keys() & members[1].keys()):
        yield from _member_complaints(f"{name}.{member}", members[0][member], members[1][member], stub)


def _is_private(of: type) -> bool:
    return "._" in of.__module__


def _public_bases(of: type) -> list[type]:
    """The bases that a user can name: a base in a private module is a part of the class itself."""
    found: list[type] = []
    for base in of.__bases__:
        found += _public_bases(base) if _is_private(base) else [base]
    return found


def _members(of: type) -> dict[str, Any]:
    parts = [of, *(base for base in of.__mro__ if _is_private(base))]
    return {
        name: member
        for part in reversed(parts)
        for name, member in vars(part).items()
        if name not in IMPLIED_MEMBERS
        and not (hasattr(of, "_fields") and name in vars(NamedTuple("Empty", [])))  # what each named tuple has
        and (not name.startswith("_") or name.startswith("__"))
        and not inspect.ismemberdescriptor(member)  # a slot
    }


def _signature_complaints(name: str, written: Callable[..., Any], real: Callable[..., Any], stub: PublicStub) -> Iterator[str]:
    if inspect.unwrap(written).__qualname__ == "_overload_dummy":  # typing keeps none of its signatures; stubtest compares them
        return
    signatures = inspect.signature(written), inspect.signature(real)
    shapes = [
        [(parameter.name, parameter.kind, parameter.default) for parameter in signature.parameters.values()]
        for signature in signatures
    ]
    if shapes[0] != shapes[1]:
        yield f"{name} has the signature {signatures[1]}, not {signatures[0]}"
    else:
        yield from _type_complaints(name, stub.types(written), typing.get_type_hints(real, localns=stub.meanings))


def _type_complaints(name: str, written: Mapping[str, Any], real: Mapping[str, Any]) -> Iterator[str]:
    yield from different_names(f"the stub's {name}, of types,", written, "the package's", real)
    for key in sorted(written.keys() & real.keys()):
        if written[key] != real[key]:
            yield f"{name}: the type of {key} is {real[key]}, not {written[key]}"


def different_names(one: str, ones: Collection[str], other: str, others: Collection[str]) -> Iterator[str]:
    """Report the names that only one of the two has."""
    if missing := sorted(set(others) - set(ones)):
        yield f"{one} lacks {', '.join(missing)}"
    if surplus := sorted(set(ones) - set(others)):
        yield f"{one} has what {other} has not: {', '.join(surplus)}"


def complaints() -> Iterator[str]:
    """Report all faults of the stubs."""
    interface, stub = declared(), COMPILED_STUB.read_text(encoding="utf-8")
    yield from compiled_stub_complaints(stub, interface)
    compiled = importlib.import_module("text_processor._textproc_cffi")
    yield from compiled_module_complaints(interface, stub, compiled.ffi, compiled.lib)
    package = importlib.import_module("text_processor")
    yield from public_stub_complaints(PUBLIC_STUB.read_text(encoding="utf-8"), package)


def main() -> int:
    """Check all stubs, or write the compiled module's stub."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="write the compiled module's stub anew")
    if parser.parse_args().write:
        stub = COMPILED_STUB.read_text(encoding="utf-8")
        COMPILED_STUB.write_text(compiled_stub(stub, declared()), encoding="utf-8")
        return 0
    failed = False
    for complaint in complaints():
        failed = True
        print(complaint)
    return failed


if __name__ == "__main__":
    sys.exit(main())
