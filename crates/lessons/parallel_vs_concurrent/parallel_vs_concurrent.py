# Threads that compute need cores to run in parallel; threads that wait overlap even on one.
import math
import os
import threading
import time

STEPS = 20_000_000


def seconds(threads, work, argument):
    start = time.perf_counter()
    group = [threading.Thread(target=work, args=(argument,)) for _ in range(threads)]
    for thread in group:
        thread.start()
    for thread in group:
        thread.join()
    return time.perf_counter() - start


def compute(steps):
    for _ in range(steps):
        pass


def row(what, threads, seconds, speed_up):
    bar = "█" * math.ceil(20 * seconds)
    print(f"{what:<10} {threads:>8} {seconds:>9.2f} {speed_up:>10.1f}  {bar}")


print("            threads   seconds   speed-up")

# The same work each time, divided among more and more threads.
alone = seconds(1, compute, STEPS)
row("computing", 1, alone, 1.0)
# No faster in CPython, whose lock lets one thread compute at a time.
for threads in range(2, os.cpu_count() + 1):
    elapsed = seconds(threads, compute, STEPS // threads)
    row("computing", threads, elapsed, alone / elapsed)

for threads in (1, 10, 100):
    elapsed = seconds(threads, time.sleep, 0.5)
    row("sleeping", threads, elapsed, 0.5 * threads / elapsed)

print("Computing is faster with more cores, if threads may use them; sleeping needs none.")
