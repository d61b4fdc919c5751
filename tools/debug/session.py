"""A program to look into: an analyzer counts two documents in C, and C tells a callback of each.

`session.py crash` ends in the callback by `os.abort`, as a fault in C would end it: with a core dump, where the system
writes one, and with the Python stack that `faulthandler` prints.
"""

from __future__ import annotations

import faulthandler
import os
import sys

from text_processor import TextAnalyzer

DOCUMENTS = ["It was the best of times,", "it was the worst of times,"]


def on_document(info: dict[str, object]) -> None:
    if "crash" in sys.argv:
        os.abort()
    print(info["text"], "->", info["word_count"], "words", flush=True)  # a debugger may end the program


def count_documents() -> TextAnalyzer:
    analyzer = TextAnalyzer()
    analyzer.set_callback(on_document)
    analyzer.add_documents(DOCUMENTS)
    return analyzer


def main() -> None:
    faulthandler.enable()
    print(count_documents().most_common(2))


if __name__ == "__main__":
    main()
