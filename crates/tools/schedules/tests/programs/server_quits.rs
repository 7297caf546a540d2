// A server that answers one question and goes home. Questions that still lie in its inbox go with it.

use std::sync::mpsc::{self, Sender};
use std::thread;

fn main() {
    let (questions, inbox) = mpsc::channel::<Sender<&str>>();
    let server = thread::spawn(move || {
        let client = inbox.recv().unwrap();
        client.send("yes").unwrap();
    });

    let clients: Vec<_> = (0..2)
        .map(|_| {
            let questions = questions.clone();
            thread::spawn(move || {
                let (reply, answer) = mpsc::channel();
                if questions.send(reply).is_err() {
                    return "nobody at home";
                }
                answer.recv().unwrap_or("no answer")
            })
        })
        .collect();

    let mut answers: Vec<_> = clients.into_iter().map(|client| client.join().unwrap()).collect();
    answers.sort();
    server.join().unwrap();
    println!("{answers:?}");
}
