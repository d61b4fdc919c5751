"""The one door to the compiled core; no other package imports it.

``status`` turns a status of the core into an exception, ``handles`` says who frees what C has made, ``text`` takes text in, and
``process`` tells of the whole process: memory, instruction sets, versions. Beside them stands one door file for each room.
"""

from __future__ import annotations

import os

from text_processor._textproc_cffi import lib

# No lock of the core is held by any thread while the process forks, so the child can use every object.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=lib.tp_before_fork,
        after_in_parent=lib.tp_after_fork_in_parent,
        after_in_child=lib.tp_after_fork_in_child,
    )
