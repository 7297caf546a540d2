# Long work in the main thread blocks everything else; in its own thread it leaves main free.
import threading
import time


def work():
    print("work starts")
    time.sleep(1.5)
    print("work ends")


print("main works and can do nothing else")
work()

print("main lets a thread work")
worker = threading.Thread(target=work)
worker.start()
while worker.is_alive():
    print("main is free")
    time.sleep(0.25)
worker.join()

print("main ends")
