# A forked child starts with a copy of its parent's memory; a child that is a fresh start does not.
import multiprocessing
import os

money = 10


def fresh_child():
    print("fresh child starts with", money)


if __name__ == "__main__":
    money = 20
    print("main sets 20")

    pid = os.fork()
    if pid == 0:
        print("forked child starts with", money)
        money = 30
        print("forked child sets", money)
        os._exit(0)
    os.waitpid(pid, 0)
    print("main still has", money)

    child = multiprocessing.get_context("spawn").Process(target=fresh_child)
    child.start()
    child.join()
