//! How a table of settings becomes what judges, what the file may say, and what `config init` writes.
//!
//! One row for each key: its explanation, its name, what it takes, how it is read, its default. A
//! group of devices may give any of them, so the file knows each as an option, and what is left out
//! keeps the value that the group starts from.

/// One key of a table of the file.
pub(super) struct Key<S> {
    /// As it stands in the file.
    pub(super) name: &'static str,
    /// The explanation, line by line, each with the space that follows the `#`.
    pub(super) comment: &'static [&'static str],
    /// The value as the file writes it.
    pub(super) show: fn(&S) -> String,
}

/// A value that the file can hold.
pub(super) trait Shown {
    /// As TOML.
    fn shown(&self) -> String;
}

impl Shown for f64 {
    fn shown(&self) -> String {
        self.to_string()
    }
}

/// A text as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// Makes of a table of settings: the settings, their defaults, what the file may give of them, and
/// the keys for writing the file.
macro_rules! settings {
    (
        $(#[$about:meta])* $settings:ident, $(#[$about_given:meta])* $given:ident, $keys:ident;
        $($(#[doc = $line:literal])+ $key:ident: $kind:ty = $default:expr $(, read by $read:literal)?;)+
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $settings {
            $($(#[doc = $line])+ pub $key: $kind,)+
        }

        impl Default for $settings {
            fn default() -> Self {
                Self { $($key: $default,)+ }
            }
        }

        $(#[$about_given])*
        #[derive(Debug, Clone, Copy, Default, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub(super) struct $given {
            $($(#[doc = $line])+ $(#[serde(deserialize_with = $read)])? $key: Option<$kind>,)+
        }

        impl $given {
            /// These settings, and those of `base` where the file gives none.
            pub(super) fn with_fallback(self, base: $settings) -> $settings {
                $settings { $($key: self.$key.unwrap_or(base.$key),)+ }
            }
        }

        /// The keys, in the order in which the file is written.
        pub(super) const $keys: &[$crate::policy::settings::Key<$settings>] = &[
            $($crate::policy::settings::Key {
                name: stringify!($key),
                comment: &[$($line),+],
                show: |settings| $crate::policy::settings::Shown::shown(&settings.$key),
            },)+
        ];
    };
}

pub(super) use settings;
