//! The description as a page for people: headings, tables, no script.

use std::fmt::Write as _;

use serde_json::Value;

use super::document;

/// The page's style sheet.
pub(crate) const STYLE: &str = include_str!("page.css");

/// The page.
pub(crate) fn page() -> String {
    let document = document();
    let mut html = String::from(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>Lume API</title>\n\
         <link rel=\"stylesheet\" href=\"/api/docs.css\">\n</head>\n<body>\n<main>\n<h1>Lume API</h1>\n",
    );
    push(&mut html, "p", text(&document["info"]["description"]));
    html.push_str("<p>For programs: <a href=\"/api/openapi.json\">openapi.json</a>.</p>\n");
    for tag in document["tags"].as_array().into_iter().flatten() {
        let name = text(&tag["name"]);
        push(&mut html, "h2", name);
        push(&mut html, "p", text(&tag["description"]));
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            for method in ["get", "post", "put", "patch", "delete"] {
                let operation = &item[method];
                if operation["tags"][0].as_str() == Some(name) {
                    push_operation(&mut html, path, method, operation);
                }
            }
        }
    }
    html.push_str("<h2>Bodies</h2>\n");
    for (name, schema) in document["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten()
    {
        push_schema(&mut html, name, schema);
    }
    html.push_str("</main>\n</body>\n</html>\n");
    html
}

fn push_operation(html: &mut String, path: &str, method: &str, operation: &Value) {
    let _ = writeln!(
        html,
        "<section>\n<h3><code>{} {}</code></h3>",
        method.to_uppercase(),
        escaped(path)
    );
    push(html, "p", text(&operation["summary"]));
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let rows = parameters.map(|parameter| {
        (
            text(&parameter["name"]),
            text(&parameter["description"]).to_owned(),
        )
    });
    push_table(html, "Parameter", rows);
    let body = text(&operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]);
    if let Some(name) = body.rsplit('/').next().filter(|name| !name.is_empty()) {
        let _ = writeln!(html, "<p>Body: <a href=\"#{name}\">{name}</a></p>");
    }
    let answers = operation["responses"].as_object().into_iter().flatten();
    let rows = answers.map(|(status, answer)| {
        (
            status.as_str(),
            text(&answer["description"]).replace('`', ""),
        )
    });
    push_table(html, "Answer", rows);
    html.push_str("</section>\n");
}

fn push_schema(html: &mut String, name: &str, schema: &Value) {
    let name = escaped(name);
    let _ = writeln!(html, "<section>\n<h3 id=\"{name}\">{name}</h3>");
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let fields = schema["properties"].as_object().into_iter().flatten();
    let rows = fields.map(|(field, schema)| {
        let demanded = if required.contains(&field.as_str()) {
            "required. "
        } else {
            ""
        };
        let kind = match &schema["type"] {
            Value::String(kind) => kind.clone(),
            Value::Array(kinds) => kinds.iter().map(text).collect::<Vec<_>>().join(" or "),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => String::new(),
        };
        (
            field.as_str(),
            format!("{kind} {demanded}{}", text(&schema["description"]))
                .trim()
                .to_owned(),
        )
    });
    push_table(html, "Field", rows);
    html.push_str("</section>\n");
}

fn push_table<'a>(html: &mut String, heading: &str, rows: impl Iterator<Item = (&'a str, String)>) {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return;
    }
    let _ = writeln!(
        html,
        "<table>\n<tr><th scope=\"col\">{heading}</th><th scope=\"col\">Meaning</th></tr>"
    );
    for (name, meaning) in rows {
        let _ = writeln!(
            html,
            "<tr><td><code>{}</code></td><td>{}</td></tr>",
            escaped(name),
            escaped(&meaning)
        );
    }
    html.push_str("</table>\n");
}

fn push(html: &mut String, element: &str, content: &str) {
    let _ = writeln!(html, "<{element}>{}</{element}>", escaped(content));
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
