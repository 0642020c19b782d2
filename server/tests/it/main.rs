//! The server as its clients meet it: requests in, answers out, over the real SQLite file.
//!
//! Most tests call the router directly, with a clock moved by hand; those in `socket` and `program` go through a real
//! connection. `app` is the way to a server and its people.

mod accounts;
mod app;
mod backup;
mod batch;
mod batch_failures;
mod changes;
mod contract;
mod cors;
mod crash;
mod erasure;
mod headers;
mod history;
mod input;
mod keys;
mod limits;
mod live;
mod live_limits;
mod load;
mod log;
mod maintenance;
mod mood_defs;
mod moods;
mod openapi;
mod owners;
mod program;
mod push;
mod push_api;
mod push_service;
mod rates;
mod rejected;
mod restore;
mod scan;
mod secrets;
mod sessions;
mod site;
mod socket;
mod tombstones;
mod upgrade;
