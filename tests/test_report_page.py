"""The report in a real browser: nothing of the text is executed or loaded, and it fits on a phone and a desk, light and dark.

Without Chromium and its driver the tests say that they are skipped.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from text_processor import TextAnalyzer, Tokenizer
from text_processor.report import page

DRIVER, BROWSER = shutil.which("chromedriver"), shutil.which("chromium")

in_browser = pytest.mark.skipif(
    DRIVER is None or BROWSER is None, reason="skipped: chromium and chromedriver are not installed"
)

# Words that do something if any of them is not escaped where it stands: text, an attribute, a style, a script, a chart.
HOSTILE = [
    "<script>window.harmed=1</script>",
    '"onmouseover="window.harmed=1',
    "'onfocus='window.harmed=1'autofocus",
    "</style><script>window.harmed=1</script>",
    "</svg><img/src=x/onerror=window.harmed=1>",
    "<img/src=https://example.org/x.png>",
    "javascript:window.harmed=1",
    "{{7*7}}",
    "datum.x",
    "&lt;b&gt;",
    "\u202eoverride\u202c",
    "\u2067isolate",
    "x" * 3000,
    "שלום",
    "\x1b[31m",
]

# The last is a desk at four times the size.
WIDTHS = {"phone": 360, "desk": 1280, "enlarged": 320}

# What is wide, unless it scrolls by itself or lies in what does; the widths of both are compared.
OUTSIDE = """
const scrolls = e => { for (; e && e !== document.body; e = e.parentElement)
    if (getComputedStyle(e).overflowX !== "visible") return true; return false; };
return [...document.querySelectorAll("body *")]
    .filter(e => !e.closest(".skip") && e.getClientRects().length
        && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !scrolls(e.parentElement))
    .slice(0, 3).map(e => e.outerHTML.slice(0, 80));
"""

# The contrast of all text with what is behind it, by the rules of WCAG.
FAINT = """
const parts = color => { const all = color.match(/[\\d.]+/g).map(Number); return all.length < 4 ? [...all, 1] : all; };
const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
const behind = e => { for (; e; e = e.parentElement) { const c = parts(getComputedStyle(e).backgroundColor);
    if (c[3] === 1) return c; } return [255, 255, 255]; };
const faint = new Set();
for (const e of document.querySelectorAll("body *")) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !e.getClientRects().length) continue;
    const style = getComputedStyle(e);
    const color = parts(e.closest("svg") ? style.fill : style.color);
    const [a, b] = [light(color), light(behind(e))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) faint.add(`${e.outerHTML.slice(0, 80)} ${((a + .05) / (b + .05)).toFixed(2)}`);
}
return [[...faint].slice(0, 3), light(behind(document.body))];
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(argument)
    if os.getuid() == 0:
        options.add_argument("--no-sandbox")
    options.binary_location = str(BROWSER)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(DRIVER)))
    yield started
    started.quit()


def hostile_analyzers() -> tuple[TextAnalyzer, TextAnalyzer]:
    one, other = TextAnalyzer(case="keep"), TextAnalyzer(case="keep")
    for i, word in enumerate(HOSTILE):
        one.add_documents([f"{word} and {word} {word}"] * (40 + i))
        other.add_documents([f"ordinary words and no {word[::-1]}"] * (40 + i))
    return one, other


@pytest.fixture(scope="module")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    one, other = hostile_analyzers()
    path = tmp_path_factory.mktemp("report") / "report.html"
    one.report(path, versus=other, names=["<i>one</i>\u202e", '"other"' * 40], title="</title><script>window.harmed=1</script>")
    return path


def opened(browser: Any, path: Path, width: int = 1280, scheme: str = "light") -> None:
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    browser.get(path.resolve().as_uri())


@in_browser
def test_nothing_of_the_text_is_executed_or_loaded(browser: Any, hostile_page: Path) -> None:
    opened(browser, hostile_page)
    loading = "document.querySelectorAll('script,img,image,iframe,object,embed,link,use').length"
    assert browser.execute_script(f"return [window.harmed, {loading}]") == [None, 0]
    attributes = "return [...document.querySelectorAll('*')].flatMap(e => [...e.attributes].map(a => a.name + '=' + a.value))"
    found = browser.execute_script(attributes)
    assert [each for each in found if each.startswith("on") or "javascript:" in each] == []
    assert {each for each in found if each.startswith(("href=", "src=", "xlink:href="))} <= {
        f"href=#{name}" for name in re.findall(r'id="(\w+)"', hostile_page.read_text(encoding="utf-8"))
    }
    assert browser.execute_script("return performance.getEntriesByType('resource').map(e => e.name)") == []
    assert browser.get_log("browser") == []
    text = browser.execute_script("return document.body.textContent")
    assert "<script>window.harmed=1</script>" in text
    assert not set("\u202e\u2067\x1b") & set(text)
    assert "⟨202E⟩override" in text
    assert "x" * 100 not in text
    assert browser.title == "</title><script>window.harmed=1</script>"


@in_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", WIDTHS)
def test_it_fits_and_can_be_read(browser: Any, hostile_page: Path, device: str, scheme: str) -> None:
    opened(browser, hostile_page, WIDTHS[device], scheme)
    browser.execute_script("document.querySelectorAll('details').forEach(e => e.open = true)")
    assert browser.execute_script(OUTSIDE) == []
    assert browser.execute_script("return document.documentElement.scrollWidth") <= WIDTHS[device]
    faint, lightness = browser.execute_script(FAINT)
    assert faint == []
    assert (lightness < 0.5) == (scheme == "dark")


@in_browser
def test_it_can_be_used_with_keys_alone(browser: Any, hostile_page: Path) -> None:
    from selenium.webdriver import ActionChains, Keys

    opened(browser, hostile_page)

    def press(*keys: str) -> Any:
        ActionChains(browser).send_keys(*keys).perform()
        return browser.execute_script("return [document.activeElement.textContent.trim(), location.hash]")

    assert press(Keys.TAB)[0] == "Skip to the report"
    assert press(Keys.TAB)[0] == "Differences"
    assert press(Keys.ENTER)[1] == "#keys"
    closed = "return [...document.querySelectorAll('details')].findIndex(e => !e.open)"
    first = browser.execute_script(closed)
    browser.execute_script("document.querySelectorAll('details')[arguments[0]].firstElementChild.focus()", first)
    press(Keys.ENTER)
    assert browser.execute_script("return document.querySelectorAll('details')[arguments[0]].open", first)
    outline = "return getComputedStyle(document.activeElement).outlineStyle"
    assert browser.execute_script(outline) == "solid"
    scrolling = "return [...document.querySelectorAll('.scrolls')].every(e => e.tabIndex === 0 && e.getAttribute('aria-label'))"
    assert browser.execute_script(scrolling)


@in_browser
def test_what_notebooks_show_is_harmless(browser: Any, tmp_path: Path) -> None:
    tokenizer = Tokenizer(special_tokens=HOSTILE[:2])
    tokenizer.train(" ".join(HOSTILE), 300)
    analyzer, _ = hostile_analyzers()
    shown = [analyzer, analyzer.words, tokenizer, tokenizer.show("é <b>\n" + " ".join(HOSTILE))]
    path = tmp_path / "notebook.html"
    made = "".join(each._repr_html_() for each in shown)
    path.write_text(f"<!doctype html><meta charset=utf-8><title>cells</title>{made}", encoding="utf-8")
    opened(browser, path)
    assert browser.execute_script("return [window.harmed, document.scripts.length, document.images.length]") == [None, 0, 0]
    assert browser.get_log("browser") == []
    text = browser.execute_script("return document.body.textContent")
    assert not set("\u202e\u2067\x1b") & set(text)
    assert "… 6 more" in text


# ---- Without a browser -----------------------------------------------------------------------------------------------


def test_hostile_words_stand_escaped_in_the_file(hostile_page: Path) -> None:
    text = hostile_page.read_text(encoding="utf-8")
    assert len(text.encode()) < 1_500_000
    assert re.findall(r"<script|<img|<i>one|\u202e|\u2067|\x1b", text) == []
    assert text.count("</style>") == 1


@pytest.mark.parametrize("package", ["jinja2", "vl_convert"])
def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    import sys

    analyzer = TextAnalyzer()
    analyzer.add_document("some words")
    monkeypatch.setitem(sys.modules, package, None)
    name = {"vl_convert": "vl-convert-python"}.get(package, package)
    with pytest.raises(ImportError, match=rf"^report needs {name}, .*pip install '\.\[report\]'$"):
        page(analyzer)
