//! The route table.

use super::docs;
use super::route::{Access, Routes, get};

/// Every route.
pub(super) fn all() -> Routes {
    documents(Routes::default())
}

fn documents(routes: Routes) -> Routes {
    routes
        .add(
            get("/openapi.json", Access::Open, "This interface as OpenAPI 3.1").streams("application/json"),
            docs::openapi,
        )
        .add(get("/docs", Access::Open, "This interface, to read and try").streams("text/html"), docs::index)
        .add(get("/docs/{*file}", Access::Open, "Files of the interface's page").streams("text/html"), docs::file)
}
