//! What is wrong with a form, field by field.

/// Sentences for the fields of a form that were not accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(Vec<(&'static str, String)>);

impl Problems {
    /// Notes what is wrong with a field.
    pub fn add(&mut self, field: &'static str, sentence: impl ToString) {
        self.0.push((field, sentence.to_string()));
    }

    /// One problem.
    pub fn one(field: &'static str, sentence: impl ToString) -> Self {
        Self(vec![(field, sentence.to_string())])
    }

    /// The value of a check, or its problem noted and nothing.
    pub fn take<T, E: ToString>(
        &mut self,
        field: &'static str,
        checked: Result<T, E>,
    ) -> Option<T> {
        checked.map_err(|problem| self.add(field, problem)).ok()
    }

    /// Notes what was found elsewhere.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// What is wrong with a field: an empty string if nothing is.
    pub fn of(&self, field: &str) -> &str {
        self.0.iter().find(|(this, _)| *this == field).map_or("", |(_, sentence)| sentence)
    }

    /// The first sentence.
    pub fn first(&self) -> &str {
        self.0.first().map_or("", |(_, sentence)| sentence)
    }

    /// Whether everything was accepted.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All fields and sentences.
    pub fn iter(&self) -> impl Iterator<Item = &(&'static str, String)> {
        self.0.iter()
    }
}

impl std::fmt::Display for Problems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, (field, sentence)) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{field}: {sentence}")?;
        }
        Ok(())
    }
}
