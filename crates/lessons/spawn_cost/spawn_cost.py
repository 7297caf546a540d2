# What it costs to start and join a thread, a bare fork and a child process.
import math
import os
import statistics
import threading
import time
from multiprocessing import Process

TIMES = 300


def nothing():
    pass


def start_and_join_thread():
    thread = threading.Thread(target=nothing)
    thread.start()
    thread.join()


def fork_and_wait():
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def start_and_join_process():
    process = Process(target=nothing)
    process.start()
    process.join()


def micros_each(start_and_join):
    micros = []
    for _ in range(TIMES):
        start = time.perf_counter()
        start_and_join()
        micros.append((time.perf_counter() - start) * 1e6)
    # The one in the middle: what some other program holds up does not count.
    return statistics.median(micros)


if __name__ == "__main__":
    thread = micros_each(start_and_join_thread)
    rows = [("thread", thread)]
    if hasattr(os, "fork"):
        rows.append(("bare fork", micros_each(fork_and_wait)))
    process = micros_each(start_and_join_process)
    rows.append(("process", process))

    print("start and join    µs each   x thread")
    for what, micros in rows:
        bar = "█" * math.ceil(40 * micros / process)
        print(f"{what:<14} {micros:>10.1f} {micros / thread:>10.1f}  {bar}")
    print(f"A process costs {process / thread:.0f} times as much as a thread.")
