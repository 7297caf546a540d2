// One of those who meet at a barrier is the leader.

use std::sync::Barrier;
use std::thread;

fn main() {
    let barrier = Barrier::new(2);
    let leaders = thread::scope(|scope| {
        let handles = [(); 2].map(|()| scope.spawn(|| barrier.wait().is_leader()));
        handles.map(|handle| handle.join().unwrap())
    });
    println!("one leader: {}", leaders[0] != leaders[1]);
}
