"""The only package that imports the compiled core.

``status`` turns a status of the core into an exception, ``handles`` frees the objects of C, ``text`` passes text to the core,
and ``process`` has the state of the process: memory, instruction sets, versions. There is one more module for each folder of
the core.
"""

from __future__ import annotations

import os

from text_processor._textproc_cffi import lib

# No thread holds a lock of the core while the process forks, so the child can use every object.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=lib.tp_before_fork,
        after_in_parent=lib.tp_after_fork_in_parent,
        after_in_child=lib.tp_after_fork_in_child,
    )
