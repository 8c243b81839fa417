//! Who may have an account and a hub.

/// Who may have an account and a hub.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Accounts and hubs")]
pub struct AccountsConfig {
    /// Whether anybody may open an account. Default: `open` where SMTP is set, else `closed`.
    #[arg(long, env = "SIGN_UP", value_enum, value_name = "OPEN|CLOSED")]
    pub sign_up: Option<SignUp>,

    /// What a new hub needs before it is on the home page and may be indexed: `wait` for the
    /// operator's approval, or `listed` at once.
    #[arg(long, env = "NEW_HUBS", value_enum, default_value = "wait", value_name = "WAIT|LISTED")]
    pub new_hubs: NewHubs,

    /// How everybody reaches whoever runs this site: an e-mail address, or the address of a page.
    /// It stands on /privacy. Default: nothing.
    #[arg(long, env = "OPERATOR_CONTACT", value_name = "CONTACT")]
    pub operator_contact: Option<String>,
}

/// Whether anybody may open an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SignUp {
    /// Anybody with an e-mail address.
    Open,
    /// Only whoever is invited, by the operator or into a hub.
    Closed,
}

/// What happens to a new hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum NewHubs {
    /// It works, but is off the home page and not indexed until the operator approves it.
    Wait,
    /// It is listed at once.
    Listed,
}
