"""Commands for a table of your own runs: fit, plan, extrapolate, laws."""
