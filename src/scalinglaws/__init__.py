"""Rebuild the plots of the papers that established neural scaling laws, with a verdict on each claim."""
