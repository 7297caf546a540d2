// The first task of the sheet.

fn main() {
    println!("first");
}
