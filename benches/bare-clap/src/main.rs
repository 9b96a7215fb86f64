//! Says hello, or its version.

use clap::Parser;

/// Say hello
#[derive(Parser)]
#[command(version)]
struct Args {
    /// To whom
    #[arg(default_value = "world")]
    name: String,
}

fn main() {
    println!("Hello {}", Args::parse().name);
}
