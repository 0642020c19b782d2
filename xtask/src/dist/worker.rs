//! Writes the service worker: the parts joined into one script, behind the list of files of this build.
//!
//! The first line is `"use strict"; const LUME_BUILD = {"version":…,"engine":path,"files":[[path, hash],…]};`, then
//! comes the engine's glue, the rest is service-worker/*.js. Every build has another first line, which is how a
//! browser notices a new version.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::json;

use crate::files;
use crate::project::Project;

use super::module::Module;

/// In the order in which they are joined.
const PARTS: [&str; 6] = [
    "caches.js",
    "install.js",
    "respond.js",
    "flush.js",
    "push.js",
    "events.js",
];
/// Where the built worker lies: the scope of a worker is its folder.
const WORKER_FILE: &str = "service-worker.js";
/// Answered at run time from the server's flags, therefore no part of a build.
const RUNTIME_FILES: [&str; 1] = ["/config.json"];

/// Writes the worker into the built app.
///
/// # Errors
/// When a file can't be read or written.
pub(super) fn write(project: &Project, dist: &Path, engine: &Module) -> Result<()> {
    let mut script = engine.glue.clone();
    for part in PARTS {
        let path = project.root.join("service-worker").join(part);
        script.push_str(&String::from_utf8(files::read(&path)?)?);
    }
    let list = precached(dist)?
        .into_iter()
        .map(|file| {
            let hash = files::base64(&files::sha256(&files::read(&file)?));
            Ok([cached_path(&files::url_path(dist, &file)?), hash])
        })
        .collect::<Result<Vec<_>>>()?;
    let version = version(&list, &script);
    let build = json!({ "version": version, "engine": engine.path, "files": list });
    println!("   version {version}, {} files to precache", list.len());
    files::write(
        &dist.join(WORKER_FILE),
        format!("\"use strict\"; const LUME_BUILD = {build};\n{script}"),
    )
}

/// The files of a build: all that are served, without those that the server answers itself.
fn precached(dist: &Path) -> Result<Vec<PathBuf>> {
    let mut list = Vec::new();
    for file in files::walk(dist)? {
        let path = files::url_path(dist, &file)?;
        let hidden = path.contains("/.");
        // Pictures for the browser's own question whether to install; the app shows none of them.
        let is_advert = path.starts_with("/screens/");
        if !hidden && !is_advert && !RUNTIME_FILES.contains(&path.as_str()) {
            list.push(file);
        }
    }
    Ok(list)
}

/// The page is fetched by the address that people use: a server may redirect its file's own.
fn cached_path(path: &str) -> String {
    if path == "/index.html" {
        "/".to_owned()
    } else {
        path.to_owned()
    }
}

fn version(list: &[[String; 2]], script: &str) -> String {
    let mut text = script.to_owned();
    for [path, hash] in list {
        text.push_str(path);
        text.push_str(hash);
    }
    files::hex(&files::sha256(text.as_bytes()))[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_changes_with_any_file_and_with_the_worker_itself() {
        let file = |hash: &str| [["/a.js".to_owned(), hash.to_owned()]];
        let first = version(&file("one"), "script");
        assert_eq!(first, version(&file("one"), "script"));
        assert_ne!(first, version(&file("two"), "script"));
        assert_ne!(first, version(&file("one"), "other script"));
    }

    #[test]
    fn the_page_is_cached_under_its_route() {
        assert_eq!(cached_path("/index.html"), "/");
        assert_eq!(cached_path("/icons/lume.svg"), "/icons/lume.svg");
    }
}
