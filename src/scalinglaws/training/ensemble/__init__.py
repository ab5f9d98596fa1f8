"""An ensemble: runs of one architecture that are trained side by side, with a leading axis of runs."""
