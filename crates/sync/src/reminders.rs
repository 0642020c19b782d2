//! Reminders that come from the backend while the app is closed: its key, this device's subscription, the account's
//! schedule.
//!
//! None of it is an event: it is asked for when a person sets it and at each start, and what is set last holds. What this
//! deliberately does not do: it keeps nothing on the device, and sends nothing by itself.

use lume_core::reminder::Schedule;
use lume_wire::push::{PushKey, Reminders, Subscription};
use lume_wire::{envelope, paths};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::engine::Engine;
use crate::kept::KeptError;
use crate::ports::{Method, Ports, Response};

impl<P: Ports> Engine<P> {
    /// The key that this device's browser is to subscribe with. The backend is asked each time, since it may have been
    /// renewed since it was looked at first.
    ///
    /// # Errors
    ///
    /// [`KeptError::NotOffered`] where the backend sends no reminders.
    pub async fn push_key(&self) -> Result<String, KeptError> {
        let key: PushKey = data(
            self.ask_reminders(Method::Get, paths::PUSH_KEY, None)
                .await?,
        )?;
        Ok(key.public_key)
    }

    /// Tells the backend where this device takes pushes. As often as one likes.
    ///
    /// # Errors
    ///
    /// [`KeptError`].
    pub async fn subscribe_to_push(&self, subscription: &Subscription) -> Result<(), KeptError> {
        let body = json(subscription)?;
        self.ask_reminders(Method::Put, paths::PUSH_SUBSCRIPTION, Some(&body))
            .await?;
        Ok(())
    }

    /// Tells the backend that this device takes no more pushes.
    ///
    /// # Errors
    ///
    /// [`KeptError`].
    pub async fn unsubscribe_from_push(&self) -> Result<(), KeptError> {
        self.ask_reminders(Method::Delete, paths::PUSH_SUBSCRIPTION, None)
            .await?;
        Ok(())
    }

    /// When the account is reminded.
    ///
    /// # Errors
    ///
    /// [`KeptError`].
    pub async fn reminders(&self) -> Result<Reminders, KeptError> {
        data(
            self.ask_reminders(Method::Get, paths::REMINDERS, None)
                .await?,
        )
    }

    /// Sets when the account is reminded, on all of its devices.
    ///
    /// # Errors
    ///
    /// [`KeptError`].
    pub async fn set_reminders(&self, schedule: &Schedule) -> Result<Reminders, KeptError> {
        let body = json(schedule)?;
        data(
            self.ask_reminders(Method::Put, paths::REMINDERS, Some(&body))
                .await?,
        )
    }

    async fn ask_reminders(
        &self,
        method: Method,
        path: &str,
        body: Option<&[u8]>,
    ) -> Result<Response, KeptError> {
        let (profile, session) = self.signed_in().await?;
        match self.ask_as(&profile, session, method, path, body).await {
            // A backend of before there were reminders does not know the path.
            Err(KeptError::Missing) => Err(KeptError::NotOffered),
            answer => answer,
        }
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, KeptError> {
    serde_json::to_vec(value).map_err(|_| KeptError::Unreachable)
}

fn data<T: DeserializeOwned>(response: Response) -> Result<T, KeptError> {
    let body = response.body.ok_or(KeptError::Unreachable)?;
    envelope::parse_data(&body).map_err(|_| KeptError::Unreachable)
}
