"""What the tools for profilers make of what those print."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tool_files import load

flamegraph, massif_peak = load("flamegraph"), load("massif_peak")

# ---- Flame graphs ----------------------------------------------------------------------------------------------------

# As `perf script` prints it, innermost first: two samples in the core, one in the interpreter.
SAMPLE = """\
python 27731/27731
\t           2f362 count_piece (/package/text_processor/_textproc_cffi.abi3.so)
\t           2fb10 tp_corpus_count (/package/text_processor/_textproc_cffi.abi3.so)
\t          14a5b1 cfunction_call (/lib/libpython3.13.so.1.0)
\t          92b61 _PyEval_EvalFrameDefault (/lib/libpython3.13.so.1.0)
\t              85 py::TextAnalyzer.settle:/package/text_processor/analyzer.py (/tmp/jitted-27731-849.so)
\t          2bc5f0 py_trampoline_evaluator (/lib/libpython3.13.so.1.0)
\t              85 py::main:/home/me/count words.py (/tmp/jitted-27731-792.so)
\t            1234 [unknown] (/usr/bin/python3.13)
"""
OTHER = """\
python 27731/27731
\t          14a5b1 dict_update (/lib/libpython3.13.so.1.0)
\t          92b61 _PyEval_EvalFrameDefault (/lib/libpython3.13.so.1.0)
\t              85 py::main:/home/me/count words.py (/tmp/jitted-27731-792.so)
"""
MAIN, SETTLE = "py::main (count words.py)", "py::TextAnalyzer.settle (analyzer.py)"
IN_CORE = (MAIN, SETTLE, "tp::tp_corpus_count", "tp::count_piece")
IN_PYTHON = (MAIN, "_PyEval_EvalFrameDefault", "dict_update")


def test_stacks_go_from_python_to_the_core_without_the_interpreter_between() -> None:
    assert list(flamegraph.stacks(f"{SAMPLE}\n{OTHER}\n{SAMPLE}\n")) == [IN_CORE, IN_PYTHON, IN_CORE]


def test_no_samples_are_no_stacks() -> None:
    assert list(flamegraph.stacks("\n")) == []


def test_boxes_are_as_wide_as_their_samples_and_stand_on_their_callers() -> None:
    found = {(box.name, box.depth): (box.first, box.n) for box in flamegraph.boxes(Counter({IN_CORE: 2, IN_PYTHON: 1}))}
    assert found == {
        (MAIN, 0): (0, 3),
        ("_PyEval_EvalFrameDefault", 1): (0, 1),
        ("dict_update", 2): (0, 1),
        (SETTLE, 1): (1, 2),
        ("tp::tp_corpus_count", 2): (1, 2),
        ("tp::count_piece", 3): (1, 2),
    }


def test_picture_is_svg_with_every_function_in_it() -> None:
    svg = flamegraph.draw(Counter({("a<b>", "c&d"): 3, ("e",): 1}), 'run "it"')
    titles = [title.text for title in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}title")]
    assert sorted(titles) == ["a<b>: 75.0%, 3 samples", "c&d: 75.0%, 3 samples", "e: 25.0%, 1 samples"]


def test_summary_tells_what_was_running() -> None:
    assert list(flamegraph.summary(Counter({IN_CORE: 2, IN_PYTHON: 1}), 5)) == [" 66.7%  count_piece", " 33.3%  dict_update"]


def test_without_perf_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert flamegraph.main(["--output", str(tmp_path / "out"), "program.py"]) == 0
    assert capsys.readouterr().out == "skipped: perf is not installed\n"


# ---- Massif ----------------------------------------------------------------------------------------------------------

MASSIF = """\
desc: (none)
cmd: count text
time_unit: i
#-----------
snapshot=0
#-----------
time=0
mem_heap_B=0
mem_heap_extra_B=0
mem_stacks_B=0
heap_tree=empty
#-----------
snapshot=1
#-----------
time=4000
mem_heap_B=960
mem_heap_extra_B=40
mem_stacks_B=0
heap_tree=peak
n3: 960 (heap allocation functions) malloc/new/new[], --alloc-fns, etc.
 n1: 600 0x10A1: grow_terms (table.c:80)
  n0: 600 0x10B2: tp_table_reserve (table.c:107)
 n1: 300 0x10A9: grow_terms (table.c:84)
  n0: 300 0x10B2: tp_table_reserve (table.c:107)
 n0: 60 in 36 places, all below massif's threshold (1.00%)
"""


def test_peak_is_told_by_function() -> None:
    total, by_function = massif_peak.peak(MASSIF)
    assert total == 1000
    assert by_function == {"grow_terms": 900, "others, too small to be told one by one": 60}


def test_a_file_without_a_peak_is_refused() -> None:
    with pytest.raises(ValueError, match="no peak"):
        massif_peak.peak(MASSIF.replace("=peak", "=detailed"))
