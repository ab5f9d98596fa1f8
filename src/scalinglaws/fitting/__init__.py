"""From points to a fitted law: what is minimised, the search, intervals and the report."""
