"""Counts files in several processes and merges the counts: python count_parts.py FILE ..."""

import sys
from concurrent.futures import ProcessPoolExecutor

from text_processor import TextAnalyzer


def count(path):
    """Runs in a process of its own; the counts come back as a pickle."""
    analyzer = TextAnalyzer(threads=1)
    analyzer.add_file(path)
    return analyzer


def main():
    total = TextAnalyzer()
    with ProcessPoolExecutor() as pool:
        for part in pool.map(count, sys.argv[1:]):  # in the order of the files, whichever is done first
            total.merge(part)
    print(total)
    print(total.most_common(3))


if __name__ == "__main__":
    main()
