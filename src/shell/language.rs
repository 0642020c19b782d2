//! The language that the app starts in.

use futures::future::{Either, select};
use lume_web::timer::sleep;
use wasm_bindgen_futures::spawn_local;

use crate::i18n::{self, LANGUAGES, Language};
use crate::shell::pace::pause;
use crate::shell::prefs::Prefs;
use crate::shell::{fetched, page};

/// How long a start waits for the words of its language, in milliseconds. Then it is in English.
const WAIT_MS_MAX: u64 = 5_000;

/// Reads the words of the person's language, and goes on when they are there. English is there in the next piece of work.
pub(crate) fn load(then: impl FnOnce() + 'static) {
    let language = preferred();
    // The app's own way to spawn is there once the app is.
    spawn_local(async move {
        if *language == LANGUAGES[0] {
            pause().await;
            page::set_language();
            return then();
        }
        let path = format!("/locales/{}.json", language.tag);
        let file = Box::pin(fetched::text(&path));
        if let Either::Left((Some(file), _)) = select(file, Box::pin(sleep(WAIT_MS_MAX))).await {
            i18n::take(language, &file);
        }
        page::set_language();
        then();
    });
}

fn preferred() -> &'static Language {
    i18n::preferred(Prefs::load().language.as_deref(), &page::languages())
}
