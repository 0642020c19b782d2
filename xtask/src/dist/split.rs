//! Cuts the app's module in two: what the first screen needs, and the rest, which is fetched after it (src/rest.rs).
//!
//! trunk knows nothing of it, so what it made of the module is replaced: `wasm-split-cli` cuts what cargo built by its
//! relocations, `wasm-bindgen` makes the glue of the first part, and `wasm-opt` shrinks both. The first part, its glue
//! and the script that fetches the rest carry one hash, since they belong together.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::files;
use crate::process;
use crate::project::Project;
use crate::tools::{BuildTools, WASM};

use super::module::shrink;
use super::page::hashed_name;

/// As `wasm-split-cli` names what it writes.
const LINK: &str = "__wasm_split.js";
const REST: &str = "split_rest.wasm";
/// The name of the first part in all the tools' eyes.
const STEM: &str = "lume";

/// Puts the two parts in the place of the module that trunk bundled.
///
/// # Errors
/// When a tool fails, or index.html is not as trunk writes it.
pub(super) fn cut(project: &Project, tools: &BuildTools, dist: &Path) -> Result<()> {
    let folder = project.target.join("lume-split");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
    }
    let glue = run_tools(project, tools, &folder)?;
    let main = files::read(&shrink(tools, &glue.join(format!("{STEM}_bg.wasm")))?)?;
    let rest = files::read(&shrink(tools, &folder.join(REST))?)?;
    let rest_name = hashed_name("lume-rest", "wasm", &rest);
    let link = text(&folder.join(LINK))?.replace(REST, &rest_name);
    let script = text(&glue.join(format!("{STEM}.js")))?;
    let all = [&main[..], link.as_bytes(), script.as_bytes()].concat();
    let name = hashed_name(STEM, "js", &all);
    let stem = name.trim_end_matches(".js");
    let link_name = format!("{stem}_rest.js");
    let main_name = format!("{stem}_bg.wasm");
    // Only where it is imported from: the module asks for it by its old name.
    let script = script
        .replace(
            &format!("from \"./{LINK}\""),
            &format!("from \"./{link_name}\""),
        )
        .replace(&format!("{STEM}_bg.wasm"), &main_name);
    let link = link.replace(&format!("./{STEM}.js"), &format!("./{name}"));
    name_in_page(dist, &name, &main_name)?;
    files::write(&dist.join(&name), script)?;
    files::write(&dist.join(link_name), link)?;
    files::write(&dist.join(main_name), main)?;
    files::write(&dist.join(rest_name), rest)
}

/// Returns the folder of the first part and its glue.
fn run_tools(project: &Project, tools: &BuildTools, folder: &Path) -> Result<PathBuf> {
    let built = project.target.join(WASM).join("app").join("lume.wasm");
    process::run(
        process::command("wasm-split-cli")
            .arg(built)
            .arg(folder)
            .args(["--target", "web", "--out-name", STEM])
            .env("PATH", tools.path()?),
    )?;
    for file in files::walk(folder)? {
        let path = files::url_path(folder, &file)?;
        let known = [
            format!("/{LINK}"),
            format!("/{REST}"),
            format!("/{STEM}.wasm"),
        ];
        ensure!(
            known.contains(&path),
            "the module was cut into more than two parts: {path}"
        );
    }
    let glue = folder.join("glue");
    process::run(
        process::command("wasm-bindgen")
            .args(["--target", "web", "--no-typescript", "--keep-lld-exports"])
            .args(["--out-name", STEM, "--out-dir"])
            .arg(&glue)
            .arg(folder.join(format!("{STEM}.wasm")))
            .env("PATH", tools.path()?),
    )?;
    Ok(glue)
}

/// Has index.html name the first part instead of what trunk made, and takes that away.
fn name_in_page(dist: &Path, script: &str, wasm: &str) -> Result<()> {
    let index = dist.join("index.html");
    let page = text(&index)?;
    let old_script = attribute(&page, "data-js")?.to_owned();
    let old_wasm = attribute(&page, "data-wasm")?.to_owned();
    for old in [&old_script, &old_wasm] {
        let file = dist.join(old.trim_start_matches('/'));
        std::fs::remove_file(&file).with_context(|| file.display().to_string())?;
    }
    let page = page
        .replace(
            &format!("data-js=\"{old_script}\""),
            &format!("data-js=\"/{script}\""),
        )
        .replace(
            &format!("data-wasm=\"{old_wasm}\""),
            &format!("data-wasm=\"/{wasm}\""),
        );
    let page = without_link(&page, &old_script)?;
    let page = without_link(&page, &old_wasm)?;
    // boot.js asks for the module itself once the first screen is painted: it would share the line with it.
    let link = format!("<link rel=\"modulepreload\" href=\"/{script}\"></head>");
    files::write(&index, page.replacen("</head>", &link, 1))
}

fn attribute<'a>(page: &'a str, name: &str) -> Result<&'a str> {
    let (_, after) = page
        .split_once(&format!("{name}=\""))
        .with_context(|| format!("index.html has no {name}"))?;
    let (value, _) = after
        .split_once('"')
        .context("an attribute without an end")?;
    Ok(value)
}

/// The page without the link that has a file fetched early.
fn without_link(page: &str, path: &str) -> Result<String> {
    let place = page
        .find(&format!("href=\"{path}\""))
        .with_context(|| format!("index.html has no link to {path}"))?;
    let start = page[..place].rfind('<').context("a link without a start")?;
    let end = page[place..].find('>').context("a link without an end")? + place + 1;
    Ok(format!("{}{}", &page[..start], &page[end..]))
}

fn text(path: &Path) -> Result<String> {
    String::from_utf8(files::read(path)?).with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_is_found_by_its_name() {
        let page = "<script data-js=\"/a.js\" data-wasm=\"/a.wasm\"></script>";
        assert_eq!(
            attribute(page, "data-wasm").expect("it is there"),
            "/a.wasm"
        );
        assert!(attribute(page, "data-css").is_err());
    }

    #[test]
    fn only_the_link_to_that_file_goes() {
        let page = "<link href=\"/a.js\"><link rel=\"preload\" href=\"/b.js\" crossorigin><p>";
        assert_eq!(
            without_link(page, "/b.js").expect("it is there"),
            "<link href=\"/a.js\"><p>"
        );
        assert!(without_link(page, "/c.js").is_err());
    }
}
