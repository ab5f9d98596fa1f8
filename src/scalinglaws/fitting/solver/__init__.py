"""Many least-squares or Huber fits at once: initial guesses, Newton's method in numpy, and compiled."""
