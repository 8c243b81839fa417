//! Light or dark: what stands on other people's pages can be told to look like them.

use super::named;

named! {
    /// How something of ours looks on a page that is not ours.
    Theme {
        /// As the reader's system has it.
        System = "system",
        /// Dark on light.
        Light = "light",
        /// Light on dark.
        Dark = "dark",
    }
}

impl Theme {
    /// The theme of this name; the reader's own where there is none of that name.
    pub fn named(name: &str) -> Self {
        Self::parse(name).unwrap_or(Self::System)
    }
}
