# Main and its child each do a task of their own, for ever: press Ctrl-C to end both.
import time
from multiprocessing import Process


def run(name, quality):
    while True:
        print(f"{name} is a {quality} man!")
        time.sleep(1)


if __name__ == "__main__":
    Process(target=run, args=("sunck", "handsome")).start()
    while True:
        print("kaige is a nice man")
        time.sleep(1.2)
