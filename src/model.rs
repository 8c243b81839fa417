//! Vocabulary: values that cannot be wrong once they are built, and the states things are in.

pub mod account;
pub mod addresses;
pub mod archive;
pub mod bars;
pub mod blog;
pub mod browser;
pub mod category;
pub mod colour;
pub mod contact;
pub mod email;
pub mod face;
pub mod forward;
pub mod freezing;
pub mod hub;
pub mod id;
pub mod job;
pub mod language;
pub mod log;
pub mod mail;
pub mod mark;
pub mod own_name;
pub mod passphrase;
pub mod ping;
pub mod ping_key;
pub mod problems;
pub mod rule;
pub mod sent;
pub mod series;
pub mod slug;
pub mod talk;
pub mod targets;
pub mod text;
pub mod theme;
pub mod time;
pub mod view;
pub mod web_url;
pub mod websub;
pub mod words;
pub mod written;

/// An enum whose variants have a fixed name each: in the database, on the command line, in forms.
///
/// One macro instead of a `match` written twice for every such enum.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// Every variant, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The variant's fixed name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The variant of this name.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}
use named;
