"""From a table of runs to laws with intervals: selection, estimate, bootstrap."""
