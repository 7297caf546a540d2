# Two threads take turns as the scheduler likes and count together up to 100.
import threading
import time

LIMIT = 100

count = 0


def output(word):
    global count
    printed = 0

    # To look at the count and to change it are two steps: both threads may see 99, print and count.
    while count < LIMIT:
        print(word, end="", flush=True)
        count += 1
        printed += 1

        # Without this one thread has often done it all before the other gets a word in.
        time.sleep(0.001)

    print(f"\n{word}打印了{printed}次\n\n", end="")


ping = threading.Thread(target=output, args=("ping",))
pong = threading.Thread(target=output, args=("pong",))
ping.start()
pong.start()
ping.join()
pong.join()
