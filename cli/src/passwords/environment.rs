//! `FLEETBACK_PASSWORD`: the password of the one backup that `verify` is given.

use fleetback_scanner::backup::services::Candidate;
use zeroize::Zeroizing;

/// The variable.
pub(crate) const PASSWORD_VARIABLE: &str = "FLEETBACK_PASSWORD";

/// A password out of the environment.
pub(crate) struct PasswordVariable(Zeroizing<Vec<u8>>);

impl std::fmt::Debug for PasswordVariable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordVariable")
    }
}

impl PasswordVariable {
    /// What the variable holds; an empty one holds nothing.
    pub(crate) fn read() -> Option<Self> {
        let value = std::env::var_os(PASSWORD_VARIABLE)?.into_encoded_bytes();
        (!value.is_empty()).then(|| Self(Zeroizing::new(value)))
    }

    /// A password, for tests.
    #[cfg(test)]
    pub(super) fn holding(password: &str) -> Self {
        Self(Zeroizing::new(password.as_bytes().to_vec()))
    }

    pub(super) fn candidate(&self) -> Candidate {
        Candidate {
            password: self.0.clone(),
            source: PASSWORD_VARIABLE.to_owned(),
        }
    }
}
