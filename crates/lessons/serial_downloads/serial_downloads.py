# Three downloads, one after the other in one thread, then side by side in three threads.
import threading
import time

FILES = [("a.zip", 0.3), ("b.zip", 0.6), ("c.zip", 0.9)]


# A download is mostly waiting, so a sleep stands for it.
def download(thread, file, seconds):
    print(f"{thread} starts {file}")
    time.sleep(seconds)
    print(f"{thread} has {file}")


start = time.perf_counter()
for file, seconds in FILES:
    download("main", file, seconds)
print(f"one thread: {time.perf_counter() - start:.2f} s")

start = time.perf_counter()
threads = [
    threading.Thread(target=download, args=(f"Thread-{n}", file, seconds))
    for n, (file, seconds) in enumerate(FILES, start=1)
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(f"three threads: {time.perf_counter() - start:.2f} s")
