# Main ends a child that would go on working.
import time
from multiprocessing import Process


def work():
    print("child works")
    time.sleep(60)
    print("never printed")


def state(child):
    return "alive" if child.is_alive() else "not alive"


if __name__ == "__main__":
    child = Process(target=work)
    child.start()
    time.sleep(1)
    print("before terminate:", state(child))

    child.terminate()
    child.join()
    print("after join:", state(child))
    print("exit code:", child.exitcode)
