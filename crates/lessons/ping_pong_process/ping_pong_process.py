# Two processes print at the same time, for ever: press Ctrl-C to end both.
import os
import time
from multiprocessing import Process


def pong():
    print(os.getpid())
    output("pong")


def output(word):
    while True:
        print(word, end="", flush=True)
        time.sleep(0.01)


if __name__ == "__main__":
    print(os.getpid())
    Process(target=pong).start()
    output("ping")
