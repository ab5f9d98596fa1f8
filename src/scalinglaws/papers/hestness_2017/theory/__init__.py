"""Toy learners for section 3, whose learning curves are known exactly."""
