"""Records: what a run was and gave, where it was trained, and which learning rate a search chose."""
