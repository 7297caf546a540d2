# Two threads print, each when the scheduler lets it, and count together up to 100.
import threading

LIMIT = 100

count = 0


def output(word):
    global count
    printed = 0

    # Looking at the count and raising it are two steps: both threads may see 99, print and count.
    while count < LIMIT:
        print(word, end="", flush=True)
        count += 1
        printed += 1

    print(f"\n{word}打印了{printed}次\n\n", end="")


ping = threading.Thread(target=output, args=("ping",))
pong = threading.Thread(target=output, args=("pong",))
ping.start()
pong.start()
ping.join()
pong.join()
