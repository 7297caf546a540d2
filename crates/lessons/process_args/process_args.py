# Arguments for a child: by position, by name, and the child's own name.
from multiprocessing import Process, current_process


def count(num):
    for i in range(1, num + 1):
        print(f"{current_process().name}: {i}")


if __name__ == "__main__":
    by_position = Process(target=count, name="by position", args=(3,))
    by_position.start()
    by_position.join()

    by_keyword = Process(target=count, name="by keyword", kwargs={"num": 3})
    by_keyword.start()
    by_keyword.join()
