//! `backchannel ping`

use std::process::ExitCode;

use url::Url;

use crate::clock::Clock;
use crate::fetch::{self, FetchError, Fetched, Fetcher, Get};
use crate::wire::trackback::{FORM_TYPE, OutgoingPing, discover, encode, read_answer};

/// Send a TrackBack ping to any page that takes them, and print what came back.
///
/// Give the page, and its ping address is looked for in it; or the ping address itself.
///
/// Exit code 0: the post was taken in. 1: it was refused, and the reason is printed. 2: the command
/// line could not be read. 3: there is no ping address. 4: a server could not be reached.
#[derive(Debug, clap::Args)]
pub struct Ping {
    /// A page, as in `https://hubs.example.org/sxsw/keynotes`, or a ping address, as in
    /// `https://hubs.example.org/tb/1234567/passphrase`.
    #[arg(value_name = "PAGE-OR-PING-URL")]
    target: Url,
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
    /// It is a ping address: send there, and read nothing first.
    #[arg(long)]
    direct: bool,
    /// Look for the ping address, print what would be sent there, and send nothing.
    #[arg(long)]
    dry_run: bool,
}

const NO_PING_ADDRESS: u8 = 3;
const UNREACHABLE: u8 = 4;

/// Where to ping.
struct Place {
    url: Url,
    /// Whether the page named it, or it behaves like one; else it is only what was typed.
    is_sure: bool,
}

/// Why nothing was sent.
enum NotSent {
    NoPingAddress,
    Unreachable(String),
}

impl From<FetchError> for NotSent {
    fn from(error: FetchError) -> Self {
        Self::Unreachable(format!("{:#}", anyhow::Error::from(error)))
    }
}

impl Ping {
    /// Runs the command.
    pub fn run(self) -> ExitCode {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let sent = match runtime {
            Ok(runtime) => runtime.block_on(self.send()),
            Err(error) => Err(NotSent::Unreachable(error.to_string())),
        };
        match sent {
            Ok(code) => code,
            Err(NotSent::NoPingAddress) => {
                eprintln!(
                    "no ping address: this page names none. If it is a ping address itself, say --direct."
                );
                ExitCode::from(NO_PING_ADDRESS)
            }
            Err(NotSent::Unreachable(why)) => {
                eprintln!("no answer: {why}");
                ExitCode::from(UNREACHABLE)
            }
        }
    }

    async fn send(&self) -> Result<ExitCode, NotSent> {
        let place = if self.direct {
            Place { url: self.target.clone(), is_sure: true }
        } else {
            find(&self.target).await?
        };
        let body = encode(&OutgoingPing {
            url: &self.url,
            title: &self.title,
            excerpt: &self.excerpt,
            blog_name: &self.blog_name,
            forwarded: false,
        });
        if self.dry_run {
            println!("would send to {}", place.url);
            println!("{FORM_TYPE}");
            println!("{body}");
            return Ok(ExitCode::SUCCESS);
        }
        let answer = fetch::post_form(place.url, FORM_TYPE, body).await?;
        match read_answer(&answer.body) {
            Ok(read) if read.error == 0 => {
                println!("taken in");
                if let Some(receipt) = answer.link.as_deref().and_then(receipt_of) {
                    println!("receipt {receipt}");
                }
                Ok(ExitCode::SUCCESS)
            }
            Ok(read) => {
                let message = read.message.unwrap_or_else(|| "no reason was given".to_owned());
                println!("refused: {message}");
                Ok(ExitCode::FAILURE)
            }
            Err(_) if !place.is_sure => Err(NotSent::NoPingAddress),
            Err(error) => {
                let status = answer.status;
                Err(NotSent::Unreachable(format!(
                    "what came (status {status}) is not TrackBack: {error}"
                )))
            }
        }
    }
}

/// Reads what stands at an address, to see whether it is a page or a ping address.
async fn find(target: &Url) -> Result<Place, NotSent> {
    let fetcher = Fetcher::for_user(&Clock::system()).map_err(FetchError::from)?;
    let itself = |is_sure| Place { url: target.clone(), is_sure };
    let fetched = match fetcher.get(&Get::page(target)).await {
        Ok(fetched) => fetched,
        // Movable Type and its like answer a GET with XML.
        Err(FetchError::NotAPage(_) | FetchError::Encoded) => return Ok(itself(false)),
        Err(error) => return Err(error.into()),
    };
    // `tb.php` with HTML's content type; a method that is not allowed.
    if read_answer(&fetched.body).is_ok() || fetched.status == 405 {
        return Ok(itself(true));
    }
    match ping_address(target, &fetched) {
        Some(found) if leads_to_page(target, &fetched, &found) => Ok(itself(true)),
        Some(url) => Ok(Place { url, is_sure: true }),
        None => Err(NotSent::NoPingAddress),
    }
}

fn ping_address(target: &Url, fetched: &Fetched) -> Option<Url> {
    let mut page_url = fetched.url.clone();
    page_url.set_fragment(target.fragment());
    let page = String::from_utf8_lossy(&fetched.body);
    discover(&page, &page_url, &fetched.headers.links)
}

/// Whether a browser that opens this ping address is shown its page, as WordPress and this
/// software do: then the address with its passphrase is meant, not the one the page names.
fn leads_to_page(target: &Url, fetched: &Fetched, found: &Url) -> bool {
    let beneath = |upper: &Url| {
        let upper = upper.as_str().trim_end_matches('/');
        let rest = target.as_str().strip_prefix(upper);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    };
    let mut segments = target.path().split('/');
    let is_named_so = segments.any(|segment| segment == "trackback" || segment == "tb");
    let mut asked = target.clone();
    asked.set_fragment(None);
    fetched.url != asked && (beneath(found) || is_named_so)
}

/// The receipt's address in a `Link` header.
fn receipt_of(link: &str) -> Option<&str> {
    let (address, rest) = link.strip_prefix('<')?.split_once('>')?;
    rest.contains("rel=\"receipt\"").then_some(address)
}
