// error[E0594]: cannot assign to immutable static item `TOTAL`

static TOTAL: u32 = 0;

fn main() {
    TOTAL += 1;
}
