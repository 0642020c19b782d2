//! The size of the built app against its budget (xtask/budget.json).

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::files;
use crate::project::Project;

/// Parts that load before the app can be used, in English. Another language loads its strings as well, one file of them.
/// The others are fetched by the worker after the start.
const FIRST_VISIT: [&str; 4] = ["wasm", "glue", "page", "styles"];

#[derive(Clone, Copy, Default)]
struct Weight {
    raw: u64,
    brotli: u64,
}

impl Weight {
    fn add(&mut self, other: Self) {
        self.raw += other.raw;
        self.brotli += other.brotli;
    }
}

/// Prints what each part of dist/ weighs.
///
/// # Errors
/// When a part or the first visit is over its budget.
pub(crate) fn check(project: &Project) -> Result<()> {
    let budget: Value =
        serde_json::from_slice(&files::read(&project.root.join("xtask/budget.json"))?)?;
    let parts = weigh(&project.dist())?;
    let mut first_visit = Weight::default();
    let mut over = Vec::new();
    println!(
        "   {:<12} {:>12} {:>12} {:>12}",
        "part", "raw", "brotli", "budget"
    );
    for (part, weight) in &parts {
        let limit = budget["parts"][part]
            .as_u64()
            .with_context(|| format!("no budget for {part}"))?;
        line(part, *weight, limit, &mut over);
        if FIRST_VISIT.contains(part) {
            first_visit.add(*weight);
        }
    }
    let limit = budget["first_visit"]
        .as_u64()
        .context("no budget for the first visit")?;
    line("first visit", first_visit, limit, &mut over);
    if !over.is_empty() {
        bail!("over budget: {}", over.join(", "));
    }
    Ok(())
}

fn line(name: &str, weight: Weight, limit: u64, over: &mut Vec<String>) {
    println!(
        "   {name:<12} {:>12} {:>12} {limit:>12}",
        weight.raw, weight.brotli
    );
    if weight.brotli > limit {
        over.push(format!("{name} by {} bytes", weight.brotli - limit));
    }
}

fn weigh(dist: &Path) -> Result<BTreeMap<&'static str, Weight>> {
    let mut parts: BTreeMap<&'static str, Weight> = BTreeMap::new();
    for file in files::walk(dist)? {
        let path = files::url_path(dist, &file)?;
        let Some(part) = part_of(&path) else { continue };
        let raw = std::fs::metadata(&file)?.len();
        let compressed = std::fs::metadata(format!("{}.br", file.display()));
        let brotli = compressed.map_or(raw, |file| file.len());
        parts.entry(part).or_default().add(Weight { raw, brotli });
    }
    Ok(parts)
}

/// Which part a file belongs to; none for what is not downloaded under its own name.
fn part_of(path: &str) -> Option<&'static str> {
    let (_, ending) = path.rsplit_once('.')?;
    Some(match ending {
        "br" | "gz" => return None,
        // Fetched by a browser that asks whether to install, and by no page.
        _ if path.contains("/.") || path.starts_with("/screens/") => return None,
        "wasm" if path.starts_with("/lume-worker-") => "engine",
        "wasm" if path.starts_with("/lume-passphrase-") => "passphrase",
        "wasm" if path.starts_with("/lume-rest-") => "rest",
        "wasm" if path.starts_with("/lume-exchange-") => "exchange",
        "wasm" => "wasm",
        "css" => "styles",
        "html" => "page",
        _ if path.starts_with("/locales/") => "strings",
        _ if path.starts_with("/icons/") => "icons",
        "js" if path.starts_with("/boot-") || path.starts_with("/shell-") => "page",
        "js" if path.starts_with("/service-worker") || path.starts_with("/register-") => "worker",
        "js" if path.starts_with("/passphrase-") => "passphrase",
        "js" if path.starts_with("/exchange-") => "exchange",
        "js" => "glue",
        _ => "other",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_its_part() {
        let cases = [
            ("/lume-0123456789abcdef_bg.wasm", Some("wasm")),
            ("/lume-rest-0123456789abcdef.wasm", Some("rest")),
            ("/lume-worker-0123456789abcdef.wasm", Some("engine")),
            ("/lume-passphrase-0123456789abcdef.wasm", Some("passphrase")),
            ("/passphrase-0123456789abcdef.js", Some("passphrase")),
            ("/lume-exchange-0123456789abcdef.wasm", Some("exchange")),
            ("/exchange-0123456789abcdef.js", Some("exchange")),
            ("/lume-0123456789abcdef.js", Some("glue")),
            ("/snippets/x-1/inline0.js", Some("glue")),
            ("/boot-0123456789abcdef.js", Some("page")),
            ("/shell-0123456789abcdef.js", Some("page")),
            ("/register-0123456789abcdef.js", Some("worker")),
            ("/service-worker.js", Some("worker")),
            ("/locales/de.json", Some("strings")),
            ("/icons/lume-192.png", Some("icons")),
            ("/manifest.webmanifest", Some("other")),
            ("/index.html.br", None),
            ("/screens/today-narrow.png", None),
            ("/.built-from", None),
        ];
        for (path, part) in cases {
            assert_eq!(part_of(path), part, "{path}");
        }
    }
}
