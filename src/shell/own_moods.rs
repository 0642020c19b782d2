//! Keeps what the app knows of the person's own moods up to date.

use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_sync::StoreError;
use lume_sync::kinds::MOOD_DEF;

use crate::model::own_moods::{self, OwnMoods};
use crate::shell::app_state::{App, Phase};
use crate::shell::services::AppEngine;

/// More than anybody makes.
const OWN_MOODS_MAX: usize = 500;

/// Reads them now, so that the first screen shows entries as they are called.
pub(crate) async fn read(engine: &AppEngine) -> Result<(), StoreError> {
    own_moods::learn(stored(engine).await?);
    Ok(())
}

/// Those that are on this device now.
pub(crate) async fn stored(engine: &AppEngine) -> Result<OwnMoods, StoreError> {
    let listed = engine
        .timeline(&MOOD_DEF.kind(), None, None, OWN_MOODS_MAX)
        .await?;
    let readable = listed
        .into_iter()
        .filter_map(|listed| Some((listed.key, listed.content.ok()?)));
    Ok(OwnMoods::of(readable))
}

/// Reads them again whenever the data may have changed; the start itself has read them ([`read`]). Behind the lock nothing
/// is known.
pub(crate) fn watch(app: App) {
    Effect::new(move |before: Option<Phase>| {
        app.data.track();
        let phase = app.phase.get();
        let was_opening = matches!(before, Some(Phase::Starting | Phase::Failed { .. }));
        if was_opening && phase == Phase::Ready {
            return phase;
        }
        spawn_local(async move {
            if phase == Phase::Locked {
                own_moods::learn(OwnMoods::default());
            }
            let Some(engine) = app.engine().filter(|_| phase == Phase::Ready) else {
                return;
            };
            // What can't be read now is read with the next change; entries show what is known.
            let read = stored(&engine).await;
            // The app may have been locked, or another profile may be in its place by now.
            let is_current = app.phase.get_untracked() == Phase::Ready
                && app.engine().is_some_and(|now| Rc::ptr_eq(&now, &engine));
            if let (Ok(found), true) = (read, is_current) {
                own_moods::learn(found);
            }
        });
        phase
    });
}
