"""Adds up what the jobs of a pool give, as soon as each is done."""

from concurrent.futures import ThreadPoolExecutor, as_completed

total = 0
with ThreadPoolExecutor() as pool:
    futures = {pool.submit(pow, n, 2): n for n in (3, 4)}
    for future in as_completed(futures):
        total += future.result()
print(total, sorted(futures.values()))
