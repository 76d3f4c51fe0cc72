"""The gate inside of a program: tools that are functions, and answers that are exceptions."""
