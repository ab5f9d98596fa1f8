"""What a data set is made of, one file per modality: images, text, pairs, speech."""
