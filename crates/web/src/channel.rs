//! A hint to the other tabs of a profile that something changed. No tab depends on receiving it.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{BroadcastChannel, MessageEvent};

/// What is sent: that something changed, and nothing about what.
const CHANGED: &str = "changed";

/// One tab's end of a profile's channel. Closed when dropped.
pub struct ChangeChannel {
    channel: BroadcastChannel,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl ChangeChannel {
    /// Joins the channel of the profile with this database and calls `changed` for each hint of another tab; `None`
    /// where the platform has no such channels.
    pub fn join(database: &str, changed: impl Fn() + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(database).ok()?;
        let on_message = Closure::new(move |event: MessageEvent| {
            if event.data() == *CHANGED {
                changed();
            }
        });
        channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Some(Self {
            channel,
            _on_message: on_message,
        })
    }

    /// Tells the other tabs.
    pub fn announce(&self) {
        // A channel that is closed has nobody to tell.
        let _ = self.channel.post_message(&CHANGED.into());
    }
}

impl Drop for ChangeChannel {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}
