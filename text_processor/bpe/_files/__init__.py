"""The files in which tokenizers are stored: found out by their content, read, checked and written."""
