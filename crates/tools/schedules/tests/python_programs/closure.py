"""A counter in a closure."""

from threading import Thread


def make_counter():
    n = 0

    def count():
        nonlocal n
        n += 1
        return n

    return count


counter = make_counter()
a, b = Thread(target=counter), Thread(target=counter)
a.start()
b.start()
a.join()
b.join()
print(counter() - 1)
