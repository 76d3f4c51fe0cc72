"""Held decisions wait for people; what they answer lets exactly that happen, once."""
