"""Numbers that papers state, one module a paper, each with its source and how sure it is."""
