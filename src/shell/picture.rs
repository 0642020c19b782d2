//! A chart as a picture: what is on the screen, drawn again into a PNG file that can be sent to somebody.
//!
//! The chart is an SVG whose colours and letters come from style sheets, which a picture knows nothing of. So what the
//! browser made of them is written into a copy, element by element; the copy is drawn as an image onto a canvas.

use js_sys::{Array, Promise};
use leptos::task::spawn_local;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, Document, Element, HtmlCanvasElement,
    HtmlImageElement, Url, Window, XmlSerializer,
};

use crate::i18n::t;
use crate::shell::app_state::App;
use crate::shell::{files, page};

const SVG: &str = "http://www.w3.org/2000/svg";
const PNG: &str = "image/png";
/// Pixels of the picture for one of the screen: sharp on any screen it is looked at.
const SCALE: f64 = 2.0;
/// The margin around the chart, in pixels of the screen.
const MARGIN: f64 = 24.0;
/// The room above the chart for what it is about.
const HEAD: f64 = 52.0;
/// The size of the title's letters.
const TITLE_SIZE: &str = "18";
/// The size of the letters below it.
const SMALL_SIZE: &str = "13";

/// What style sheets say that shows in a picture.
const PROPERTIES: [&str; 16] = [
    "color",
    "direction",
    "fill",
    "fill-opacity",
    "font-family",
    "font-size",
    "font-weight",
    "opacity",
    "stroke",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-opacity",
    "stroke-width",
    "text-anchor",
    "vector-effect",
];

/// What a picture is made of.
pub(crate) struct Picture {
    /// The id of the chart's SVG.
    pub(crate) chart: String,
    /// What the chart is about.
    pub(crate) title: String,
    /// Of which time it is.
    pub(crate) subtitle: String,
    /// The file's name.
    pub(crate) file: String,
}

/// Makes the picture and hands it to the browser as a file; says so where that does not work.
pub(crate) fn save(app: App, picture: Picture) {
    spawn_local(async move {
        if draw(&picture).await.is_none() {
            app.say(t::insights::save_failed());
        }
    });
}

async fn draw(picture: &Picture) -> Option<()> {
    let window = web_sys::window()?;
    let document = window.document()?;
    let chart = document.get_element_by_id(&picture.chart)?;
    let size = chart.get_bounding_client_rect();
    let (width, height) = (
        size.width() + 2.0 * MARGIN,
        size.height() + HEAD + 2.0 * MARGIN,
    );
    let sheet = Sheet {
        window: &window,
        document: &document,
        width,
        height,
    };
    let composed = sheet.compose(picture, &chart)?;
    let text = XmlSerializer::new()
        .ok()?
        .serialize_to_string(&composed)
        .ok()?;
    let options = BlobPropertyBag::new();
    options.set_type("image/svg+xml");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &options).ok()?;
    let address = Url::create_object_url_with_blob(&blob).ok()?;
    let canvas = paint(&document, &address, width, height).await;
    drop(Url::revoke_object_url(&address));
    let png = png_of(&canvas?).await?;
    files::download(&picture.file, PNG, &png)
}

/// The picture as an SVG that needs nothing from elsewhere.
struct Sheet<'a> {
    window: &'a Window,
    document: &'a Document,
    width: f64,
    height: f64,
}

impl Sheet<'_> {
    fn compose(&self, picture: &Picture, chart: &Element) -> Option<Element> {
        let sheet = self.element("svg", &[])?;
        set(&sheet, "width", &self.width.to_string())?;
        set(&sheet, "height", &self.height.to_string())?;
        let ground = [("width", "100%"), ("height", "100%")];
        let ground = self.element("rect", &ground)?;
        set(&ground, "fill", &self.token("--raised")?)?;
        sheet.append_child(&ground).ok()?;
        let family = self.computed(chart, "font-family")?;
        let rtl = page::is_right_to_left();
        let start = if rtl { self.width - MARGIN } else { MARGIN };
        let end = self.width - start;
        let line = |words: &str, x: f64, y: f64, anchor: &str, size: &str, colour: &str| {
            let text = self.element("text", &[("font-size", size), ("text-anchor", anchor)])?;
            set(&text, "x", &x.to_string())?;
            set(&text, "y", &y.to_string())?;
            set(&text, "font-family", &family)?;
            set(&text, "direction", if rtl { "rtl" } else { "ltr" })?;
            set(&text, "fill", &self.token(colour)?)?;
            text.set_text_content(Some(words));
            sheet.append_child(&text).ok()?;
            Some(text)
        };
        let title = line(
            &picture.title,
            start,
            MARGIN + 16.0,
            "start",
            TITLE_SIZE,
            "--text",
        )?;
        set(&title, "font-weight", "650")?;
        line(
            &picture.subtitle,
            start,
            MARGIN + 37.0,
            "start",
            SMALL_SIZE,
            "--text-soft",
        )?;
        line(
            t::app::name(),
            end,
            MARGIN + 16.0,
            "end",
            SMALL_SIZE,
            "--text-soft",
        )?;
        let copy = self.copy(chart)?;
        sheet.append_child(&copy).ok()?;
        Some(sheet)
    }

    /// A copy of the chart that looks the same without a style sheet.
    fn copy(&self, chart: &Element) -> Option<Element> {
        let copy: Element = chart.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
        self.fix(chart, &copy)?;
        let (shown, copied) = (
            chart.query_selector_all("*").ok()?,
            copy.query_selector_all("*").ok()?,
        );
        let symbols = self.element("defs", &[])?;
        for at in 0..shown.length() {
            let from: Element = shown.item(at)?.dyn_into().ok()?;
            let to: Element = copied.item(at)?.dyn_into().ok()?;
            self.fix(&from, &to)?;
            let symbol = from
                .get_attribute("href")
                .and_then(|href| self.document.get_element_by_id(href.strip_prefix('#')?));
            if let Some(symbol) = symbol {
                symbols
                    .append_child(&symbol.clone_node_with_deep(true).ok()?)
                    .ok()?;
            }
        }
        copy.append_child(&symbols).ok()?;
        for (name, value) in [
            ("x", MARGIN),
            ("y", MARGIN + HEAD),
            ("width", self.width - 2.0 * MARGIN),
            ("height", self.height - HEAD - 2.0 * MARGIN),
        ] {
            set(&copy, name, &value.to_string())?;
        }
        Some(copy)
    }

    /// Writes what style sheets say of one element into another one.
    fn fix(&self, from: &Element, to: &Element) -> Option<()> {
        let style = self.window.get_computed_style(from).ok()??;
        for property in PROPERTIES {
            let value = style.get_property_value(property).ok()?;
            if !value.is_empty() {
                set(to, property, &value)?;
            }
        }
        to.remove_attribute("class").ok()
    }

    fn computed(&self, element: &Element, property: &str) -> Option<String> {
        let style = self.window.get_computed_style(element).ok()??;
        style.get_property_value(property).ok()
    }

    /// What a token stands for in the theme that is shown.
    fn token(&self, name: &str) -> Option<String> {
        let root = self.document.document_element()?;
        Some(self.computed(&root, name)?.trim().to_owned())
    }

    fn element(&self, name: &str, attributes: &[(&str, &str)]) -> Option<Element> {
        let element = self.document.create_element_ns(Some(SVG), name).ok()?;
        for (name, value) in attributes {
            set(&element, name, value)?;
        }
        Some(element)
    }
}

fn set(element: &Element, name: &str, value: &str) -> Option<()> {
    element.set_attribute(name, value).ok()
}

async fn paint(
    document: &Document,
    address: &str,
    width: f64,
    height: f64,
) -> Option<HtmlCanvasElement> {
    let image = HtmlImageElement::new().ok()?;
    image.set_src(address);
    JsFuture::from(image.decode()).await.ok()?;
    let canvas: HtmlCanvasElement = document.create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(pixels(width * SCALE));
    canvas.set_height(pixels(height * SCALE));
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    context
        .draw_image_with_html_image_element_and_dw_and_dh(
            &image,
            0.0,
            0.0,
            width * SCALE,
            height * SCALE,
        )
        .ok()?;
    Some(canvas)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a size on a screen, rounded up to whole pixels"
)]
fn pixels(length: f64) -> u32 {
    length.ceil() as u32
}

async fn png_of(canvas: &HtmlCanvasElement) -> Option<Vec<u8>> {
    let promise = Promise::new(&mut |resolve, reject| {
        let done = Closure::once_into_js(move |blob: JsValue| {
            // Whoever waits for it hears it.
            drop(resolve.call1(&JsValue::UNDEFINED, &blob));
        });
        if canvas.to_blob_with_type(done.unchecked_ref(), PNG).is_err() {
            drop(reject.call0(&JsValue::UNDEFINED));
        }
    });
    let blob: Blob = JsFuture::from(promise).await.ok()?.dyn_into().ok()?;
    let buffer = JsFuture::from(blob.array_buffer()).await.ok()?;
    Some(js_sys::Uint8Array::new(&buffer).to_vec())
}
