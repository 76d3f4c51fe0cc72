"""Held decisions that wait for people: what is asked, who may answer, and what the answer is good for."""
