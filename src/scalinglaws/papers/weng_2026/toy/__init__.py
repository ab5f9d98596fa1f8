"""The toy simulator: losses from a known law with noise, fitted as if they were measured."""
