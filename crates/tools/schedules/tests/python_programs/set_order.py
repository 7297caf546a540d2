"""Prints a set of words in the order of the set."""

for word in {"red", "green"}:
    print(word)
