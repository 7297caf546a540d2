"""An exception comes between acquire and release, and the lock is never given back."""

import threading

lock = threading.Lock()


def work(text):
    lock.acquire()
    number = int(text)
    lock.release()
    print(number)


a = threading.Thread(target=work, args=("7",))
b = threading.Thread(target=work, args=("seven",))
a.start()
b.start()
a.join()
b.join()
print("end")
