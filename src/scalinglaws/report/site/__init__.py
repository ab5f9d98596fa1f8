"""The report of a scale as a static site: pages that open from disk, without a server or network."""
