"""What figures of all papers share: style, captions, legends, saving."""
