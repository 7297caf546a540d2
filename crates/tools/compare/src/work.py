# The work of work.rs in Python. `python3 work.py fork start_process` prints what it cost: seconds,
# or bytes where it is about memory, or nothing where the system does not say.
import os
import sys
import tempfile
import threading
import time
from multiprocessing import Pool, Process, Queue, set_start_method

THREADS = 200
PROCESSES = 20
TASKS = 10_000
TRIPS = 2_000
VALUES = 10_000
ADDITIONS = 500_000
BELOW = 500_000
SLEEPERS = 100


def start_thread():
    begin = time.perf_counter()
    for _ in range(THREADS):
        thread = threading.Thread(target=nothing)
        thread.start()
        thread.join()
    return (time.perf_counter() - begin) / THREADS


def start_process():
    begin = time.perf_counter()
    for _ in range(PROCESSES):
        process = Process(target=nothing)
        process.start()
        process.join()
    return (time.perf_counter() - begin) / PROCESSES


def nothing():
    pass


def pool_tasks():
    with Pool(2) as pool:
        pool.apply_async(square, (0,)).get()
        begin = time.perf_counter()
        results = [pool.apply_async(square, (number,)) for number in range(TASKS)]
        for result in results:
            result.get()
        return time.perf_counter() - begin


def square(number):
    return number * number


def pool_round_trip():
    with Pool(2) as pool:
        pool.apply(square, (0,))
        begin = time.perf_counter()
        for number in range(TRIPS):
            pool.apply(square, (number,))
        return (time.perf_counter() - begin) / TRIPS


def queue_from_process():
    start, values = Queue(), Queue()
    process = Process(target=put_values, args=(start, values))
    process.start()
    start.put(None)
    values.get()
    begin = time.perf_counter()
    start.put(None)
    for _ in range(VALUES):
        values.get()
    seconds = time.perf_counter() - begin
    process.join()
    return seconds / VALUES


def put_values(start, values):
    start.get()
    values.put(0)
    start.get()
    for number in range(VALUES):
        values.put(number)


def queue_to_process():
    values, sums = Queue(), Queue()
    process = Process(target=take_values, args=(values, sums))
    process.start()
    sums.get()
    begin = time.perf_counter()
    for number in range(VALUES):
        values.put(number)
    sums.get()
    seconds = time.perf_counter() - begin
    process.join()
    return seconds / VALUES


def take_values(values, sums):
    sums.put(0)
    sums.put(sum(values.get() for _ in range(VALUES)))


balance = 0
lock = threading.Lock()


def locked_additions():
    threads = [threading.Thread(target=add) for _ in range(2)]
    seconds = time_of(threads)
    assert balance == 2 * ADDITIONS
    return seconds


def add():
    global balance
    for _ in range(ADDITIONS):
        with lock:
            balance += 1


def primes_alone():
    begin = time.perf_counter()
    count_primes(0, 1)
    return time.perf_counter() - begin


def primes_in_threads():
    cores = os.cpu_count()
    return time_of([threading.Thread(target=count_primes, args=(n, cores)) for n in range(cores)])


def primes_in_processes():
    cores = os.cpu_count()
    return time_of([Process(target=count_primes, args=(n, cores)) for n in range(cores)])


def time_of(threads_or_processes):
    begin = time.perf_counter()
    for each in threads_or_processes:
        each.start()
    for each in threads_or_processes:
        each.join()
    return time.perf_counter() - begin


# Every core looks at as many odd numbers as any other, small and large.
def count_primes(part, parts):
    return sum(is_prime(number) for number in range(3 + 2 * part, BELOW, 2 * parts))


def is_prime(odd):
    divisor = 3
    while divisor * divisor <= odd:
        if odd % divisor == 0:
            return False
        divisor += 2
    return True


def memory_of_a_process():
    with tempfile.TemporaryDirectory() as folder:
        started = os.path.join(folder, "started")
        before = memory("self")
        process = Process(target=say_and_sleep, args=(started,), daemon=True)
        process.start()
        while not os.path.exists(started):
            time.sleep(0.001)
        after = memory("self") + memory(process.pid)
        process.terminate()
        process.join()
        return after - before


def say_and_sleep(file):
    open(file, "w").close()
    time.sleep(600)


def memory_of_threads():
    before = memory("self")
    started = threading.Barrier(SLEEPERS + 1)
    end = threading.Event()
    threads = [threading.Thread(target=lambda: (started.wait(), end.wait())) for _ in range(SLEEPERS)]
    for thread in threads:
        thread.start()
    started.wait()
    after = memory("self")
    end.set()
    for thread in threads:
        thread.join()
    return after - before


# Without the files of programs, which are loaded already; what two processes share counts half in
# each. Linux alone says this.
def memory(process):
    if not os.path.exists("/proc/self/smaps_rollup"):
        sys.exit()
    with open(f"/proc/{process}/smaps_rollup") as smaps:
        return next(1024 * int(line.split()[1]) for line in smaps if line.startswith("Pss_Anon:"))


if __name__ == "__main__":
    set_start_method(sys.argv[1])
    print(globals()[sys.argv[2]]())
