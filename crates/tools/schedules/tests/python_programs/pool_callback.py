"""A callback is called when the job is done."""

from concurrent.futures import ThreadPoolExecutor

results = []

with ThreadPoolExecutor(max_workers=1) as pool:
    future = pool.submit(pow, 2, 10)
    future.add_done_callback(lambda f: results.append(f.result()))

print(results, future.done())
