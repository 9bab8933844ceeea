// Zip archives that a test packs.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace test {

/// Paths and bytes, as a zip archive.
std::string pack_zip(const std::vector<std::pair<std::string, std::string>>& files);
/// The files below tests/data/PATH: a workbook's parts as the workbook.
std::string pack_workbook(const std::string& path);

}  // namespace test
