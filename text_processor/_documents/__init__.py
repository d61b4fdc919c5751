"""Read documents from memory, files, streams, buffers and Arrow columns.

The modules here give documents in batches to the caller; they count nothing.
"""
