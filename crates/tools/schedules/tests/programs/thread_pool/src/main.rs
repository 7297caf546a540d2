// The thread pool of the Rust Book, with jobs that print in place of its web server.

use thread_pool::ThreadPool;

fn main() {
    let pool = ThreadPool::new(2);

    for number in 0..2 {
        pool.execute(move || {
            println!("job {number}");
        });
    }
}
