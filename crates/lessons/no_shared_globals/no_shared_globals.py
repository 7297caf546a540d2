# Processes share no globals: each child has a `money` of its own, and so has main.
import time
from multiprocessing import Process

money = 10


def run1():
    global money
    print("启动子进程1")
    print("run1---1-", money)
    time.sleep(3)
    print("run1---2-", money)
    money = 30
    print("run1---3-", money)
    print("结束子进程1")


def run2():
    global money
    print("启动子进程2")
    print("run2---1-", money)
    time.sleep(1)
    money = 20
    print("run2---2-", money)
    print("结束子进程2")


if __name__ == "__main__":
    print("启动主进程")
    one = Process(target=run1)
    two = Process(target=run2)
    one.start()
    two.start()
    one.join()
    two.join()
    print("money =", money)
    print("结束主进程")
