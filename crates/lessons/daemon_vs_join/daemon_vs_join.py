# When main ends, a daemon ends with it; an ordinary child is waited for.
import time
from multiprocessing import Process


def work(name):
    for tick in range(1, 7):
        print(f"{name}: tick {tick}")
        time.sleep(0.5)
    print(f"{name}: finished")


if __name__ == "__main__":
    Process(target=work, args=("daemon",), daemon=True).start()
    Process(target=work, args=("ordinary",)).start()
    time.sleep(1)
    print("main ends")
