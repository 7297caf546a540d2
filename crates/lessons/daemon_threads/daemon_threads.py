# Main asks a worker to stop, by a flag, and joins it. A daemon thread ends with main.
import threading
import time

# A thread cannot be stopped from outside, in Python or Rust. It looks at a flag.
stop = threading.Event()


def daemon():
    while True:
        tick("daemon")


def work():
    while not stop.is_set():
        tick("worker")
    print("worker: was asked to stop")


def tick(name):
    print(f"{name}: tick")
    time.sleep(0.4)


# Without daemon=True Python would wait for this one for ever.
threading.Thread(target=daemon, daemon=True).start()
worker = threading.Thread(target=work)
worker.start()

time.sleep(1)
print("main: stop, worker")
stop.set()
worker.join()
print("main ends")
