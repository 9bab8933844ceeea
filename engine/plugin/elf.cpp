#include "plugin/elf.hpp"

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <stdexcept>

namespace engine {
namespace {

#if defined(__x86_64__)
constexpr Elf64_Half kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half kMachine = EM_AARCH64;
#else
#error "name this machine's ELF number here"
#endif

struct Problem : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  ElfLibrary read() {
    check_header();
    read_segments();
    read_dynamic();
    ElfLibrary library;
    for (const std::uint64_t name : needed_) library.needed.emplace_back(string(name));
    read_symbols(library);
    std::sort(library.exported.begin(), library.exported.end());
    return library;
  }

 private:
  template <class T>
  [[nodiscard]] T at(std::uint64_t offset) const {
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) {
      throw Problem("damaged: its tables point outside the file");
    }
    T value;
    std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
  }

  void check_header() {
    if (bytes_.empty()) throw Problem("not a shared library: the file is empty");
    if (!bytes_.starts_with(std::string_view(ELFMAG, SELFMAG))) {
      throw Problem("not a shared library: the file does not start as one");
    }
    if (bytes_.size() < sizeof(Elf64_Ehdr)) throw truncated(sizeof(Elf64_Ehdr));
    header_ = at<Elf64_Ehdr>(0);
    if (header_.e_ident[EI_CLASS] != ELFCLASS64 || header_.e_ident[EI_DATA] != ELFDATA2LSB ||
        header_.e_machine != kMachine) {
      throw Problem("built for another kind of machine");
    }
    if (header_.e_type == ET_REL) throw Problem("an object file, not a shared library");
    if (header_.e_type != ET_DYN) throw Problem("a program, not a shared library");
    if (header_.e_phentsize != sizeof(Elf64_Phdr)) {
      throw Problem("damaged: unknown size of program headers");
    }
  }

  void read_segments() {
    const std::uint64_t table_end =
        header_.e_phoff + std::uint64_t{header_.e_phnum} * sizeof(Elf64_Phdr);
    if (table_end > bytes_.size()) throw truncated(table_end);
    std::uint64_t needed = 0;
    for (int i = 0; i < header_.e_phnum; ++i) {
      segments_.push_back(at<Elf64_Phdr>(header_.e_phoff + i * sizeof(Elf64_Phdr)));
      const Elf64_Phdr& segment = segments_.back();
      if (segment.p_type != PT_LOAD && segment.p_type != PT_DYNAMIC) continue;
      if (segment.p_offset > UINT64_MAX - segment.p_filesz) {
        throw Problem("damaged: its tables point outside the file");
      }
      needed = std::max(needed, segment.p_offset + segment.p_filesz);
    }
    if (needed > bytes_.size()) throw truncated(needed);
  }

  void read_dynamic() {
    for (const Elf64_Phdr& segment : segments_) {
      if (segment.p_type != PT_DYNAMIC) continue;
      for (std::uint64_t i = 0; i + sizeof(Elf64_Dyn) <= segment.p_filesz; i += sizeof(Elf64_Dyn)) {
        const auto entry = at<Elf64_Dyn>(segment.p_offset + i);
        if (entry.d_tag == DT_NULL) return;
        if (entry.d_tag == DT_STRTAB) strings_ = file_offset(entry.d_un.d_ptr);
        if (entry.d_tag == DT_SYMTAB) symbols_ = file_offset(entry.d_un.d_ptr);
        if (entry.d_tag == DT_HASH) hash_ = file_offset(entry.d_un.d_ptr);
        if (entry.d_tag == DT_GNU_HASH) gnu_hash_ = file_offset(entry.d_un.d_ptr);
        if (entry.d_tag == DT_NEEDED) needed_.push_back(entry.d_un.d_val);
      }
      return;
    }
    throw Problem("not a shared library: it has no dynamic section");
  }

  void read_symbols(ElfLibrary& library) const {
    if (symbols_ == 0 || strings_ == 0) return;
    const std::uint64_t count = symbol_count();
    for (std::uint64_t i = 1; i < count; ++i) {
      const auto symbol = at<Elf64_Sym>(symbols_ + i * sizeof(Elf64_Sym));
      if (symbol.st_shndx == SHN_UNDEF || ELF64_ST_BIND(symbol.st_info) == STB_LOCAL) continue;
      library.exported.emplace_back(string(symbol.st_name));
      if (library.exported.back() == "playlist_plugin_abi" &&
          ELF64_ST_TYPE(symbol.st_info) == STT_OBJECT) {
        library.abi = at<playlist_abi>(file_offset(symbol.st_value));
      }
    }
  }

  [[nodiscard]] std::uint64_t symbol_count() const {
    if (hash_ != 0) return at<std::uint32_t>(hash_ + 4);
    if (gnu_hash_ == 0) return 0;
    // GNU hash: header of 4 words, bloom filter, buckets, then chains ended by an odd hash.
    const auto bucket_count = at<std::uint32_t>(gnu_hash_);
    const auto first = at<std::uint32_t>(gnu_hash_ + 4);
    const auto bloom_words = at<std::uint32_t>(gnu_hash_ + 8);
    const std::uint64_t buckets = gnu_hash_ + 16 + std::uint64_t{bloom_words} * 8;
    const std::uint64_t chains = buckets + std::uint64_t{bucket_count} * 4;
    std::uint64_t last = 0;
    for (std::uint32_t i = 0; i < bucket_count; ++i) {
      last = std::max<std::uint64_t>(last, at<std::uint32_t>(buckets + std::uint64_t{i} * 4));
    }
    if (last < first) return first;
    while ((at<std::uint32_t>(chains + (last - first) * 4) & 1u) == 0) ++last;
    return last + 1;
  }

  /// Where the file holds what is mapped at `address`.
  [[nodiscard]] std::uint64_t file_offset(std::uint64_t address) const {
    for (const Elf64_Phdr& segment : segments_) {
      if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
          address - segment.p_vaddr < segment.p_filesz) {
        return address - segment.p_vaddr + segment.p_offset;
      }
    }
    throw Problem("damaged: its tables point outside the file");
  }

  [[nodiscard]] std::string_view string(std::uint64_t name) const {
    const std::uint64_t begin = strings_ + name;
    if (begin >= bytes_.size()) throw Problem("damaged: its tables point outside the file");
    return bytes_.substr(begin, bytes_.substr(begin).find('\0'));
  }

  [[nodiscard]] Problem truncated(std::uint64_t needed) const {
    return Problem("truncated: " + std::to_string(bytes_.size()) + " bytes on disk, " +
                   std::to_string(needed) + " needed");
  }

  std::string_view bytes_;
  Elf64_Ehdr header_{};
  std::vector<Elf64_Phdr> segments_;
  std::vector<std::uint64_t> needed_;
  std::uint64_t strings_ = 0, symbols_ = 0, hash_ = 0, gnu_hash_ = 0;
};

}  // namespace

bool ElfLibrary::exports(std::string_view name) const {
  return std::binary_search(exported.begin(), exported.end(), name);
}

ElfLibrary read_elf(std::string_view bytes) {
  try {
    return Reader(bytes).read();
  } catch (const Problem& problem) {
    ElfLibrary refused;
    refused.problem = problem.what();
    return refused;
  }
}

}  // namespace engine
