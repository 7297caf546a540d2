# Every process has an id of its own and knows the id of its parent.
import os
from multiprocessing import Process


def show_ids(who):
    print(f"{who}: process {os.getpid()}, parent {os.getppid()}")


if __name__ == "__main__":
    show_ids("main")
    one = Process(target=show_ids, args=("child one",))
    two = Process(target=show_ids, args=("child two",))
    one.start()
    two.start()
    one.join()
    two.join()
