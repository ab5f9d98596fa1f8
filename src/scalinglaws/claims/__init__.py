"""What a paper states, with numbers and sources, and how a replication judges it."""
