"""A process, not a thread."""

from multiprocessing import Process


def work():
    print("child")


if __name__ == "__main__":
    p = Process(target=work)
    p.start()
    p.join()
    print("parent")
