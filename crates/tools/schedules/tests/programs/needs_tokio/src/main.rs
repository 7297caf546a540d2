// Two tasks of tokio.

#[tokio::main]
async fn main() {
    let a = tokio::spawn(async { println!("a") });
    let b = tokio::spawn(async { println!("b") });
    a.await.unwrap();
    b.await.unwrap();
}
