// A pool of four processes works on three tasks, each of a random length.
// Notes: 启动大量子进程 (N4), 多进程 (N2). Page: pool_demo.

use std::io;
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use util::Pool;

fn main() -> io::Result<()> {
    let _main = util::main_guard!(run);

    println!("启动父进程");
    let pool = Pool::new(4)?;
    for number in 0..3 {
        pool.apply_async(run, (number,));
    }

    // close gives back what can be joined: join before close does not compile.
    let pool = pool.close();
    pool.join();
    println!("结束父进程");
    Ok(())
}

fn run(number: u32) {
    println!("子进程{number}启动--{}", process::id());
    let start = Instant::now();
    thread::sleep(Duration::from_secs_f64(rand::random_range(0.0..5.0)));
    println!("子进程{number}结束--{}--耗时{:.2}", process::id(), start.elapsed().as_secs_f64());
}
