use parity::*;

pub fn description() -> Description {
    Description::new(together([
        every(1.2, "kaige is a nice man"),
        every(1.0, "sunck is a handsome man!"),
    ]))
    .until_ctrl_c(4.3)
    .check("main says it every 1.2 s", |said| said.count("kaige") == 4)
    .check("the child says it every second", |said| (4..=5).contains(&said.count("sunck")))
}

fn every(seconds: f64, text: &str) -> Says {
    in_order([line(text), times(2.., in_order([pause(seconds), line(text)]))])
}

parity::tests! {
    two_tasks,
    broken: [
        replaced("sunck", "kaige"),
        without("kaige is a nice man"),
        torn("sunck is a handsome man!"),
        taking(8.6),
        exit_code(0),
    ]
}

parity::faults! { children: End }
