"""What people call from the command line; rules call the stages instead."""
