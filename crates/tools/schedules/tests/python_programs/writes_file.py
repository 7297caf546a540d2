"""Two threads append to a file."""

import threading


def write(line):
    with open("log.txt", "a") as log:
        log.write(line + "\n")


for line in ("one", "two"):
    threading.Thread(target=write, args=(line,)).start()
