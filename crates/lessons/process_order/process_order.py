# Two children run side by side; main waits for both.
import time
from multiprocessing import Process


def run():
    print("启动子进程")
    time.sleep(3)
    print("结束子进程")


def run2():
    print("启动子进程2")
    time.sleep(3)
    print("结束子进程2")


if __name__ == "__main__":
    print("启动主进程")
    one = Process(target=run)
    two = Process(target=run2)
    one.start()
    two.start()
    one.join()
    two.join()
    print("结束主进程")
