"""The toy learners of section 3, whose learning curves are known exactly."""
