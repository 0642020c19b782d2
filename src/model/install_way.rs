//! How the app is installed in a browser.

/// A way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InstallWay {
    /// It is: it runs in a window of its own.
    Installed,
    /// The browser asks when it is told to.
    Ask,
    /// By hand: Share, then the home screen (iPhone and iPad, whatever the browser).
    IosShare,
    /// By hand: in the browser's menu (Android).
    AndroidMenu,
    /// By hand: File, then the Dock (Safari on a Mac).
    MacDock,
    /// By hand: an icon in the address bar, or the menu (Chromium on a desktop).
    DesktopBar,
    /// Not in this browser.
    Nowhere,
}

impl InstallWay {
    /// The way for a browser that does not offer to ask. `touches` is whether the screen can be touched: an iPad calls
    /// itself a Mac.
    pub(crate) fn by_hand(agent: &str, touches: bool) -> Self {
        let is = |name: &str| agent.contains(name);
        if is("iPhone") || is("iPad") || is("iPod") || (is("Macintosh") && touches) {
            Self::IosShare
        } else if is("Android") {
            Self::AndroidMenu
        } else if is("Chrome/") {
            Self::DesktopBar
        } else if is("Macintosh") && is("Safari/") {
            Self::MacDock
        } else {
            Self::Nowhere
        }
    }
}

#[cfg(test)]
mod tests {
    use super::InstallWay;

    #[test]
    fn each_browser_has_its_way() {
        let way = InstallWay::by_hand;
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";
        let mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15";
        let android = "Mozilla/5.0 (Android 15; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0";
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36";
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0";

        assert_eq!(way(iphone, true), InstallWay::IosShare);
        assert_eq!(way(mac, true), InstallWay::IosShare, "an iPad");
        assert_eq!(way(mac, false), InstallWay::MacDock);
        assert_eq!(way(android, true), InstallWay::AndroidMenu);
        assert_eq!(way(chrome, false), InstallWay::DesktopBar);
        assert_eq!(way(firefox, false), InstallWay::Nowhere);
    }
}
