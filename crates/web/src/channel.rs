//! A hint to the other tabs of a profile that something changed. No tab depends on receiving it.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{BroadcastChannel, MessageEvent};

/// What is sent: that something happened, and nothing about what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// Something may have changed.
    Changed,
    /// The app is locked: keys are to be forgotten. The database says so too.
    Locked,
}

impl Hint {
    const fn word(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Locked => "locked",
        }
    }
}

/// One tab's end of a profile's channel. Closed when dropped.
pub struct ChangeChannel {
    channel: BroadcastChannel,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl ChangeChannel {
    /// Joins the channel of the profile with this database and calls `heard` for each hint of another tab; `None`
    /// where the platform has no such channels.
    pub fn join(database: &str, heard: impl Fn(Hint) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(database).ok()?;
        let on_message = Closure::new(move |event: MessageEvent| {
            let hints = [Hint::Changed, Hint::Locked];
            let hint = hints.into_iter().find(|hint| event.data() == *hint.word());
            if let Some(hint) = hint {
                heard(hint);
            }
        });
        channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Some(Self {
            channel,
            _on_message: on_message,
        })
    }

    /// Tells the other tabs.
    pub fn announce(&self, hint: Hint) {
        // A channel that is closed has nobody to tell.
        let _ = self.channel.post_message(&hint.word().into());
    }
}

impl Drop for ChangeChannel {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}
