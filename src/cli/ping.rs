//! `backchannel ping`

use std::process::ExitCode;

use crate::fetch;
use crate::wire::trackback::{FORM_TYPE, OutgoingPing, encode, read_answer};

/// Send a TrackBack ping to any address, and print what came back.
///
/// Exit code 0: the post was taken in. 1: it was refused, and the reason is printed. 3: there was
/// no answer, or none that is TrackBack.
#[derive(Debug, clap::Args)]
pub struct Ping {
    /// The ping address, as in `https://hubs.example.org/tb/1234567/passphrase`.
    #[arg(value_name = "URL")]
    ping_url: url::Url,
    /// The address of the post.
    #[arg(long)]
    url: String,
    /// The post's title.
    #[arg(long, default_value = "")]
    title: String,
    /// The post's first words.
    #[arg(long, default_value = "")]
    excerpt: String,
    /// The blog's name.
    #[arg(long, default_value = "")]
    blog_name: String,
}

const NO_ANSWER: u8 = 3;

impl Ping {
    /// Runs the command.
    pub fn run(self) -> ExitCode {
        let body = encode(&OutgoingPing {
            url: &self.url,
            title: &self.title,
            excerpt: &self.excerpt,
            blog_name: &self.blog_name,
            forwarded: false,
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let answer = match runtime {
            Ok(runtime) => runtime.block_on(fetch::post_form(self.ping_url, FORM_TYPE, body)),
            Err(error) => {
                eprintln!("backchannel: {error}");
                return ExitCode::from(NO_ANSWER);
            }
        };
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                eprintln!("no answer: {:#}", anyhow::Error::from(error));
                return ExitCode::from(NO_ANSWER);
            }
        };
        match read_answer(&answer.body) {
            Ok(read) if read.error == 0 => {
                println!("taken in");
                if let Some(receipt) = answer.link.as_deref().and_then(receipt_of) {
                    println!("receipt {receipt}");
                }
                ExitCode::SUCCESS
            }
            Ok(read) => {
                let message = read.message.unwrap_or_else(|| "no reason was given".to_owned());
                println!("refused: {message}");
                ExitCode::FAILURE
            }
            Err(error) => {
                eprintln!("the answer (status {}) is not TrackBack: {error}", answer.status);
                ExitCode::from(NO_ANSWER)
            }
        }
    }
}

/// The receipt's address in a `Link` header.
fn receipt_of(link: &str) -> Option<&str> {
    let (address, rest) = link.strip_prefix('<')?.split_once('>')?;
    rest.contains("rel=\"receipt\"").then_some(address)
}
