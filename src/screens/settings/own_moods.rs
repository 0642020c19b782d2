//! The way to the person's own moods.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::i18n::t;
use crate::model::own_moods::{self, OwnMoods};

/// How many there are, and the way to them.
#[component]
pub(crate) fn OwnMoodsLink() -> impl IntoView {
    let count = Memo::new(move |_| own_moods::known(OwnMoods::offered).len() as u64);
    let say = move || match count.get() {
        0 => t::own_moods::lead().to_owned(),
        count => t::own_moods::offered(count),
    };
    view! {
        <section class="card settings-section" aria-labelledby="settings-moods">
            <h2 id="settings-moods">{t::own_moods::title()}</h2>
            <p>{say}</p>
            <div class="button-row">
                <A href="/settings/moods" attr:class="button" attr:data-testid="own-moods-open">{t::own_moods::open()}</A>
            </div>
        </section>
    }
}
