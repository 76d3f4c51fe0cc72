"""The protocols' shapes, and their translation to and from the nouns of the house. Bytes in, bytes out."""
