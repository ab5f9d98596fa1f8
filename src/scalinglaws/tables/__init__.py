"""Tables: their columns, and how they are written and read."""
