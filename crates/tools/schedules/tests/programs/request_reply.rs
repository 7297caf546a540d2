// A server thread answers each question over a channel that comes with it.

use std::sync::mpsc::{self, Sender};
use std::thread;

struct Request {
    number: u32,
    reply: Sender<u32>,
}

fn main() {
    let (requests, inbox) = mpsc::channel::<Request>();
    let server = thread::spawn(move || {
        let mut served = 0;
        for Request { number, reply } in inbox {
            reply.send(number * number).unwrap();
            served += 1;
        }
        served
    });

    let clients: Vec<_> = [3, 4]
        .map(|number| {
            let requests = requests.clone();
            thread::spawn(move || {
                let (reply, answer) = mpsc::channel();
                requests.send(Request { number, reply }).unwrap();
                answer.recv().unwrap()
            })
        })
        .into_iter()
        .collect();
    drop(requests);

    let sum: u32 = clients.into_iter().map(|client| client.join().unwrap()).sum();
    println!("3² + 4² = {sum}, {} served", server.join().unwrap());
}
