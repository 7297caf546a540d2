// error[E0133]: use of mutable static is unsafe and requires unsafe block

static mut TOTAL: u32 = 0;

fn main() {
    TOTAL += 1;
}
