"""Where the trained reader draws its lines. One place; chosen on the corpus for the recall of committal lines.

`answerable eval reading` prints the trade-off at every other choice, and
`make reader` the one that these were chosen from. Permille.
"""

COMMITTAL = 350
"""A line is read as committal from this likelihood of the four committal forces together."""

FLOOR = 60
"""Where the rules name a committal act, the line stays committal unless its likelihood is under this."""
STANDS = 0.3
"""Where rules and model agree on a committal force, the rules' polarity and subject stand if the model finds
them this likely. On trades never met the model alone is as good; on the trades of the rules they know more."""
