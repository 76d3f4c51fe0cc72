"""`answerable pack`: begin, check, test, compare and try out a company's pack."""
