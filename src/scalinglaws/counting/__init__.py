"""The size of a model: parameters and FLOPs, by part."""
