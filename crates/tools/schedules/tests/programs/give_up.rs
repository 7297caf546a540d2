// Main does not wait for ever for a worker that waits for main.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

fn main() {
    let (ask, questions) = mpsc::channel();
    let (reply, answers) = mpsc::channel();
    let worker = thread::spawn(move || {
        let question: &str = questions.recv().unwrap();
        reply.send(question.len()).unwrap();
    });

    match answers.recv_timeout(Duration::from_millis(100)) {
        Ok(length) => println!("answer {length}"),
        Err(error) => println!("no answer: {error}"),
    }
    ask.send("how long?").unwrap();
    println!("answer {}", answers.recv().unwrap());
    worker.join().unwrap();
}
