//! Every bound of the engine, in one place, its unit last.

/// How often a pass runs by itself.
pub const SYNC_INTERVAL_S: u32 = 30;
/// The waits after the first to fifth failed attempt at one event. The seed's.
pub const RETRY_DELAYS_MS: [u64; 5] = [2_000, 4_000, 8_000, 16_000, 32_000];
/// No wait of one event is longer, jitter included.
pub const RETRY_DELAY_MS_MAX: u64 = 60_000;
/// Jitter added to an event's wait, in percent of it.
pub const RETRY_JITTER_PERCENT: u64 = 20;
/// The first wait after an outcome that says nothing about an event.
pub const BACKOFF_MS_MIN: u64 = 2_000;
/// The longest such wait.
pub const BACKOFF_MS_MAX: u64 = 60_000;
/// The longest `Retry-After` that is honoured.
pub const RETRY_AFTER_MS_MAX: u64 = 3_600_000;
/// Events that want the person or the app's own update are looked at again this seldom.
pub const GATE_PROBE_MS: u64 = 900_000;
/// Coming online or to the foreground brings a waiting attempt forward at most this often.
pub const NUDGE_MS_MIN: u64 = 5_000;
/// Undo's time: a delete is not sent before.
pub const DELETE_DELAY_MS: u64 = 10_000;
/// No `not_before` is ever set further ahead; more means that the clock jumped back.
pub const EVENT_WAIT_MS_MAX: u64 = 120_000;
/// Events in one claim.
pub const CLAIM_EVENTS_MAX: usize = 50;
/// Bytes of the requests in one claim.
pub const CLAIM_BYTES_MAX: usize = 60 * 1024;
/// How long a claim lasts.
pub const LEASE_MS: u64 = 90_000;
/// Nothing is sent when less than this is left of the lease.
pub const LEASE_MARGIN_MS: u64 = 45_000;
/// A look at session and profile that took longer is too old to send by.
pub const LOOK_MS_MAX: u64 = 5_000;
/// A request's time without its body's share.
pub const REQUEST_TIMEOUT_MS: u64 = 30_000;
/// A request's time for each KiB of its body.
pub const REQUEST_TIMEOUT_MS_PER_KIB: u64 = 50;
/// Acknowledgements lag at most this many events behind.
pub const SETTLE_EVENTS_MAX: usize = 10;
/// Acknowledgements lag at most this long behind.
pub const SETTLE_LAG_MS_MAX: u64 = 250;
/// One pass holds its lock at most this long.
pub const PASS_MS_MAX: u64 = 30_000;
/// A lock holder that made no progress for this long is passed by.
pub const HEARTBEAT_MS_MAX: u64 = 60_000;
/// Requests that failed in a row for the network's reasons before `/health` is asked.
pub const PROBE_AFTER_FAILURES: u32 = 3;
/// A token with less left is refreshed before use.
pub const TOKEN_REFRESH_MS: i64 = 5 * 60_000;
/// How long a flusher waits for another one's refresh.
pub const AUTH_LOCK_MS_MAX: u64 = 15_000;
/// Entities looked at in one step when sync is turned on.
pub const ADOPTION_STEP: usize = 50;
/// Log lines kept.
pub const LOG_LINES_MAX: u64 = 1_000;
/// Values kept that lost in merges, of all entities together.
pub const HISTORY_ROWS_MAX: u64 = 5_000;
/// Values of one entity that are shown.
pub const HISTORY_SHOWN_MAX: usize = 100;
/// Requests in one minute without any progress.
pub const FRUITLESS_REQUESTS_PER_MINUTE_MAX: usize = 30;
/// Requests that one event may take: itself, a refresh, itself again, and a question about the answer.
pub const EVENT_REQUESTS_ROOM: usize = 4;
/// Requests that a pass may take for its first event: what the backend is, a refresh, and the event's own.
pub const PASS_REQUESTS_ROOM: usize = EVENT_REQUESTS_ROOM + 2;
/// Requests that the feed leaves to what waits: a person who asks for news again and again holds up nothing that is sent.
pub const PULL_REQUESTS_ROOM: usize = 2 * PASS_REQUESTS_ROOM;
/// Passes that are made one after the other where something asks for another one meanwhile.
pub const PASSES_IN_A_ROW_MAX: usize = 4;
/// Steps of [`ADOPTION_STEP`] in one pass.
pub const ADOPTION_STEPS_PER_PASS_MAX: usize = 20;
/// How long an event waits whose key the server is still working on.
pub const IN_PROGRESS_MS: u64 = 5_000;
/// How often the feed of changes is asked while the app is looked at.
pub const PULL_INTERVAL_MS: u64 = 60_000;
/// Coming online, to the foreground or up asks the feed at most this often.
pub const PULL_NUDGE_MS_MIN: u64 = 5_000;
/// So does a person who taps and taps.
pub const PULL_MANUAL_MS_MIN: u64 = 1_000;
/// Pages of the feed taken in in one pass.
pub const PULL_PAGES_PER_PASS_MAX: usize = 40;
/// How long a pass takes in pages before it sends what waits.
pub const PULL_MS_MAX: u64 = 10_000;
/// Bases looked at in one step of a sweep.
pub const RESYNC_STEP: usize = 500;
/// Changes asked for at once, where more were too much for the connection or for who stands in between.
pub const PULL_CHANGES_MIN: u32 = 5;
/// How many times fewer changes are asked for after a page was too much.
pub const PULL_CHANGES_CUT: u32 = 10;
/// The first wait after a failure of the feed alone.
pub const FEED_WAIT_MS_MIN: u64 = 30_000;
/// The longest such wait.
pub const FEED_WAIT_MS_MAX: u64 = 900_000;
/// Clocks that drift apart by more between two looks were set.
pub const SKEW_MS_MAX: u64 = 120_000;
