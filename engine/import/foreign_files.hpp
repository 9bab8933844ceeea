// Files that people hand to an import and no source reads: what they are, and what to do with them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace engine::import {

/// A workbook or another document that is an archive by its bytes ("xl/workbook.xml" inside a zip):
/// looked for before archives are unpacked. Nothing for every other file.
std::optional<std::string> name_document(std::string_view bytes);

/// "a playlist (M3U); ...", by the first bytes and the name; "" when nothing is known of it. For
/// files that no source recognised.
std::string name_foreign_file(std::string_view head, std::string_view name);

}  // namespace engine::import
