"""How a table of runs becomes fits."""
