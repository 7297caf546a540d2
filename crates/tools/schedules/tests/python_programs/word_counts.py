"""Two threads count words in one dictionary."""

import threading

counts = {"red": 0}


def count(words):
    for word in words.split():
        counts[word] = counts.get(word, 0) + 1


one = threading.Thread(target=count, args=("red green",))
two = threading.Thread(target=count, args=("red",))
one.start()
two.start()
one.join()
two.join()
print(counts["red"], counts["green"])
