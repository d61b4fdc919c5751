"""The benchmarks run, say what they found in sound JSON and SVG, and fill the page; nothing is said of how fast anything is."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "benchmarks"

# Under a sanitizer they would take minutes. What else runs changes figures, which are not looked at.
timing = pytest.mark.timing(alone=False)


def load_plot() -> Any:
    spec = importlib.util.spec_from_file_location("benchmarks_plot", FOLDER / "plot.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


plot = load_plot()


def run(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a benchmark's script, which finds its neighbours in its own folder."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    command = [sys.executable, FOLDER / script, *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a quick run writes."""
    folder = tmp_path_factory.mktemp("output")
    done = run("words.py", "--quick", "--output", folder)
    assert done.returncode == 0, done.stderr
    return folder


def texts_in(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


# ---- The whole -------------------------------------------------------------------------------------------------------


@timing
def test_a_quick_run_of_normal_forms_finds_all_answers_right() -> None:
    done = run("normalize.py", "--quick")
    assert (done.returncode, done.stderr) == (0, "")
    assert "WRONG" not in done.stdout
    assert len(done.stdout.splitlines()) == 2 + 4 * 2 * 10


@timing
def test_a_quick_run_of_segments_finds_all_answers_right() -> None:
    done = run("segment.py", "--quick")
    assert (done.returncode, done.stderr) == (0, "")
    assert "WRONG" not in done.stdout
    assert len(done.stdout.splitlines()) == 2 + 5 * 10


@timing
def test_a_quick_run_measures_everything(output: Path) -> None:
    found = json.loads((output / "words.json").read_text(encoding="utf-8"))
    assert found["about"]["is_quick"] is True
    assert list(found["results"]) == ["corpora", "simd", "threads", "distinct", "lengths", "short"]
    for records in found["results"].values():
        first = records[0]
        assert first["times_baseline"] == {"median": 1, "min": 1, "max": 1}
        assert any(record["contestant"].startswith(("to the dict", "to most_common", "add_documents")) for record in records)
        for record in records:
            if "failed" in record:  # of a peer: words.py itself fails where one of ours does
                continue
            seconds = record["seconds"]
            assert 0 < seconds["min"] <= seconds["median"] <= seconds["max"]
            assert record["mb_per_second"] == pytest.approx(record["bytes"] / seconds["median"] / 1e6)


@timing
def test_a_quick_run_draws_everything(output: Path) -> None:
    for name in ("corpora", "simd", "threads", "distinct", "lengths", "short"):
        assert len(texts_in((output / f"{name}.svg").read_text(encoding="utf-8"))) > 5


@timing
def test_the_page_is_filled_from_the_json(output: Path, tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text((ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8"), encoding="utf-8")
    for _ in range(2):  # the second time instead of the first
        done = run("report.py", output / "words.json", page)
        assert done.returncode == 0, done.stderr
    filled = page.read_text(encoding="utf-8")
    assert "Not measured yet" not in filled
    assert filled.count("corpora.svg)") == 1
    assert filled.count("| to the dict |") == 3  # by text, by number of distinct words, by length


@timing
def test_any_file_can_be_measured(tmp_path: Path) -> None:
    (tmp_path / "Überall.txt").write_text("Ein Text, ein ΣΑΣ \u3000 und\xa0noch einer\n" * 100, encoding="utf-8")
    done = run(
        "words.py", tmp_path / "Überall.txt", "--only", "corpora", "--rounds", "2", "--output", tmp_path / "new" / "folder"
    )
    assert done.returncode == 0, done.stderr
    records = json.loads((tmp_path / "new" / "folder" / "words.json").read_text(encoding="utf-8"))["results"]["corpora"]
    assert {record["text"] for record in records} == {"Überall"}
    assert {record["distinct"] for record in records} == {len({"ein", "text,", "σας", "und", "noch", "einer"})}


@timing
def test_a_file_without_words_is_named(tmp_path: Path) -> None:
    (tmp_path / "blank.txt").write_text(" \n", encoding="utf-8")
    done = run("words.py", tmp_path / "blank.txt", "--only", "corpora", "--output", tmp_path)
    assert done.returncode == 1
    assert "blank.txt has no words" in done.stderr


def test_a_report_of_nothing_says_what_makes_one(tmp_path: Path) -> None:
    done = run("report.py", tmp_path / "words.json", tmp_path / "page.md")
    assert done.returncode == 1
    assert "words.py --output" in done.stderr
    done = run("report.py", tmp_path / "other.json", tmp_path / "page.md")
    assert done.returncode == 1
    assert "other.json is none of words.json, bpe.json, published.json, cluster.json" in done.stderr


@timing
def test_a_quick_run_of_tokenizers_measures_and_checks(tmp_path: Path) -> None:
    pytest.importorskip("rustbpe")
    done = run("bpe.py", "--quick", "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "bpe.json").read_text(encoding="utf-8"))
    assert list(found["results"]) == ["train", "encode", "foreign", "batch", "long", "repeats", "memory", "loading"]
    assert not any(record.get("differing") for records in found["results"].values() for record in records)
    page = tmp_path / "page.md"
    page.write_text((ROOT / "docs" / "tokenizer-benchmarks.md").read_text(encoding="utf-8"), encoding="utf-8")
    done = run("report.py", tmp_path / "bpe.json", page)
    assert done.returncode == 0, done.stderr
    assert page.read_text(encoding="utf-8").count("| tiktoken |") == 4  # one text, another vocabulary, many, one long piece
    published = json.loads((tmp_path / "published.json").read_text(encoding="utf-8"))
    assert list(published["results"]) == [f"published-{task}" for task in ("text", "messages", "calls", "special", "memory")]
    assert not any(record.get("differing") for records in published["results"].values() for record in records)


def published_record(row: str, contestant: str, each: float, differing: int = 0) -> dict[str, object]:
    return {
        "vocabulary": "cl100k_base",
        "text": "kjv",
        "row": row,
        "contestant": contestant,
        "each": {"median": each, "min": each, "max": each},
        "differing": differing,
    }


def test_ratios_of_published_vocabularies_are_over_the_best_equal_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(FOLDER)
    report = importlib.import_module("report")
    rows = [("slow", 8e-9, 0), ("quick", 4e-9, 0), ("wrong", 1e-9, 1), ("Tokenizer", 2e-9, 0)]
    records = [published_record("array", *row) for row in rows] + [
        {"row": "", "contestant": "none", "unable": "it is not there"}
    ]
    told = report.tell_published(records, lambda record: record["text"], report.in_mb, "MB/s.")
    assert "| quick | 250 |" in told
    assert "| wrong | 1000 (differs) |" in told
    assert "| Tokenizer / the best other | 2.00× |" in told
    assert "- none: it is not there" in told
    assert len(texts_in(report.draw_published(records[:4]))) > 5


def test_the_page_of_clusters_is_filled_from_the_json(tmp_path: Path) -> None:
    speeds = {"local": 400.0, "ours": 300.0, "own": 10.0}
    speed = {"engine": "dask", "megabytes": 500.0, "part": 50.0, "load_average": 1.0, **speeds}
    size = {"engine": "dask", "megabytes": 3000.0, "parts": 48, "shares": 64, "distinct": 35_000_000, "peaks": [900_000_000]}
    results = {
        "cluster-speed": [speed | {f"{name}_by_cpu": value for name, value in speeds.items()}],
        "cluster-equal": [{"engine": "dask", "options": "defaults", "bytes": 200_000_000, "parts": 9, "distinct": 1234}],
        "cluster-size": [size | {"seconds": 100.0, "one_process": 60.0}],
    }
    about = dict.fromkeys(("command", "rounds", "cpu", "processors", "simd", "system", "python", "revision"), "?") | {
        "versions": {}
    }
    (tmp_path / "cluster.json").write_text(json.dumps({"about": about, "results": results}), encoding="utf-8")
    page = tmp_path / "page.md"
    page.write_text((ROOT / "docs" / "cluster-benchmarks.md").read_text(encoding="utf-8"), encoding="utf-8")
    done = run("report.py", tmp_path / "cluster.json", page)
    assert done.returncode == 0, done.stderr
    filled = page.read_text(encoding="utf-8")
    assert "| dask, by the clock | 400 MB/s | 300 MB/s | 10.0 MB/s | 30× | 75% |" in filled
    assert "| defaults | 1,234 | dask |" in filled
    assert "| dask | 35,000,000 | 900 MB | 100 s | 60 s |" in filled


@timing
def test_a_quick_run_of_pipelines_measures_and_checks(tmp_path: Path) -> None:
    done = run("pipelines.py", "--quick", "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "pipelines.json").read_text(encoding="utf-8"))
    assert not any(record.get("differing") for records in found["results"].values() for record in records)


@timing
def test_a_quick_run_of_numbers_measures_and_checks() -> None:
    done = run("numeric.py", "--quick")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "compute_stats, 20,000 float64" in done.stdout
    assert "WRONG" not in done.stdout


# ---- Charts ----------------------------------------------------------------------------------------------------------


def test_bars_are_as_long_as_their_values() -> None:
    svg = plot.bars("A & B", "<under>", {"one": [("ours", 20.0, "20×"), ("theirs", 5.0, "5×")], "two": [("ours", 10.0, "10×")]})
    _, *bars = ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}rect")
    longest, quarter, half = (float(bar.attrib["width"]) for bar in bars)
    assert longest == pytest.approx(4 * quarter, rel=0.01)
    assert longest == pytest.approx(2 * half, rel=0.01)
    assert bars[0].attrib["fill"] == bars[2].attrib["fill"] != bars[1].attrib["fill"]
    assert {"A & B", "<under>", "one", "two", "ours", "theirs", "20×", "5×", "10×"} <= set(texts_in(svg))


def test_lines_lie_on_logarithmic_axes() -> None:
    svg = plot.lines("T", "s", "n", {"ours": [(10, 100.0), (100, 100.0), (1000, 10.0)], "theirs": [(10, 1.0), (1000, 1.0)]})
    ours, theirs = ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}polyline")
    (x1, y1), (x2, y2), (x3, y3) = (map(float, point.split(",")) for point in ours.attrib["points"].split())
    assert x2 - x1 == pytest.approx(x3 - x2)
    assert y1 == y2 < y3 < float(theirs.attrib["points"].split(",")[-1])
    assert {"ours", "theirs", "100", "1k"} <= set(texts_in(svg))


@pytest.mark.parametrize("curve", [[(10, 1.0)], [(10, 1.0), (20, 1.0)], [(3, 0.02), (7, 99999.0)]])
def test_lines_need_no_certain_span(curve: list[tuple[float, float]]) -> None:
    assert "nan" not in plot.lines("T", "s", "n", {"ours": curve})


def test_names_of_lines_do_not_lie_on_each_other() -> None:
    svg = plot.lines("T", "s", "n", {f"line {i}": [(1, 1.0), (10, 1.0 + i / 1000)] for i in range(5)})
    heights = [
        float(element.attrib["y"])
        for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
        if (element.text or "").startswith("line")
    ]
    assert min(after - before for before, after in zip(sorted(heights), sorted(heights)[1:], strict=False)) >= 16
