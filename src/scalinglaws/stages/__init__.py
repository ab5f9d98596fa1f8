"""What rules call: one stage per rule, `python -m scalinglaws.stages.<stage>`."""
