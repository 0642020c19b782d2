//! Who waits for changes of an account, and how they are told. No data passes here: who is told asks for the changes.
//!
//! A listener hears of the last commit alone, so that many commits at once are one piece of news. It hears as well that
//! sessions of its account ended, and then looks whether its own is among them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lume_core::ids::UserId;
use lume_wire::live::CONNECTIONS_OF_ONE_ACCOUNT_MAX;
use lume_wire::{ApiError, ErrorCode, Secret};
use tokio::sync::watch;

use crate::accounts::{Caller, is_live, unauthorized};
use crate::changes::Cursor;
use crate::error::ServerError;
use crate::service::Service;

/// What there is to tell of an account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct News {
    /// The number of its last commit, as far as one happened since somebody listens.
    pub(crate) commit_no: i64,
    /// How often sessions of it ended since then.
    pub(crate) sessions_ended: u64,
}

/// The accounts that somebody listens to.
#[derive(Default, Clone)]
pub(crate) struct Hub(Arc<Mutex<BTreeMap<UserId, Account>>>);

#[derive(Default)]
struct Account {
    news: watch::Sender<News>,
    listeners: usize,
}

impl Hub {
    /// Tells that a commit of an account is on the disk.
    pub(crate) fn committed(&self, user: UserId, commit_no: i64) {
        self.tell(user, |news| {
            // Two commits may be told in the other order.
            let is_new = news.commit_no < commit_no;
            news.commit_no = news.commit_no.max(commit_no);
            is_new
        });
    }

    /// Tells that one or more sessions of an account ended.
    pub(crate) fn sessions_ended(&self, user: UserId) {
        self.tell(user, |news| {
            news.sessions_ended += 1;
            true
        });
    }

    fn tell(&self, user: UserId, change: impl FnOnce(&mut News) -> bool) {
        if let Some(account) = self.accounts().get(&user) {
            account.news.send_if_modified(change);
        }
    }

    /// Begins to listen, unless the account has as many listeners as it may have.
    fn listen(&self, user: UserId) -> Option<Listener> {
        let mut accounts = self.accounts();
        let account = accounts.entry(user).or_default();
        if account.listeners >= CONNECTIONS_OF_ONE_ACCOUNT_MAX {
            return None;
        }
        account.listeners += 1;
        Some(Listener {
            hub: self.clone(),
            user,
            news: account.news.subscribe(),
        })
    }

    fn accounts(&self) -> MutexGuard<'_, BTreeMap<UserId, Account>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who listens to an account.
pub(crate) struct Listener {
    hub: Hub,
    user: UserId,
    news: watch::Receiver<News>,
}

impl Listener {
    /// Waits for news that were not heard yet.
    pub(crate) async fn next(&mut self) -> News {
        if self.news.changed().await.is_err() {
            unreachable!("the account stays in the hub as long as somebody listens");
        }
        *self.news.borrow_and_update()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut accounts = self.hub.accounts();
        if let Some(account) = accounts.get_mut(&self.user) {
            account.listeners -= 1;
            if account.listeners == 0 {
                accounts.remove(&self.user);
            }
        }
    }
}

/// A session that listens.
pub(crate) struct Listening {
    pub(crate) caller: Caller,
    pub(crate) listener: Listener,
    /// The account's last commit at the beginning.
    pub(crate) commit_no: i64,
}

impl Service {
    /// Begins to listen to the account of an access token.
    ///
    /// # Errors
    ///
    /// 401 where the token is no good, 429 where the account asks too often or has too many listeners.
    pub(crate) fn listen(&self, token: &Secret) -> Result<Listening, ServerError> {
        let caller = self.authenticate(Some(token))?;
        let too_many = || {
            ApiError::new(
                ErrorCode::RateLimited,
                "too many connections of this account",
            )
        };
        self.check_account_rate(caller)
            .map_err(|_answer| too_many())?;
        let listener = self.hub().listen(caller.user).ok_or_else(too_many)?;
        // Only now: a session that ends from here on is heard of.
        let commit_no = self.database().read(|transaction| {
            if !is_live(transaction, caller)? {
                return Err(unauthorized().into());
            }
            crate::changes::commit_no(transaction, caller.user)
        })?;
        Ok(Listening {
            caller,
            listener,
            commit_no: commit_no.unwrap_or_default(),
        })
    }

    /// Whether a session is not over.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(crate) fn is_live(&self, caller: Caller) -> Result<bool, ServerError> {
        self.database()
            .read(|transaction| is_live(transaction, caller))
    }

    /// The cursor of a reader that has read an account's changes up to a commit.
    pub(crate) fn cursor_at(&self, user: UserId, commit_no: i64) -> String {
        let epoch = &self.database().identity().server_epoch;
        Cursor::after(commit_no).write(epoch, user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(byte: u8) -> UserId {
        UserId::from_random_bytes([byte; 16])
    }

    #[tokio::test]
    async fn many_commits_are_one_piece_of_news_whatever_their_order() {
        let hub = Hub::default();
        let mut listener = hub.listen(user(1)).unwrap();

        hub.committed(user(1), 2);
        hub.committed(user(1), 3);
        hub.committed(user(1), 1);
        hub.committed(user(2), 9);

        assert_eq!(listener.next().await.commit_no, 3);
        assert!(!listener.news.has_changed().unwrap());
    }

    #[test]
    fn an_account_has_so_many_listeners_and_is_forgotten_with_the_last_one() {
        let hub = Hub::default();
        let mut listeners: Vec<_> = (0..CONNECTIONS_OF_ONE_ACCOUNT_MAX)
            .map(|_| hub.listen(user(1)).unwrap())
            .collect();
        assert!(hub.listen(user(1)).is_none());
        assert!(hub.listen(user(2)).is_some());
        listeners.pop();
        assert!(hub.listen(user(1)).is_some());
        listeners.clear();
        assert!(hub.accounts().is_empty());
    }
}
