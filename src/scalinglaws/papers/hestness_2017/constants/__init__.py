"""Numbers that the paper and its follow-up print, and points read off its figures, each with its source."""
