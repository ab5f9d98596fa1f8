"""What a paper states, with numbers and sources, and what a replication makes of it."""
