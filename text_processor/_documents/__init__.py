"""Documents come in: from memory, files, streams, buffers and Arrow columns.

They are given out in batches, to whatever does something with them; nothing is counted here.
"""
