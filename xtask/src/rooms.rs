//! Which room may depend on which: ARCHITECTURE.md's table, checked against what cargo resolves.
//!
//! Dev-dependencies are free: a test may look across. What the innermost rooms pull in is followed to its end, so that
//! a browser API can't come in through a library either.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::process;
use crate::project::Project;

/// Each package with those of ours that it may use.
const ALLOWED: [(&str, &[&str]); 12] = [
    ("lume-core", &[]),
    ("lume-wire", &["lume-core"]),
    ("lume-sync", &["lume-core", "lume-wire"]),
    ("lume-web", &["lume-core", "lume-wire", "lume-sync"]),
    (
        "lume",
        &[
            "lume-core",
            "lume-exchange",
            "lume-wire",
            "lume-sync",
            "lume-web",
        ],
    ),
    (
        "lume-worker",
        &["lume-core", "lume-wire", "lume-sync", "lume-web"],
    ),
    ("lume-passphrase", &[]),
    ("lume-exchange", &["lume-core"]),
    ("lume-server", &["lume-core", "lume-wire"]),
    (
        "lume-sim",
        &["lume-core", "lume-wire", "lume-sync", "lume-server"],
    ),
    (
        "lume-browser-tests",
        &["lume-core", "lume-wire", "lume-sync", "lume-web"],
    ),
    // The static shell shows the catalogue of moods.
    ("xtask", &["lume-core"]),
];

/// The rooms that run anywhere: nothing of a browser, of a runtime or of a user interface.
const PURE: [&str; 3] = ["lume-core", "lume-wire", "lume-sync"];
const REFUSED_IN_PURE: [&str; 7] = [
    "wasm-bindgen",
    "js-sys",
    "web-sys",
    "leptos",
    "tokio",
    "getrandom",
    "gloo-net",
];

/// Refuses a package that depends on another one than it may.
///
/// # Errors
/// When one does, each with its name, or when cargo can't say.
pub(crate) fn directions(project: &Project) -> Result<()> {
    let output = process::output(process::cargo(&project.root).args([
        "metadata",
        "--format-version",
        "1",
        "--locked",
    ]))?;
    let metadata: Value = serde_json::from_str(&output).context("cargo's metadata")?;
    let uses = normal_uses(&metadata);
    let mut wrong = Vec::new();
    let members: BTreeSet<&str> = ALLOWED.iter().map(|(name, _)| *name).collect();
    for name in workspace_members(&metadata) {
        let Some((_, allowed)) = ALLOWED.iter().find(|(package, _)| *package == name) else {
            wrong.push(format!("{name} is in no line of the table of rooms"));
            continue;
        };
        let found = uses.get(name.as_str()).into_iter().flatten();
        for other in found.filter(|other| members.contains(other.as_str())) {
            if !allowed.contains(&other.as_str()) {
                wrong.push(format!("{name} may not depend on {other}"));
            }
        }
    }
    for name in PURE {
        let pulled_in = built_with(project, name)?;
        for refused in REFUSED_IN_PURE {
            if pulled_in.contains(refused) {
                wrong.push(format!(
                    "{name} pulls in {refused}, and has to run without it"
                ));
            }
        }
    }
    if wrong.is_empty() {
        println!("every room depends on what it may");
        return Ok(());
    }
    bail!("{}", wrong.join("; "))
}

fn workspace_members(metadata: &Value) -> Vec<String> {
    let ids: BTreeSet<&str> = list(metadata, "workspace_members")
        .filter_map(Value::as_str)
        .collect();
    list(metadata, "packages")
        .filter(|package| text(package, "id").is_some_and(|id| ids.contains(id)))
        .filter_map(|package| text(package, "name").map(str::to_owned))
        .collect()
}

/// By name, what each package uses outside its tests and its build script.
fn normal_uses(metadata: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let names: BTreeMap<&str, &str> = list(metadata, "packages")
        .filter_map(|package| Some((text(package, "id")?, text(package, "name")?)))
        .collect();
    let nodes = metadata
        .get("resolve")
        .map(|resolve| list(resolve, "nodes"));
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for node in nodes.into_iter().flatten() {
        let Some(name) = text(node, "id").and_then(|id| names.get(id)) else {
            continue;
        };
        let normal = list(node, "deps")
            .filter(|dependency| {
                list(dependency, "dep_kinds").any(|kind| kind.get("kind") == Some(&Value::Null))
            })
            .filter_map(|dependency| names.get(text(dependency, "pkg")?))
            .map(|name| (*name).to_owned());
        uses.entry((*name).to_owned()).or_default().extend(normal);
    }
    uses
}

/// Every package that is built for one of ours when it is built alone: in the whole workspace's metadata, a library has
/// the features that any room asks of it.
fn built_with(project: &Project, name: &str) -> Result<BTreeSet<String>> {
    let tree = process::output(process::cargo(&project.root).args([
        "tree",
        "--locked",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--package",
        name,
    ]))?;
    Ok(tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect())
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn metadata() -> Value {
        json!({
            "workspace_members": ["1"],
            "packages": [
                {"id": "1", "name": "lume-core"}, {"id": "2", "name": "jiff"}, {"id": "3", "name": "js-sys"},
                {"id": "4", "name": "proptest"}
            ],
            "resolve": {"nodes": [
                {"id": "1", "deps": [
                    {"pkg": "2", "dep_kinds": [{"kind": null}]}, {"pkg": "4", "dep_kinds": [{"kind": "dev"}]}
                ]},
                {"id": "2", "deps": [{"pkg": "3", "dep_kinds": [{"kind": null}]}]}
            ]}
        })
    }

    #[test]
    fn what_a_room_uses_counts_and_what_its_tests_use_does_not() {
        let metadata = metadata();
        let uses = normal_uses(&metadata);

        assert_eq!(workspace_members(&metadata), ["lume-core"]);
        assert!(uses["lume-core"].contains("jiff"));
        assert!(!uses["lume-core"].contains("proptest"));
    }
}
