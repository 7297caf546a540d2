"""Nobody begins the second round before both have ended the first."""

import threading

barrier = threading.Barrier(2)


def rounds(name):
    for n in range(2):
        print(name, n)
        barrier.wait()


a = threading.Thread(target=rounds, args="a")
b = threading.Thread(target=rounds, args="b")
a.start()
b.start()
a.join()
b.join()
