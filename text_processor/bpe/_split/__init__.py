"""How a text is cut into pieces: patterns, read as their library reads them, for the core or for the package ``regex``."""
