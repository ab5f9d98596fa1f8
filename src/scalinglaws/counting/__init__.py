"""How large a model is: parameters and FLOPs, counted by part."""
