pub fn hello() {
    println!("hello from a helper");
}
