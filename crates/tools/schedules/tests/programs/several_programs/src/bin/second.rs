// The second task of the sheet.

fn main() {
    println!("second");
}
