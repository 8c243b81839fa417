//! `backchannel doctor`

use std::process::ExitCode;

use super::instance::Instance;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{self, backup, migrations};
use crate::mail::Mail;

/// Say what is wrong with the set-up, and which libraries are in. It changes nothing.
///
/// Exit code 0: nothing is wrong. 1: something is, and stands in a line that begins with "WRONG".
#[derive(Debug, clap::Args)]
pub struct Doctor {
    #[command(flatten)]
    instance: Instance,
}

/// Which libpq is in: set by the cargo feature the program was built with.
const LIBPQ: &str = if cfg!(feature = "libpq-tls") {
    "libpq-tls (bundled, with TLS)"
} else if cfg!(feature = "libpq-bundled") {
    "libpq-bundled (bundled, without TLS)"
} else {
    "libpq-system (the system's)"
};

impl Doctor {
    /// Runs the command.
    pub fn run(self) -> ExitCode {
        println!("backchannel {}", env!("CARGO_PKG_VERSION"));
        println!("libpq       {LIBPQ}");
        let wrong = match self.instance.config() {
            Ok(config) => Self::look(&config),
            Err(error) => vec![format!("the configuration cannot be read: {error}")],
        };
        for line in &wrong {
            println!("WRONG       {line}");
        }
        if wrong.is_empty() {
            println!("All is well.");
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    fn look(config: &Config) -> Vec<String> {
        let mut wrong = Vec::new();
        println!("database    {}", config.database.url());
        if let Err(error) = config.check_secret_key() {
            wrong.push(error.to_string());
        }
        match &config.http.address.public_url {
            Some(url) => {
                println!("public URL  {url}");
                if url.scheme() == "http" && !is_local(url) {
                    wrong.push("PUBLIC_URL is http: sessions and passphrases travel unencrypted. Put a proxy with TLS in front.".into());
                }
            }
            None => println!("public URL  http://{} (not set)", config.http.address.listen),
        }
        let mail = config.database.data.join("mail");
        // A pool of SMTP connections begins with a task that looks after them.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let _inside = runtime.as_ref().map(tokio::runtime::Runtime::enter);
        match Mail::new(&config.mail, mail, &Clock::system()) {
            Ok(mail) => println!("mail        goes {}", mail.describe()),
            Err(error) => wrong.push(error.to_string()),
        }
        wrong.extend(Self::look_at_database(config));
        wrong
    }

    fn look_at_database(config: &Config) -> Vec<String> {
        let url = config.database.url();
        let pending = match migrations::steps(&url) {
            Ok(steps) => {
                let pending = steps.iter().filter(|step| !step.applied).count();
                println!("tables      {} migrations, {pending} pending", steps.len());
                pending
            }
            Err(error) => return vec![format!("the database does not answer: {error}")],
        };
        let damage = match db::inspect(&url) {
            Ok(None) => {
                println!("engine      no file yet: the first start makes it");
                return Vec::new();
            }
            Ok(Some((version, damage))) => {
                println!("engine      {version}");
                damage.into_iter().map(|line| format!("the file is damaged: {line}")).collect()
            }
            Err(error) => vec![error.to_string()],
        };
        // Tables that are not up to date yet may not have what is counted.
        if pending > 0 || !damage.is_empty() {
            return damage;
        }
        match backup::tally(&url) {
            Ok((counts, miscounted)) => {
                println!("holds       {counts}");
                miscounted
            }
            Err(error) => vec![error.to_string()],
        }
    }
}

fn is_local(url: &url::Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}
