use parity::*;

pub fn description() -> Description {
    Description::new(in_order([line("{left:1..1999999}"), line("lost: {lost:1..1999999}")]))
        .check("what is left and what is lost were two million", |said| {
            said.number("left") + said.number("lost") == 2e6
        })
}

parity::tests! {
    lost_updates,
    broken: [
        replaced("lost: ", "lost: 1"),
        replaced("lost: ", "lost: 0\nlost: "),
        torn("lost"),
    ]
}

parity::always! { runs: 100, side_by_side: 2 }
