"""Tables that figures and reports show, and their files."""
