#include "support/packed_files.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace test {

std::string pack_zip(const std::vector<std::pair<std::string, std::string>>& files) {
  std::size_t total = 1 << 16, used = 0;
  for (const auto& [path, bytes] : files) total += bytes.size() + path.size() + 1024;
  std::string packed(total, '\0');
  archive* out = archive_write_new();
  archive_write_set_format_zip(out);
  if (archive_write_open_memory(out, packed.data(), packed.size(), &used) != ARCHIVE_OK) {
    throw std::runtime_error("no archive can be written");
  }
  for (const auto& [path, bytes] : files) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, path.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(bytes.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(out, entry);
    archive_write_data(out, bytes.data(), bytes.size());
    archive_entry_free(entry);
  }
  archive_write_close(out);
  archive_write_free(out);
  packed.resize(used);
  return packed;
}

std::string pack_workbook(const std::string& path) {
  namespace fs = std::filesystem;
  const fs::path root = std::string(PLAYLIST_SOURCE_DIR "/tests/data/") + path;
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files.emplace_back(fs::relative(entry.path(), root).string(),
                       std::string{std::istreambuf_iterator<char>(file), {}});
  }
  std::sort(files.begin(), files.end());
  return pack_zip(files);
}

}  // namespace test
