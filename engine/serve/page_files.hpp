// What a browser is given: the page's own files, which are part of the program, and the editor's, which
// are Debian's package libjs-codemirror where it is installed.
#pragma once

#include <vector>

#include "serve/http_front.hpp"

namespace engine::serve {

/// engine/serve/page: "index.html", "style.css", "app.js" ...
std::vector<Asset> page_assets();
/// "editor/codemirror.js" and so on; empty where one of them is missing: a page then has a plain
/// text field.
std::vector<Asset> editor_assets();

}  // namespace engine::serve
