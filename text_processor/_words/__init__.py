"""Count words: the ledger of an analyzer, the counting of batches, snapshots and the table of words."""
