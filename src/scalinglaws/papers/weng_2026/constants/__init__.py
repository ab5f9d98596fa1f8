"""Numbers that the papers print, one module per paper, each with its source and certainty."""
