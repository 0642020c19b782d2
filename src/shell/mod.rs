//! The browser's side of the app: what starts things, listens, and carries out intents.
//!
//! Architecture invariant: `spawn_local` appears here and nowhere else. Screens read signals and send intents.

pub(crate) mod account;
pub(crate) mod ahead;
pub(crate) mod app_state;
pub(crate) mod background;
pub(crate) mod badge;
pub(crate) mod boot;
pub(crate) mod config;
pub(crate) mod dispatch;
pub(crate) mod drafts;
pub(crate) mod exchange;
pub(crate) mod fetched;
pub(crate) mod files;
pub(crate) mod format;
pub(crate) mod intent;
pub(crate) mod kept;
pub(crate) mod language;
pub(crate) mod launch;
pub(crate) mod live;
pub(crate) mod lock;
pub(crate) mod own_labels;
pub(crate) mod own_moods;
pub(crate) mod pace;
pub(crate) mod page;
pub(crate) mod panic;
pub(crate) mod picture;
pub(crate) mod places;
pub(crate) mod prefs;
pub(crate) mod pwa;
pub(crate) mod query;
pub(crate) mod reminders;
pub(crate) mod scrolling;
pub(crate) mod services;
pub(crate) mod shelf;
pub(crate) mod status;
pub(crate) mod timeline;
pub(crate) mod transfer;
pub(crate) mod triggers;
pub(crate) mod unsent_list;
pub(crate) mod visits;
