"""Check the pages that `make docs` has built.

Each link must lead to something: in the page, on another page, or a file. Pages load nothing from the network, their headings
are in order, and every picture has a text alternative. With `--browser`, headless Chromium opens each page at the width of a
phone and of a desktop, in the light and the dark scheme: the page must fit the width, its text must have enough contrast, and
nothing may be written to the console. `--screenshots FOLDER` keeps a picture of each page at its full length.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

# Sphinx makes these pages for searching; they are checked, but their headings are not ours.
MADE_BY_SPHINX = {"genindex.html", "py-modindex.html", "search.html"}


class Page(HTMLParser):
    """The links, the contents and the headings of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.shown: list[str] = []  # the browser loads these without a click
        self.headings: list[int] = []
        self.without_words: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if name := values.get("id"):
            self.ids.add(name)
        if tag == "a" and values.get("href"):
            self.links.append(str(values["href"]))
        elif tag == "link" and {"stylesheet", "icon", "preload"} & set(str(values.get("rel")).split()):
            self.shown.append(str(values["href"]))
        elif tag in {"img", "script", "iframe", "source", "video"} and values.get("src"):
            self.shown.append(str(values["src"]))
        if tag == "img" and not values.get("alt"):
            self.without_words.append(str(values.get("src")))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))


# ---- Without a browser -----------------------------------------------------------------------------------------------


def check_files(folder: Path) -> Iterator[str]:
    """Return the faults of the files in a folder of pages."""
    pages = {path.resolve(): Page(path) for path in sorted(folder.rglob("*.html"))}
    if folder.resolve() / "index.html" not in pages:
        yield f"{folder}: there is no index.html"
    for page in pages.values():
        name = page.path.relative_to(folder).as_posix()
        yield from (f"{name}: {problem}" for problem in _wrong_targets(page, pages))
        yield from (f"{name}: the picture {source} has no words" for source in page.without_words)
        if name not in MADE_BY_SPHINX:
            yield from (f"{name}: {problem}" for problem in _wrong_headings(page.headings))
    for style in sorted(folder.rglob("*.css")):
        for target in re.findall(r"""(?:url\(|@import)\s*["']?(https?:|//)""", style.read_text(encoding="utf-8")):
            yield f"{style.relative_to(folder)}: takes something from the network, {target}"


def _wrong_targets(page: Page, pages: dict[Path, Page]) -> Iterator[str]:
    for target in page.shown:
        parts = urlsplit(target)
        if parts.scheme == "data":
            continue
        if parts.scheme or parts.netloc:
            yield f"shows {target}, which comes from the network"
        elif not (page.path.parent / unquote(parts.path)).exists():
            yield f"shows {target}, which does not exist"
    for target in page.links:
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            continue
        path = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path.resolve()
        if not path.exists():
            yield f"links to {target}, which does not exist"
        elif parts.fragment and path in pages and unquote(parts.fragment) not in pages[path].ids:
            yield f"links to {target}, but that page has no such place"


def _wrong_headings(levels: list[int]) -> Iterator[str]:
    if levels.count(1) != 1 or levels[0] != 1:
        yield "begins with one heading of the first level, and has no other"
    for before, level in pairwise(levels):
        if level > before + 1:
            yield f"a heading of level {level} stands below one of level {before}"


# ---- With a browser --------------------------------------------------------------------------------------------------

WIDTHS = {"phone": (390, 844), "desk": (1280, 900)}
SCHEMES = ("light", "dark")

# The least contrast of text; Web Content Accessibility Guidelines 2.2, 1.4.3, which also define it.
CONTRAST = 4.5

# The width of the page, the elements beyond it, the lightness of the background, faint words, and what other sites sent.
LOOK = """
const [width, contrast] = arguments, root = document.documentElement;
const color = text => { const [r, g, b, a = 1] = text.match(/[0-9.]+/g).map(Number); return {rgb: [r, g, b], a}; };
const luminance = rgb => {
    const [r, g, b] = rgb.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = element => {
    for (let e = element; e; e = e.parentElement) {
        const {rgb, a} = color(getComputedStyle(e).backgroundColor);
        if (a === 1) return rgb;
    }
    return [255, 255, 255];
};
const isFaint = element => {
    const style = getComputedStyle(element);
    if (!element.getClientRects().length || style.visibility === "hidden") return false;
    const [low, high] = [luminance(color(style.color).rgb), luminance(behind(element))].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05) < contrast;
};
const words = document.createTreeWalker(document.querySelector("article") || document.body, NodeFilter.SHOW_TEXT);
const faint = new Set();
while (words.nextNode())
    if (words.currentNode.textContent.trim() && isFaint(words.currentNode.parentElement))
        faint.add(words.currentNode.textContent.trim().slice(0, 60));
const scrolls = element => {
    for (let e = element; e && e !== document.body; e = e.parentElement)
        if (getComputedStyle(e).overflowX !== "visible") return true;
    return false;
};
const outside = [...document.querySelectorAll("body *")].filter(
    e => e.getBoundingClientRect().right > width + 1 && e.getClientRects().length && !scrolls(e));
return {
    width: root.scrollWidth,
    outside: outside.slice(0, 3).map(e => `${e.tagName}.${e.className}: ${e.textContent.trim().slice(0, 60)}`),
    lightness: luminance(behind(document.body)),
    faint: [...faint].slice(0, 3),
    elsewhere: performance.getEntriesByType("resource").map(e => e.name).filter(name => !/^(file|data):/.test(name)),
};
"""


def _browser(driver: str) -> Any:
    from selenium import webdriver  # noqa: PLC0415 - only here is it needed

    options = webdriver.ChromeOptions()
    options.add_argument("--headless=new")
    options.add_argument("--disable-dev-shm-usage")
    options.add_argument("--hide-scrollbars")
    if os.getuid() == 0:
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    if browser := shutil.which("chromium"):
        options.binary_location = browser
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))


def check_in_browser(folder: Path, driver: str, screenshots: Path | None) -> Iterator[str]:
    """Return the faults of the pages in a browser."""
    browser = _browser(driver)
    try:
        for page in sorted(folder.rglob("*.html")):
            for device, (width, height) in WIDTHS.items():
                metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": device == "phone"}
                browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
                for scheme in SCHEMES:
                    feature = {"name": "prefers-color-scheme", "value": scheme}
                    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
                    browser.get(page.resolve().as_uri())
                    name = page.relative_to(folder).as_posix()
                    yield from (f"{name}, {device}, {scheme}: {problem}" for problem in _wrong_to_see(browser, width, scheme))
                    if screenshots:
                        picture = screenshots / f"{name.replace('/', '-').removesuffix('.html')}-{device}-{scheme}.png"
                        picture.parent.mkdir(parents=True, exist_ok=True)
                        seen = browser.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
                        picture.write_bytes(base64.b64decode(seen["data"]))
    finally:
        browser.quit()


def _wrong_to_see(browser: Any, width: int, scheme: str) -> Iterator[str]:
    seen = browser.execute_script(LOOK, width, CONTRAST)
    if seen["width"] > width:
        yield f"{seen['width']} pixels wide, which is more than {width}; {seen['outside'] or 'nothing sticks out by itself'}"
    if (seen["lightness"] < 0.5) != (scheme == "dark"):
        yield f"the lightness of its background is {seen['lightness']:.2f}"
    yield from (f"can hardly be read: {text}" for text in seen["faint"])
    yield from (f"loads {address}" for address in seen["elsewhere"])
    yield from (f"says {json.dumps(entry['message'])}" for entry in browser.get_log("browser"))


# ----------------------------------------------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--browser", action="store_true")
    parser.add_argument("--screenshots", type=Path, metavar="FOLDER")
    arguments = parser.parse_args()

    problems = list(check_files(arguments.folder))
    looked = "links, headings and pictures"
    if arguments.browser:
        driver = shutil.which("chromedriver")
        if driver is None:
            print("skipped: looking at the pages needs chromedriver, which is not installed")
        else:
            problems += check_in_browser(arguments.folder, driver, arguments.screenshots)
            looked += ", and how they look on a phone and a desk, light and dark"
    for problem in problems:
        print(problem)
    n_pages = len(list(arguments.folder.rglob("*.html")))
    if problems:
        sys.exit(f"{len(problems)} faults in {n_pages} pages")
    print(f"{n_pages} pages: {looked} are as they should be")


if __name__ == "__main__":
    main()
