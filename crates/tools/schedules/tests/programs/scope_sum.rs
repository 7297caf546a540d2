// Two threads add up the halves of a list that main owns.

use std::thread;

fn main() {
    let mut numbers = vec![1, 2, 3, 4];
    let (left, right) = numbers.split_at_mut(2);

    let sum: i32 = thread::scope(|scope| {
        let left = scope.spawn(|| {
            left.iter_mut()
                .map(|n| {
                    *n *= 10;
                    *n
                })
                .sum::<i32>()
        });
        let right = scope.spawn(|| right.iter().sum::<i32>());
        left.join().unwrap() + right.join().unwrap()
    });

    println!("{numbers:?} {sum}");
}
