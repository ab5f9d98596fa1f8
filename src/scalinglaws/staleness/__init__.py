"""What every output is made of, and what has to be made again because that has changed."""
