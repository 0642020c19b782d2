//! Ids, time, moods, entries and their rules.
