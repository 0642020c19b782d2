//! Where things are: the checkout, cargo's target folder and the tools.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::process;

/// The folders that commands work in.
pub(crate) struct Project {
    /// The checkout.
    pub(crate) root: PathBuf,
    /// Cargo's target folder, wherever the person keeps it.
    pub(crate) target: PathBuf,
    /// The tools' folder: outside the checkout, so that every checkout shares it and none is lost by `clean`.
    pub(crate) tools: PathBuf,
}

impl Project {
    /// Finds the folders.
    ///
    /// # Errors
    /// When cargo does not answer or there is no home folder.
    pub(crate) fn locate() -> Result<Self> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest
            .parent()
            .context("xtask lies in no folder")?
            .to_owned();
        let metadata = process::output(process::cargo(&root).args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ]))?;
        let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
        let target = metadata["target_directory"]
            .as_str()
            .context("cargo names no target folder")?;
        Ok(Self {
            target: target.into(),
            tools: tools_folder()?,
            root,
        })
    }

    /// The built app.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// The release server.
    pub(crate) fn server(&self) -> PathBuf {
        self.target
            .join("release")
            .join(format!("lume-server{}", std::env::consts::EXE_SUFFIX))
    }

    /// The Playwright project.
    pub(crate) fn e2e(&self) -> PathBuf {
        self.root.join("tests/e2e")
    }

    /// The version of a package in Cargo.lock.
    ///
    /// # Errors
    /// When the lock file can't be read or does not name the package.
    pub(crate) fn locked_version(&self, package: &str) -> Result<String> {
        let lock = std::fs::read_to_string(self.root.join("Cargo.lock")).context("Cargo.lock")?;
        version_in_lock(&lock, package)
            .with_context(|| format!("Cargo.lock does not name the package {package}"))
    }
}

fn tools_folder() -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os("LUME_TOOLS") {
        return std::path::absolute(folder).context("LUME_TOOLS");
    }
    let home = std::env::var_os("HOME")
        .or_else(|| std::env::var_os("USERPROFILE"))
        .context("there is no home folder to keep tools in: set LUME_TOOLS")?;
    Ok(Path::new(&home).join(".cache/lume/tools"))
}

fn version_in_lock(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines
        .nth(1)?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_s_version_is_read_from_the_lock_file() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.129\"\n";
        assert_eq!(
            version_in_lock(lock, "wasm-bindgen").as_deref(),
            Some("0.2.129")
        );
        assert_eq!(version_in_lock(lock, "absent"), None);
    }
}
