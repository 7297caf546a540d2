#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""生产者和消费者：一个列表，一把锁，一个标志。"""

import threading
from typing import List


def 生产者(货: List[int], 锁: threading.Lock) -> None:
    for 号 in range(2):
        with 锁:
            货.append(号)


def main() -> int:
    货: List[int] = []
    锁 = threading.Lock()
    线程 = [threading.Thread(target=生产者, args=(货, 锁)) for _ in range(2)]
    for t in 线程:
        t.start()
    for t in 线程:
        t.join()
    print(f"共 {len(货)} 件，合计 {sum(货)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
