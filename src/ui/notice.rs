//! A short message in a box.

use leptos::prelude::*;

use crate::ui::icon::Icon;

/// How a notice looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// For information.
    Plain,
    /// Worth knowing before going on.
    Caution,
    /// Something failed.
    Bad,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Plain => "notice",
            Self::Caution => "notice notice-caution",
            Self::Bad => "notice notice-bad",
        }
    }

    const fn icon(self) -> &'static str {
        match self {
            Self::Plain => "info",
            Self::Caution | Self::Bad => "attention",
        }
    }
}

/// A notice around anything.
#[component]
pub(crate) fn Notice(
    /// How it looks.
    tone: Tone,
    /// What it says.
    children: Children,
) -> impl IntoView {
    view! {
        <div class=tone.class()>
            <Icon name=tone.icon()/>
            <div class="notice-body">{children()}</div>
        </div>
    }
}
