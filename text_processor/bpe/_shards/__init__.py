"""A corpus as token ids in files for training: what is read, how it is written, how a run that was stopped goes on."""
