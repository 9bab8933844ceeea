#include "plugin_check/guarded_memory.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <new>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

namespace engine {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr unsigned char kPattern = 0xc3;

std::size_t page_bytes() {
  static const auto bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

/// Every living block, for the signal handler, which must not allocate or lock: the check calls
/// plugins from one thread, and blocks come and go between the calls.
std::vector<const GuardedBlock*>& blocks() {
  static auto* living = new std::vector<const GuardedBlock*>;
  return *living;
}

std::function<void(std::string_view)>* tell_fault = nullptr;
struct sigaction former_action;

bool is_write_fault([[maybe_unused]] void* context) {
#if defined(__x86_64__)
  constexpr long long kWrite = 2;  // bit 1 of the page fault's error code
  return (static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_ERR] & kWrite) != 0;
#else
  return true;
#endif
}

void on_fault(int signal, siginfo_t* info, void* context) {
  const bool is_write = is_write_fault(context);
  for (const GuardedBlock* block : blocks()) {
    const std::string_view meaning = block->meaning(info->si_addr, is_write);
    if (meaning.empty()) continue;
    if (tell_fault != nullptr) (*tell_fault)(meaning);
    break;
  }
  sigaction(signal, &former_action, nullptr);  // the instruction faults again, and ends the process
}

}  // namespace

GuardedBlock::GuardedBlock(std::string name, std::size_t length)
    : name_(std::move(name)), length_(length) {
  before_ = " before the beginning of " + name_;
  behind_ = " behind the end of " + name_;
  inside_ = "it wrote into " + name_ + ", which it may only read";
  const std::size_t page = page_bytes();
  // Whole lines of 64 bytes, so that the block can end at the page's edge but for its last line.
  const std::size_t lines = (std::max<std::size_t>(length, 1) + kAlignment - 1) / kAlignment;
  pages_ = (lines * kAlignment + page - 1) / page * page;
  void* mapped = mmap(nullptr, pages_ + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  start_ = static_cast<unsigned char*>(mapped) + page;
  if (mprotect(start_, pages_, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
  data_ = start_ + pages_ - lines * kAlignment;
  std::fill(start_, data_, kPattern);
  std::fill(data_ + length_, start_ + pages_, kPattern);
  blocks().push_back(this);
}

GuardedBlock::~GuardedBlock() {
  std::erase(blocks(), this);
  munmap(start_ - page_bytes(), pages_ + 2 * page_bytes());
}

void GuardedBlock::read_only() {
  if (mprotect(start_, pages_, PROT_READ) != 0) throw std::bad_alloc();
  is_read_only_ = true;
}

std::string GuardedBlock::damage() const {
  const auto is_whole = [](unsigned char byte) { return byte == kPattern; };
  const unsigned char* const end = data_ + length_;
  const unsigned char* last = start_ + pages_;
  while (last > end && is_whole(last[-1])) --last;
  if (last > end) return "it wrote " + std::to_string(last - end) + " bytes" + behind_;
  const auto* first = std::find_if_not(start_, data_, is_whole);
  if (first != data_) return "it wrote " + std::to_string(data_ - first) + " bytes" + before_;
  return "";
}

std::string_view GuardedBlock::meaning(const void* address, bool is_write) const {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  const auto start = reinterpret_cast<std::uintptr_t>(start_);
  const std::size_t page = page_bytes();
  // The texts are joined here without an allocation: a fault may come anywhere, in malloc, too.
  static std::array<char, 200> text;
  const auto join = [&](std::string_view verb, std::string_view where) {
    std::size_t length = std::min(verb.size(), text.size());
    std::memcpy(text.data(), verb.data(), length);
    const std::size_t more = std::min(where.size(), text.size() - length);
    std::memcpy(text.data() + length, where.data(), more);
    return std::string_view(text.data(), length + more);
  };
  if (at >= start && at < start + pages_) {
    return is_write && is_read_only_ ? std::string_view(inside_) : std::string_view();
  }
  const std::string_view verb = is_write ? "it wrote" : "it read";
  if (at >= start + pages_ && at < start + pages_ + page) return join(verb, behind_);
  if (at >= start - page && at < start) return join(verb, before_);
  return "";
}

FaultReport::FaultReport(std::function<void(std::string_view)> tell) {
  tell_fault = new std::function<void(std::string_view)>(std::move(tell));
  struct sigaction action {};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
  sigaction(SIGSEGV, &action, &former_action);
}

FaultReport::~FaultReport() {
  sigaction(SIGSEGV, &former_action, nullptr);
  delete tell_fault;
  tell_fault = nullptr;
}

}  // namespace engine
