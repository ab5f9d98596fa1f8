"""What captions say, and their files."""
