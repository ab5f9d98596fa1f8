"""Refits of Hoffmann et al.'s points, and the tests that Besiroglu et al. made on them."""
