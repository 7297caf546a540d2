# A pool of four processes works on three tasks, each of a random length.
import os
import random
import time
from multiprocessing import Pool


def run(number):
    print(f"子进程{number}启动--{os.getpid()}")
    start = time.time()
    time.sleep(random.random() * 5)
    print(f"子进程{number}结束--{os.getpid()}--耗时{time.time() - start:.2f}")


if __name__ == "__main__":
    print("启动父进程")
    pool = Pool(4)
    for number in range(3):
        pool.apply_async(run, args=(number,))

    pool.close()
    pool.join()
    print("结束父进程")
