# A child process runs a function, and its parent waits for it.
import os
from multiprocessing import Process


def run_proc(name):
    print(f"Run child process {name} ({os.getpid()})...")


if __name__ == "__main__":
    print(f"Parent process {os.getpid()}.")
    child = Process(target=run_proc, args=("test",))
    print("Child process will start.")
    child.start()
    child.join()
    print("Child process end.")
