# Busy threads share the cores: with more threads each gets less, and all together no more.
import math
import os
import threading
import time


# The million steps per second of our threads and of theirs, all busy at the same time.
def busy_second(ours, theirs):
    # Busy threads are slow to let others start, so all wait here for the last one.
    go = threading.Event()
    stop = False
    steps = {"ours": 0, "theirs": 0}
    lock = threading.Lock()

    def count(group):
        counted = 0
        go.wait()
        while not stop:
            counted += 1
        with lock:
            steps[group] += counted

    groups = ["ours"] * ours + ["theirs"] * theirs
    threads = [threading.Thread(target=count, args=(group,)) for group in groups]
    for thread in threads:
        thread.start()

    start = time.perf_counter()
    go.set()
    time.sleep(1)
    stop = True
    micros = (time.perf_counter() - start) * 1e6
    for thread in threads:
        thread.join()
    return steps["ours"] / micros, steps["theirs"] / micros


def row(whose, threads, together):
    each = together / threads
    each_bar = "█" * min(25, math.ceil(20 * each / most * cores))
    bar = "█" * min(25, math.ceil(20 * together / most))
    print(f"{whose:<7} {threads:>7} {each:>9.2f} {each_bar:<25} {together:>9.1f} {bar}")


cores = os.cpu_count()
most, _ = busy_second(cores, 0)

print("        threads      each                            together, in million steps/s")
row("alone", cores, most)
for threads in (4 * cores, 16 * cores, 64 * cores):
    row("alone", threads, busy_second(threads, 0)[0])
ours, theirs = busy_second(cores, 3 * cores)
row("ours", cores, ours)
row("theirs", 3 * cores, theirs)

print("More threads do no more work in all, but take more of it from other programs.")
