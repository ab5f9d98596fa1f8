"""What tasks share: their interface, shapes, metrics and edit distances."""
