#include "data/column_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/column_types.hpp"
#include "data/column_check.hpp"
#include "data/column_layout.hpp"

namespace engine {

// Walks the directory; everything that points into the file is checked against its length.
class DirectoryReader {
 public:
  DirectoryReader(ColumnFile& file, std::string_view directory) : file_(file), rest_(directory) {}

  void read() {
    file_.key_ = text();
    read_dicts();
    read_tables();
    read_lists();
    read_matrices();
  }

 private:
  std::uint64_t number() {
    std::uint64_t value = 0;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string text() {
    const std::uint64_t length = number();
    return std::string(take(length));
  }
  std::string_view take(std::uint64_t length) {
    if (length > rest_.size()) throw std::runtime_error("its directory is cut short");
    const std::string_view taken = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return taken;
  }
  // The bytes of `count` items of `item` bytes at the place that comes next.
  const std::byte* data(std::uint64_t count, std::uint64_t item) {
    const std::uint64_t place = number();
    if (place % kColumnAlignment != 0 || place > file_.length_ ||
        (item != 0 && count > (file_.length_ - place) / item))
      throw std::runtime_error("its directory points outside of it");
    return file_.bytes_ + place;
  }

  void read_dicts() {
    for (std::uint64_t left = number(); left > 0; --left) {
      const std::uint64_t count = number();
      const auto* bytes = reinterpret_cast<const char*>(data(0, 1));
      const auto* offsets = reinterpret_cast<const std::uint64_t*>(data(count + 1, 8));
      const auto room = static_cast<std::uint64_t>(reinterpret_cast<const char*>(file_.bytes_) +
                                                   file_.length_ - bytes);
      if (offsets[count] > room) throw std::runtime_error("a dictionary reaches outside of it");
      file_.dicts_.push_back(
          {sizeof(playlist_dict), static_cast<std::uint32_t>(count), bytes, offsets});
    }
  }

  void read_tables() {
    for (std::uint64_t left = number(); left > 0; --left) {
      std::string name = text();
      const std::uint64_t rows = number();
      auto& columns = file_.column_lists_.emplace_back();
      for (std::uint64_t more = number(); more > 0; --more) columns.push_back(read_column(rows));
      file_.tables_[std::move(name)] = {sizeof(playlist_table),
                                        static_cast<std::uint32_t>(columns.size()),
                                        static_cast<std::int64_t>(rows), columns.data()};
    }
  }

  const playlist_column* read_column(std::uint64_t rows) {
    const std::string& name = file_.names_.emplace_back(text());
    const auto type = static_cast<std::uint32_t>(number());
    const std::size_t item = item_length(type);
    if (item == 0) throw std::runtime_error("column " + name + " has an unknown type");
    // Column data is writable only when handed over as output, which these never are.
    auto* bytes = const_cast<std::byte*>(data(rows, item));
    const std::uint64_t dict = number();
    if (dict > file_.dicts_.size())
      throw std::runtime_error("column " + name + " has no dictionary");
    file_.columns_.push_back({sizeof(playlist_column), type, name.c_str(), bytes,
                              dict == 0 ? nullptr : &file_.dicts_[dict - 1]});
    return &file_.columns_.back();
  }

  void read_lists() {
    for (std::uint64_t left = number(); left > 0; --left) {
      std::string name = text();
      const std::uint64_t rows = number(), value_count = number();
      const auto* offsets = reinterpret_cast<const std::uint64_t*>(data(rows + 1, 8));
      const auto* values = reinterpret_cast<const std::int32_t*>(data(value_count, 4));
      const bool has_weights = peek() != 0;
      const auto* weights = reinterpret_cast<const float*>(data(has_weights ? value_count : 0, 4));
      if (offsets[rows] != value_count)
        throw std::runtime_error("lists " + name + " do not add up");
      file_.lists_[std::move(name)] = {
          sizeof(playlist_lists),         0, static_cast<std::int64_t>(rows), offsets, values,
          has_weights ? weights : nullptr};
    }
  }

  [[nodiscard]] std::uint64_t peek() const {
    DirectoryReader ahead(file_, rest_);
    return ahead.number();
  }

  void read_matrices() {
    for (std::uint64_t left = number(); left > 0; --left) {
      std::string name = text();
      const std::uint64_t rows = number(), columns = number();
      const auto* values = reinterpret_cast<const float*>(data(rows, columns * 4));
      file_.matrices_[std::move(name)] = {sizeof(playlist_matrix),
                                          static_cast<std::uint32_t>(columns),
                                          static_cast<std::int64_t>(rows), values};
    }
  }

  ColumnFile& file_;
  std::string_view rest_;
};

namespace {

ColumnFile::Accepts only(std::string_view wanted) {
  return [wanted](std::string_view key) { return key == wanted; };
}

}  // namespace

std::shared_ptr<const ColumnFile> ColumnFile::open(const std::string& path, std::string_view key,
                                                   std::string& why_not) {
  return open(path, only(key), why_not);
}

std::shared_ptr<const ColumnFile> ColumnFile::open(const std::string& path, const Accepts& accepts,
                                                   std::string& why_not) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    why_not = errno == ENOENT ? "there is none yet" : std::strerror(errno);
    return nullptr;
  }
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) status = {};
  auto file = map(descriptor, accepts, why_not);
  if (!file || is_known_sound(path, status)) return file;
  if (!has_sound_data({reinterpret_cast<const char*>(file->bytes_), file->length_})) {
    why_not = "the checksum of its data is wrong";
    return nullptr;
  }
  note_sound(path, status);
  return file;
}

std::shared_ptr<const ColumnFile> ColumnFile::adopt(int descriptor, std::string_view key,
                                                    std::string& why_not) {
  return map(descriptor, only(key), why_not);
}

std::shared_ptr<ColumnFile> ColumnFile::map(int descriptor, const Accepts& accepts,
                                            std::string& why_not) {
  std::shared_ptr<ColumnFile> file(new ColumnFile);
  struct stat status {};
  const bool has_length = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
                          status.st_size >= static_cast<off_t>(sizeof(ColumnHeader));
  if (has_length) {
    file->length_ = static_cast<std::size_t>(status.st_size);
    void* bytes = ::mmap(nullptr, file->length_, PROT_READ, MAP_SHARED, descriptor, 0);
    if (bytes != MAP_FAILED) file->bytes_ = static_cast<const std::byte*>(bytes);
  }
  why_not = !has_length               ? "it is shorter than a header"
            : file->bytes_ == nullptr ? std::strerror(errno)
                                      : file->read(accepts);
  ::close(descriptor);
  return why_not.empty() ? file : nullptr;
}

std::string ColumnFile::read(const Accepts& accepts) {
  ColumnHeader header{};
  std::memcpy(&header, bytes_, sizeof header);
  if (std::memcmp(header.magic, kColumnMagic, sizeof kColumnMagic) != 0)
    return "it is not a column file";
  if (header.format != kColumnFormat)
    return "it has format " + std::to_string(header.format) + ", this engine writes format " +
           std::to_string(kColumnFormat);
  if (header.length != length_)
    return "it has " + std::to_string(length_) + " bytes where its header says " +
           std::to_string(header.length);
  if (header.directory > length_ || header.directory_length > length_ - header.directory)
    return "its directory lies outside of it";
  const std::string_view directory(reinterpret_cast<const char*>(bytes_) + header.directory,
                                   header.directory_length);
  if (fnv1a(directory) != header.checksum) return "the checksum of its directory is wrong";
  try {
    DirectoryReader(*this, directory).read();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  if (!accepts(key_)) return "it was made from \"" + key_ + "\"";
  return "";
}

ColumnFile::~ColumnFile() {
  if (bytes_ != nullptr) ::munmap(const_cast<std::byte*>(bytes_), length_);
}

const playlist_table* ColumnFile::table(std::string_view name) const {
  const auto found = tables_.find(name);
  return found == tables_.end() ? nullptr : &found->second;
}

const playlist_lists* ColumnFile::lists(std::string_view name) const {
  const auto found = lists_.find(name);
  return found == lists_.end() ? nullptr : &found->second;
}

const playlist_matrix* ColumnFile::matrix(std::string_view name) const {
  const auto found = matrices_.find(name);
  return found == matrices_.end() ? nullptr : &found->second;
}

std::vector<std::string> ColumnFile::matrix_names() const {
  std::vector<std::string> names;
  for (const auto& [name, matrix] : matrices_) names.push_back(name);
  return names;
}

}  // namespace engine
