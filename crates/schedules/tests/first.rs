use schedules::{lessons, some_schedules};
#[test]
fn first() {
    let t = std::time::Instant::now();
    let s = some_schedules(&lessons::BANK_LOCK, 0, 1000);
    println!("{:?} {:?}", s, t.elapsed());
}
