//! Whether the server still has the database that a conflict is merged with.
//!
//! A base is an ancestor only within one epoch. After the server was put back to a backup, what it lacks would seem to
//! have been taken away by somebody, and a merge would take it away here too. The feed says the epoch with each page, the
//! answer to an event does not. So before a conflict is merged the server is asked: an epoch that is the known one after
//! the answer was the known one when it was given.

use crate::engine::Engine;
use crate::feed::Feed;
use crate::limits::IN_PROGRESS_MS;
use crate::mutant::{self, Mutant};
use crate::pass::{Flow, Pass};
use crate::ports::Ports;
use crate::rows::ClaimRow;
use crate::settle::Verdict;
use crate::store::StoreError;
use crate::verdict::Judged;

impl<P: Ports> Engine<P> {
    /// Lets conflicts be merged only if the server's epoch is the one that the bases are of. In another one everything is
    /// listed anew first; where it can't be told, the events go out again soon, as they are.
    pub(crate) async fn confirm_conflicts(
        &self,
        pass: &mut Pass,
        claim: &ClaimRow,
        all: &mut [Judged],
    ) -> Result<(), StoreError> {
        let met = |judged: &Judged| matches!(judged.verdict, Verdict::Met(_));
        if pass.epoch.is_none() || !all.iter().any(met) || mutant::is(Mutant::MergesAcrossEpochs) {
            return Ok(());
        }
        let found = if self.may_ask(pass, claim).await? == Flow::On {
            self.count_request(&mut pass.gate);
            self.find_backend(&pass.profile.backend).await.ok()
        } else {
            None
        };
        let account = pass.profile.account.as_ref();
        let ours = found
            .filter(|found| account.is_none_or(|account| account.server_id == found.server_id));
        let epoch = ours.and_then(|found| found.epoch);
        if epoch == pass.epoch {
            return Ok(());
        }
        let (verdict, flow) = match epoch {
            Some(epoch) => {
                self.begin_epoch(pass, &epoch).await?;
                (Verdict::Released { sent: true }, Flow::Stop)
            }
            None => (
                Verdict::Later {
                    wait_ms: IN_PROGRESS_MS,
                },
                Flow::On,
            ),
        };
        for judged in all.iter_mut().filter(|judged| met(judged)) {
            judged.verdict = verdict.clone();
            judged.flow = judged.flow.and(flow);
        }
        Ok(())
    }

    /// Everything is to be listed anew, unless somebody has seen to it already.
    async fn begin_epoch(&self, pass: &Pass, epoch: &str) -> Result<(), StoreError> {
        let feed = Feed::of(self.feed().await?, &pass.profile.backend);
        if feed.epoch.as_deref() == Some(epoch) {
            return Ok(());
        }
        self.change_feed(&feed, |feed, _| feed.begin_epoch(epoch))
            .await
    }
}
