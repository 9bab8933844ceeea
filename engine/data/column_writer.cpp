#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/column_types.hpp"
#include "core/error.hpp"
#include "core/leftovers.hpp"
#include "data/column_check.hpp"
#include "data/column_file.hpp"
#include "data/column_layout.hpp"
#include "data/dictionary.hpp"

namespace engine {
namespace {

// Appends numbers and texts to the directory.
class DirectoryWriter {
 public:
  void number(std::uint64_t value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void text(const std::string& value) {
    number(value.size());
    bytes_ += value;
  }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

[[noreturn]] void fail(const std::string& path, const char* doing) {
  Error::Parts parts;
  parts.where = path;
  parts.why = std::strerror(errno);
  parts.fix = "free some space there, or choose another cache folder";
  throw Error(Exit::kStore, std::string("cannot ") + doing + " a column file", parts);
}

void write_fully(int descriptor, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(descriptor, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) fail(path, "write");
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
}

// A file that is removed again unless it was kept.
struct TemporaryFile {
  explicit TemporaryFile(std::string name) : path(std::move(name)) {
    descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (descriptor < 0) fail(path, "create");
  }
  ~TemporaryFile() {
    if (descriptor >= 0) ::close(descriptor);
    if (!is_kept) ::unlink(path.c_str());
  }
  std::string path;
  int descriptor = -1;
  bool is_kept = false;
};

}  // namespace

namespace {

template <typename T>
std::string_view bytes_of(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

}  // namespace

std::size_t ColumnWriter::piece(std::string_view first, std::string_view more) {
  pieces_.push_back({first, more});
  return pieces_.size() - 1;
}

void ColumnWriter::table(std::string name, std::size_t rows) {
  tables_.push_back({std::move(name), rows, {}});
}

template <typename T>
void ColumnWriter::add_column(std::string name, std::uint32_t type, std::span<const T> values,
                              std::span<const T> more, int dict) {
  if (tables_.empty() || tables_.back().rows != values.size() + more.size())
    throw std::logic_error("column " + name + " does not have its table's rows");
  tables_.back().columns.push_back(
      {std::move(name), type, piece(bytes_of(values), bytes_of(more)), dict});
}

void ColumnWriter::column(std::string name, std::span<const float> values) {
  add_column(std::move(name), PLAYLIST_F32, values, {});
}
void ColumnWriter::column(std::string name, std::span<const double> values) {
  add_column(std::move(name), PLAYLIST_F64, values, {});
}
void ColumnWriter::column(std::string name, std::span<const std::int32_t> values,
                          std::span<const std::int32_t> more) {
  add_column(std::move(name), PLAYLIST_I32, values, more);
}
void ColumnWriter::column(std::string name, std::span<const std::int64_t> values,
                          std::span<const std::int64_t> more) {
  add_column(std::move(name), PLAYLIST_I64, values, more);
}
void ColumnWriter::column(std::string name, std::span<const std::uint8_t> values,
                          std::span<const std::uint8_t> more) {
  add_column(std::move(name), PLAYLIST_U8, values, more);
}

void ColumnWriter::column(std::string name, std::span<const std::int32_t> codes,
                          const Dictionary& texts, std::span<const std::int32_t> more) {
  std::size_t dict = 0;
  while (dict < dicts_.size() && dicts_[dict].texts != &texts) ++dict;
  if (dict == dicts_.size()) {
    const std::size_t bytes = piece(texts.bytes());
    const std::size_t offsets = piece(bytes_of(std::span(texts.offsets())));
    dicts_.push_back({&texts, bytes, offsets});
  }
  add_column(std::move(name), PLAYLIST_STRING, codes, more, static_cast<int>(dict));
}

void ColumnWriter::lists(std::string name, std::span<const std::uint64_t> offsets,
                         std::span<const std::int32_t> values, std::span<const float> weights) {
  Lists made{std::move(name), offsets.size() - 1, values.size(), 0, 0, -1};
  made.offsets = piece(bytes_of(offsets));
  made.values = piece(bytes_of(values));
  if (!weights.empty()) made.weights = static_cast<std::ptrdiff_t>(piece(bytes_of(weights)));
  lists_.push_back(std::move(made));
}

void ColumnWriter::matrix(std::string name, std::size_t columns, std::span<const float> values) {
  const std::size_t rows = columns == 0 ? 0 : values.size() / columns;
  matrices_.push_back({std::move(name), rows, columns, piece(bytes_of(values))});
}

std::string ColumnWriter::directory(const std::vector<std::uint64_t>& places) const {
  DirectoryWriter out;
  out.text(key_);
  out.number(dicts_.size());
  for (const Dict& dict : dicts_) {
    out.number(dict.texts->count());
    out.number(places[dict.bytes]);
    out.number(places[dict.offsets]);
  }
  out.number(tables_.size());
  for (const Table& table : tables_) {
    out.text(table.name);
    out.number(table.rows);
    out.number(table.columns.size());
    for (const Column& column : table.columns) {
      out.text(column.name);
      out.number(column.type);
      out.number(places[column.piece]);
      out.number(static_cast<std::uint64_t>(column.dict + 1));
    }
  }
  out.number(lists_.size());
  for (const Lists& lists : lists_) {
    out.text(lists.name);
    out.number(lists.rows);
    out.number(lists.value_count);
    out.number(places[lists.offsets]);
    out.number(places[lists.values]);
    out.number(lists.weights < 0 ? 0 : places[static_cast<std::size_t>(lists.weights)]);
  }
  out.number(matrices_.size());
  for (const Matrix& matrix : matrices_) {
    out.text(matrix.name);
    out.number(matrix.rows);
    out.number(matrix.columns);
    out.number(places[matrix.piece]);
  }
  return out.take();
}

void ColumnWriter::write_all(int descriptor, const std::string& path) const {
  // The directory's length does not hang on the places in it, so that it can stand before the data.
  const std::uint64_t directory_length =
      directory(std::vector<std::uint64_t>(pieces_.size(), 0)).size();
  std::vector<std::uint64_t> places;
  std::uint64_t at = aligned(sizeof(ColumnHeader) + directory_length);
  for (const Piece& piece : pieces_) {
    places.push_back(at);
    at = aligned(at + piece.length());
  }
  const std::string index = directory(places);

  ColumnHeader header{};
  std::memcpy(header.magic, kColumnMagic, sizeof header.magic);
  header.format = kColumnFormat;
  header.length = at;
  header.directory = sizeof header;
  header.directory_length = index.size();
  header.checksum = fnv1a(index);

  static const char kPadding[kColumnAlignment] = {};
  DataChecksum checksum;
  checksum.add(index);
  std::uint64_t summed = sizeof header + index.size();
  for (std::size_t k = 0; k < pieces_.size(); ++k) {
    checksum.add({kPadding, places[k] - summed});
    checksum.add(pieces_[k].first);
    checksum.add(pieces_[k].more);
    summed = places[k] + pieces_[k].length();
  }
  checksum.add({kPadding, at - summed});
  header.data_checksum = checksum.value();
  write_fully(descriptor, {reinterpret_cast<const char*>(&header), sizeof header}, path);
  write_fully(descriptor, index, path);
  std::uint64_t written = sizeof header + index.size();
  for (std::size_t k = 0; k < pieces_.size(); ++k) {
    write_fully(descriptor, {kPadding, places[k] - written}, path);
    write_fully(descriptor, pieces_[k].first, path);
    write_fully(descriptor, pieces_[k].more, path);
    written = places[k] + pieces_[k].length();
  }
  write_fully(descriptor, {kPadding, at - written}, path);
}

std::shared_ptr<const ColumnFile> ColumnWriter::write(const std::string& path, Sync sync) const {
  static std::atomic<unsigned> counter{0};
  remove_leftovers(path + ".new.");
  TemporaryFile file(path + ".new." + std::to_string(::getpid()) + "." + std::to_string(counter++));
  write_all(file.descriptor, file.path);
  if (sync == Sync::kYes && ::fdatasync(file.descriptor) != 0) fail(file.path, "sync");
  if (::rename(file.path.c_str(), path.c_str()) != 0) fail(path, "put in place");
  file.is_kept = true;
  struct stat status {};
  if (::fstat(file.descriptor, &status) == 0) note_written(path, status);
  // Another process may have put a newer one there meanwhile; ours is still open.
  std::string why_not;
  auto made = ColumnFile::adopt(::dup(file.descriptor), key_, why_not);
  if (!made) throw Error(Exit::kStore, "cannot use " + path + ": " + why_not);
  return made;
}

std::shared_ptr<const ColumnFile> ColumnWriter::write_to_memory() const {
  const int descriptor = ::memfd_create("playlist-columns", MFD_CLOEXEC);
  if (descriptor < 0) fail("memory", "create");
  try {
    write_all(descriptor, "memory");
  } catch (...) {
    ::close(descriptor);
    throw;
  }
  std::string why_not;
  auto made = ColumnFile::adopt(descriptor, key_, why_not);
  if (!made) throw Error(Exit::kStore, "cannot use columns in memory: " + why_not);
  return made;
}

}  // namespace engine
