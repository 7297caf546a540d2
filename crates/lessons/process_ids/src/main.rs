// Every process has an id of its own and knows the id of its parent.
// Notes: 2.4 获取进程编号 (N3). Page: process_ids.

use std::io;
use std::process;

use util::{Process, parent_id};

fn main() -> io::Result<()> {
    let _main = util::main_guard!(show_ids);

    show_ids("main".to_string());
    let one = Process::new(show_ids, ("child one".to_string(),)).start()?;
    let two = Process::new(show_ids, ("child two".to_string(),)).start()?;
    one.join()?;
    two.join()?;
    Ok(())
}

fn show_ids(who: String) {
    println!("{who}: process {}, parent {}", process::id(), parent_id());
}
