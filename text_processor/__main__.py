"""``python -m text_processor`` is the command ``text-processor``."""

import sys

from text_processor.cli import main

if __name__ == "__main__":
    sys.exit(main())
