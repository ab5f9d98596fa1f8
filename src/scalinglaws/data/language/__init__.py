"""From text to tokens: paragraphs, words, characters, subwords, sentence pairs."""
