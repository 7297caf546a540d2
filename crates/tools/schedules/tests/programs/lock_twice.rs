// A method locks what its caller has locked already.

use std::sync::Mutex;

struct Log {
    lines: Mutex<Vec<String>>,
}

impl Log {
    fn len(&self) -> usize {
        self.lines.lock().unwrap().len()
    }

    fn add(&self, line: &str) {
        let mut lines = self.lines.lock().unwrap();
        let number = self.len() + 1;
        lines.push(format!("{number}: {line}"));
    }
}

fn main() {
    let log = Log { lines: Mutex::new(Vec::new()) };
    println!("{} lines", log.len());
    log.add("hello");
    println!("{} lines", log.len());
}
