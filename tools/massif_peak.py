"""Print which functions held memory at the peak: `massif_peak.py MASSIF_OUT [ROWS]`.

valgrind --tool=massif writes the file. ms_print prints all of it, with the callers of each function.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

# The callers of allocating functions are indented by one blank more than the root of the tree.
CALLER = re.compile(r"^ n\d+: (?P<nbytes>\d+) (?:0x[0-9A-F]+: (?P<function>.*?)(?: \((?P<place>.*)\))?|(?P<others>in .*))$")


class Peak(NamedTuple):
    """The moment at which a program held most memory."""

    total_nbytes: int  # including what the heap adds to each block
    nbytes: Counter[str]  # by function


def peak(massif: str) -> Peak:
    """Return the peak of a file of massif."""
    snapshots = re.split(r"^#-+\nsnapshot=\d+\n#-+\n", massif, flags=re.MULTILINE)[1:]
    found = next((snapshot for snapshot in snapshots if "heap_tree=peak" in snapshot), None)
    if found is None:
        raise ValueError("there is no peak in this file")
    sizes = dict(re.findall(r"^(mem_\w+_B)=(\d+)$", found, re.MULTILINE))
    nbytes: Counter[str] = Counter()
    for caller in map(CALLER.match, found.splitlines()):
        if caller:
            nbytes[caller["function"] or "others, too small to be told one by one"] += int(caller["nbytes"])
    return Peak(sum(map(int, sizes.values())), nbytes)


def main(path: str, rows: int = 15) -> None:
    total, nbytes = peak(Path(path).read_text(encoding="utf-8"))
    print(f"{total / 1e6:.2f} MB at the peak, allocated by")
    for function, held in nbytes.most_common(rows):
        print(f"{held / total:6.1%} {held / 1e6:8.2f} MB  {function}")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
