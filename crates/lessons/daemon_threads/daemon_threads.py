# A daemon thread ends with main; one that is joined is waited for.
import threading
import time


def tick(name):
    print(f"{name}: tick")
    time.sleep(0.4)


def daemon():
    while True:
        tick("daemon")


def work():
    while not stop.is_set():
        tick("worker")
    print("worker: was asked to stop")


# Without daemon=True Python would wait for this one for ever.
threading.Thread(target=daemon, daemon=True).start()

# There is no `terminate` for a thread: it has to look at a flag.
stop = threading.Event()
worker = threading.Thread(target=work)
worker.start()

time.sleep(1)
print("main: stop, worker")
stop.set()
worker.join()
print("main ends")
