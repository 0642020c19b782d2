//! Rewrites what index.html loads: styles joined into one file, scripts named with their hash.
//!
//! Under a name that stays the same an old page could be given a new script, or a new page an old one. With
//! the hash in the name page and script belong together, and the server lets them be cached for ever.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use crate::files;

const SCRIPTS: [&str; 5] = ["boot", "register", "passphrase", "exchange", "shell"];
const STYLE_BEFORE: &str = "<link rel=\"stylesheet\" href=\"/";
/// As many digits as trunk uses.
const HASH_DIGITS: usize = 16;

/// Joins the styles and renames the scripts.
///
/// # Errors
/// When a file is missing or index.html does not name it.
pub(super) fn finish(dist: &Path) -> Result<()> {
    let index = dist.join("index.html");
    let mut page = String::from_utf8(files::read(&index)?).context("index.html")?;
    page = join_styles(dist, &page)?;
    for script in SCRIPTS {
        let file = dist.join(format!("{script}.js"));
        let name = hashed_name(script, "js", &files::read(&file)?);
        let old = format!("\"/{script}.js\"");
        ensure!(page.contains(&old), "index.html does not name {script}.js");
        page = page.replace(&old, &format!("\"/{name}\""));
        std::fs::rename(&file, dist.join(&name)).with_context(|| file.display().to_string())?;
    }
    files::write(&index, page)
}

/// One style sheet per component is for people; a browser is better off with a single request.
fn join_styles(dist: &Path, page: &str) -> Result<String> {
    let (page, names) = take_styles(page)?;
    let mut joined = String::new();
    for name in &names {
        let file = dist.join(name);
        joined.push_str(&String::from_utf8(files::read(&file)?).with_context(|| name.clone())?);
        std::fs::remove_file(&file).with_context(|| name.clone())?;
    }
    let name = hashed_name("styles", "css", joined.as_bytes());
    let integrity = files::base64(&files::sha256(joined.as_bytes()));
    let link = format!("{STYLE_BEFORE}{name}\" integrity=\"sha256-{integrity}\">");
    files::write(&dist.join(name), joined)?;
    Ok(page.replacen(STYLES_PLACE, &link, 1))
}

/// Stands in the page where its first style sheet was.
const STYLES_PLACE: &str = "<!-- styles -->";

/// The page without its style sheets, with a mark at the place of the first one, and their files in order.
fn take_styles(page: &str) -> Result<(String, Vec<String>)> {
    let mut kept = String::new();
    let mut names = Vec::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once(STYLE_BEFORE) {
        let (name, after) = after.split_once('"').context("a link without an end")?;
        let (_, after) = after.split_once('>').context("a link without an end")?;
        kept.push_str(if names.is_empty() {
            before
        } else {
            before.trim_end()
        });
        if names.is_empty() {
            kept.push_str(STYLES_PLACE);
        }
        names.push(name.to_owned());
        rest = after;
    }
    kept.push_str(rest);
    ensure!(!names.is_empty(), "index.html names no style sheet");
    Ok((kept, names))
}

/// A file's name that changes with its content.
pub(super) fn hashed_name(name: &str, ending: &str, content: &[u8]) -> String {
    let hash = files::hex(&files::sha256(content));
    format!("{name}-{}.{ending}", &hash[..HASH_DIGITS])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_carries_the_hash_of_the_content() {
        assert_eq!(hashed_name("boot", "js", b""), "boot-e3b0c44298fc1c14.js");
    }

    #[test]
    fn style_sheets_are_taken_out_in_their_order() {
        let page = "<head>\n  <link rel=\"stylesheet\" href=\"/b-1.css\" integrity=\"x\"/>\n  \
                    <link rel=\"stylesheet\" href=\"/a-2.css\"/>\n</head>";
        let (page, names) = take_styles(page).expect("there are two");
        assert_eq!(names, ["b-1.css", "a-2.css"]);
        assert_eq!(page, "<head>\n  <!-- styles -->\n</head>");
    }

    #[test]
    fn a_page_without_styles_is_a_mistake() {
        assert!(take_styles("<head></head>").is_err());
    }
}
