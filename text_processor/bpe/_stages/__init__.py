"""What a text passes on its way to the vocabulary, and its ids after it: added tokens, normal forms, marks, offsets."""
