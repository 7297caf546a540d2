"""Two threads add a key that is not there, with what they have computed."""

import threading

cache = {}


def lookup(key):
    if key not in cache:
        print("computing", key)
        cache[key] = len(key)
    return cache[key]


a = threading.Thread(target=lookup, args=("abc",))
b = threading.Thread(target=lookup, args=("abc",))
a.start()
b.start()
a.join()
b.join()
print(cache)
