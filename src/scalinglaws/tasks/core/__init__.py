"""What all tasks share: the interface, metrics, shapes."""
