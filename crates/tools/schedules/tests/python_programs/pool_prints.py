"""Two jobs of a pool print, and one of them fails."""

from concurrent.futures import ThreadPoolExecutor


def job(n):
    print("job", n)
    return 10 // n


with ThreadPoolExecutor(max_workers=2) as pool:
    futures = [pool.submit(job, n) for n in (0, 5)]

for future in futures:
    try:
        print(future.result())
    except ZeroDivisionError as error:
        print("failed:", error)
