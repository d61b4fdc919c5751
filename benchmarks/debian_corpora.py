"""Makes the four texts that words.py is measured on from Debian's packages, without root and without installing them.

    python benchmarks/debian_corpora.py FOLDER

    FOLDER/kjv10.txt   the King James Bible, one verse a line, ten times       41 MB    27,631 distinct words
    FOLDER/gcide.txt   a dictionary of English, as dict-gcide stores it        40 MB   614,435
    FOLDER/de.txt      the source of every German manual page                  13 MB   113,250
    FOLDER/ja.txt      the source of every Japanese manual page                12 MB   188,666

It needs a Debian or Ubuntu with `apt-get` and `dpkg-deb`, and its package lists. The figures are those of Debian 12; others
hold other versions. A page that has several names, by symbolic links, is taken under each of them, as `man` shows it.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGES = ("bible-kjv", "bible-kjv-text", "dict-gcide", "manpages-de", "manpages-ja")
EVERY_VERSE = "Gen1:1-Rev22:21"


def say(text: str) -> None:
    print(text, flush=True)


def fetch(packages: tuple[str, ...], folder: Path) -> None:
    """Download the packages and unpack their files below the folder."""
    for package in packages:
        say(f"apt-get download {package}")
        # What it says of a sandbox that cannot enter the folder does not matter.
        done = subprocess.run(["apt-get", "-qq", "download", package], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(
                f"{package} cannot be downloaded (are the lists there? `apt-get update` gets them):\n{done.stderr.strip()}"
            )
    for archive in sorted(folder.glob("*.deb")):
        say(f"dpkg-deb -x {archive.name}")
        subprocess.run(["dpkg-deb", "-x", archive, folder], check=True)


def kjv(root: Path) -> str:
    """One verse a line, without the reference in front of it that `bible` prints, as in examples/kjv.txt; ten times."""
    command = [root / "usr/bin/bible", "-p", root / "usr/lib", "-f", EVERY_VERSE]
    lines = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, encoding="ascii", check=True).stdout
    return "".join(verse.partition(" ")[2] + "\n" for verse in lines.splitlines()) * 10


def gcide(root: Path) -> str:
    """The text of the dictionary; the few bytes of it that are not UTF-8 become U+FFFD."""
    return gzip.decompress((root / "usr/share/dictd/gcide.dict.dz").read_bytes()).decode(errors="replace")


def manuals(root: Path, language: str) -> str:
    """All pages in order of their paths; a link that leads out of the package has no page."""
    pages = sorted(page for page in (root / "usr/share/man" / language).rglob("*.gz") if page.exists())
    say(f"{len(pages)} pages")
    return "".join(gzip.decompress(page.read_bytes()).decode() for page in pages)


def distinct(text: str) -> int:
    return len({word.lower() for word in text.split()})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the texts go; made if it is not there")
    folder: Path = parser.parse_args().folder
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is not installed: this needs a Debian or one of its children")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        fetch(PACKAGES, root)
        makers = {
            "kjv10": lambda: kjv(root),
            "gcide": lambda: gcide(root),
            "de": lambda: manuals(root, "de"),
            "ja": lambda: manuals(root, "ja"),
        }
        for name, make in makers.items():
            path = folder / f"{name}.txt"
            say(f"making {path}")
            text = make()
            path.write_text(text, encoding="utf-8", newline="")
            say(f"{path}: {path.stat().st_size / 1e6:.1f} MB, {distinct(text):,} distinct words")


if __name__ == "__main__":
    main()
