"""Fixed turns of phrase by what they do, as RE2 patterns.

They are written over words as `words_of` gives them: lower-case, contractions
written out, punctuation set apart by spaces. The names are what `Claim.because`
shows.
"""

from answerable.claims.phrases.cues import CUES
from answerable.claims.phrases.done import COMPLETED
from answerable.claims.phrases.entitled import ENTITLED
from answerable.claims.phrases.estimated import ESTIMATED
from answerable.claims.phrases.offered import OFFERED
from answerable.claims.phrases.promised import PROMISED
from answerable.claims.phrases.silent import SILENT

__all__ = ["COMPLETED", "CUES", "ENTITLED", "ESTIMATED", "OFFERED", "PROMISED", "SILENT"]
