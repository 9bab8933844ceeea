#include "http/transfers.hpp"

#include <algorithm>
#include <cmath>
#define CURL_DISABLE_TYPECHECK  // its checks are macros that take the functions' names
#include <curl/curl.h>
#include <map>
#include <stdexcept>
#include <sys/epoll.h>

#include "core/ascii.hpp"
#include "shared/system_library.hpp"

namespace engine::http {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kLargestHead = 256 << 10;  // bytes of an answer's headers

struct Libcurl : shared::SystemLibrary {
  Libcurl() : SystemLibrary("libcurl.so.4") {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
      throw std::runtime_error("libcurl cannot be set up");
  }
  PLAYLIST_SYSTEM_FUNCTION(curl_global_init);
  PLAYLIST_SYSTEM_FUNCTION(curl_easy_cleanup);
  PLAYLIST_SYSTEM_FUNCTION(curl_easy_getinfo);
  PLAYLIST_SYSTEM_FUNCTION(curl_easy_init);
  PLAYLIST_SYSTEM_FUNCTION(curl_easy_setopt);
  PLAYLIST_SYSTEM_FUNCTION(curl_easy_strerror);
  PLAYLIST_SYSTEM_FUNCTION(curl_multi_add_handle);
  PLAYLIST_SYSTEM_FUNCTION(curl_multi_cleanup);
  PLAYLIST_SYSTEM_FUNCTION(curl_multi_info_read);
  PLAYLIST_SYSTEM_FUNCTION(curl_multi_init);
  PLAYLIST_SYSTEM_FUNCTION(curl_multi_remove_handle);
  PLAYLIST_SYSTEM_FUNCTION(curl_multi_setopt);
  PLAYLIST_SYSTEM_FUNCTION(curl_multi_socket_action);
  PLAYLIST_SYSTEM_FUNCTION(curl_slist_append);
  PLAYLIST_SYSTEM_FUNCTION(curl_slist_free_all);
};

const Libcurl& libcurl() {
  static const Libcurl kLibcurl;
  return kLibcurl;
}

struct FreeEasy {
  void operator()(CURL* easy) const { libcurl().curl_easy_cleanup(easy); }
};
struct FreeStrings {
  void operator()(curl_slist* list) const { libcurl().curl_slist_free_all(list); }
};

class Strings {
 public:
  void add(const std::string& text) {
    curl_slist* longer = libcurl().curl_slist_append(list_.get(), text.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    [[maybe_unused]] curl_slist* same = list_.release();
    list_.reset(longer);
  }
  [[nodiscard]] curl_slist* get() const { return list_.get(); }

 private:
  std::unique_ptr<curl_slist, FreeStrings> list_;
};

enum class Refusal { kNone, kLongBody, kLongHead, kMemory };

/// A transfer under way. libcurl points into it.
struct Transfer {
  std::uint64_t id = 0;
  std::unique_ptr<CURL, FreeEasy> easy;
  Strings headers, addresses;
  std::size_t largest = 0, head_size = 0;
  Answer answer;
  Refusal refusal = Refusal::kNone;
  char error[CURL_ERROR_SIZE] = "";
};

std::size_t take_body(const char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t length = size * count;
  if (length > transfer.largest - transfer.answer.body.size()) {
    transfer.refusal = Refusal::kLongBody;
    return 0;
  }
  try {
    transfer.answer.body.append(bytes, length);
  } catch (...) {  // must not pass through C
    transfer.refusal = Refusal::kMemory;
    return 0;
  }
  return length;
}

Header read_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  Header one;
  if (colon == std::string_view::npos || colon == 0) return one;
  for (const char c : line.substr(0, colon)) one.name += lower_case(c);
  const std::string_view value = line.substr(colon + 1);
  const std::size_t begin = value.find_first_not_of(" \t\r\n");
  if (begin != std::string_view::npos)
    one.value = value.substr(begin, value.find_last_not_of(" \t\r\n") - begin + 1);
  return one;
}

std::size_t take_head(const char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string_view line(bytes, size * count);
  transfer.head_size += line.size();
  if (transfer.head_size > kLargestHead) {
    transfer.refusal = Refusal::kLongHead;
    return 0;
  }
  try {
    if (line.starts_with("HTTP/")) {  // after an answer of the kind 1xx comes another
      transfer.answer.headers.clear();
    } else if (Header one = read_header(line); !one.name.empty()) {
      transfer.answer.headers.push_back(std::move(one));
    }
  } catch (...) {
    transfer.refusal = Refusal::kMemory;
    return 0;
  }
  return line.size();
}

template <class Value>
void set(Transfer& transfer, CURLoption option, Value value) {
  const CURLcode set = libcurl().curl_easy_setopt(transfer.easy.get(), option, value);
  if (set != CURLE_OK) {
    throw std::runtime_error("libcurl does not take option " + std::to_string(option) + ": " +
                             libcurl().curl_easy_strerror(set));
  }
}

void set_method(Transfer& transfer, const Attempt& attempt) {
  const bool may_have_body =
      attempt.method == "POST" || attempt.method == "PUT" || attempt.method == "PATCH";
  if (attempt.method == "HEAD") {
    set(transfer, CURLOPT_NOBODY, 1L);
  } else if (!attempt.body.empty() || may_have_body) {
    set(transfer, CURLOPT_POST, 1L);
    set(transfer, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(attempt.body.size()));
    set(transfer, CURLOPT_POSTFIELDS, attempt.body.empty() ? "" : attempt.body.data());
    set(transfer, CURLOPT_CUSTOMREQUEST, attempt.method.c_str());
  } else {
    set(transfer, CURLOPT_HTTPGET, 1L);
    if (attempt.method != "GET") set(transfer, CURLOPT_CUSTOMREQUEST, attempt.method.c_str());
  }
}

void set_headers(Transfer& transfer, const Attempt& attempt) {
  bool has_type = false;
  for (const Header& one : attempt.headers) {
    has_type |= equal_ignoring_case(one.name, "content-type");
    // "Name;" is libcurl's way of an empty value; "Name:" would leave the header out.
    transfer.headers.add(one.value.empty() ? one.name + ';' : one.name + ": " + one.value);
  }
  if (!has_type) transfer.headers.add("Content-Type:");  // libcurl's own guess is a form's
  transfer.headers.add("Expect:");  // some servers wait for a second round that a body is not worth
  set(transfer, CURLOPT_HTTPHEADER, transfer.headers.get());
}

/// "host:443:1.2.3.4,[::1]".
void set_addresses(Transfer& transfer, const Attempt& attempt) {
  if (attempt.addresses.empty()) return;
  std::string entry = attempt.host + ':' + std::to_string(attempt.port);
  char before = ':';
  for (const std::string& address : attempt.addresses) {
    const bool is_ipv6 = address.find(':') != std::string::npos;
    entry += before + (is_ipv6 ? '[' + address + ']' : address);
    before = ',';
  }
  transfer.addresses.add(entry);
  set(transfer, CURLOPT_RESOLVE, transfer.addresses.get());
}

void set_up(Transfer& transfer, const Attempt& attempt, const std::string& user_agent) {
  const auto milliseconds =
      static_cast<long>(std::ceil(std::min(attempt.timeout_seconds, 1e6) * 1000));
  set(transfer, CURLOPT_PRIVATE, static_cast<void*>(&transfer));
  set(transfer, CURLOPT_URL, attempt.url.c_str());
  set(transfer, CURLOPT_PROTOCOLS_STR, "http,https");
  set(transfer, CURLOPT_FOLLOWLOCATION, 0L);
  set(transfer, CURLOPT_PROXY, "");
  set(transfer, CURLOPT_SSL_VERIFYPEER, 1L);
  set(transfer, CURLOPT_SSL_VERIFYHOST, 2L);
  set(transfer, CURLOPT_NOSIGNAL, 1L);
  set(transfer, CURLOPT_TIMEOUT_MS, std::max(milliseconds, 1L));
  set(transfer, CURLOPT_CONNECTTIMEOUT_MS, std::max(milliseconds, 1L));
  set(transfer, CURLOPT_USERAGENT, user_agent.c_str());
  set(transfer, CURLOPT_ACCEPT_ENCODING, "gzip");
  set(transfer, CURLOPT_ERRORBUFFER, transfer.error);
  set(transfer, CURLOPT_WRITEFUNCTION, take_body);
  set(transfer, CURLOPT_WRITEDATA, &transfer);
  set(transfer, CURLOPT_HEADERFUNCTION, take_head);
  set(transfer, CURLOPT_HEADERDATA, &transfer);
  // libcurl asks again by itself where a connection that it kept turns out to be closed.
  if (!attempt.is_repeatable) set(transfer, CURLOPT_FRESH_CONNECT, 1L);
  set_method(transfer, attempt);
  set_headers(transfer, attempt);
  set_addresses(transfer, attempt);
}

std::string in_bytes(std::size_t bytes) {
  return bytes >= (1u << 20) && bytes % (1u << 20) == 0 ? std::to_string(bytes >> 20) + " MiB"
                                                        : std::to_string(bytes) + " bytes";
}

/// Behind "HOST ": "gave no whole answer in time".
std::string problem_of(const Transfer& transfer, CURLcode ended) {
  switch (transfer.refusal) {
    case Refusal::kLongBody:
      return "answers with more than " + in_bytes(transfer.largest);
    case Refusal::kLongHead:
      return "answers with headers of more than " + in_bytes(kLargestHead);
    case Refusal::kMemory:
      return "answers with more than there is memory for";
    case Refusal::kNone:
      break;
  }
  const std::string why = transfer.error[0] ? transfer.error : libcurl().curl_easy_strerror(ended);
  switch (ended) {
    case CURLE_OPERATION_TIMEDOUT:
      return "gave no whole answer in time";
    case CURLE_COULDNT_CONNECT:
      return "cannot be reached: " + why;
    case CURLE_PEER_FAILED_VERIFICATION:
      return "does not prove that it is this host: " + why;
    case CURLE_GOT_NOTHING:
      return "closed the connection without an answer";
    case CURLE_PARTIAL_FILE:
      return "broke off in the middle of its answer";
    default:
      return "gave no answer: " + why;
  }
}

bool may_go_well_again(CURLcode ended) {
  switch (ended) {
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_COULDNT_CONNECT:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return true;
    default:
      return false;
  }
}

/// What was sent packed has been unpacked: its length and encoding are not the body's.
void drop_encoding(std::vector<Header>& headers) {
  if (std::ranges::none_of(headers, [](const Header& h) { return h.name == "content-encoding"; }))
    return;
  std::erase_if(headers, [](const Header& one) {
    return one.name == "content-encoding" || one.name == "content-length";
  });
}

Outcome outcome_of(Transfer& transfer, CURLcode ended) {
  Outcome outcome;
  outcome.id = transfer.id;
  if (ended != CURLE_OK || transfer.refusal != Refusal::kNone) {
    outcome.answer.problem = problem_of(transfer, ended);
    outcome.is_broken = transfer.refusal == Refusal::kNone && may_go_well_again(ended);
    return outcome;
  }
  long status = 0;
  libcurl().curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
  outcome.answer = std::move(transfer.answer);
  outcome.answer.status = static_cast<int>(status);
  drop_encoding(outcome.answer.headers);
  return outcome;
}

}  // namespace

class Transfers::Multi {
 public:
  Multi(int epoll, std::uint64_t mark, std::string user_agent)
      : epoll_(epoll),
        mark_(mark),
        user_agent_(std::move(user_agent)),
        multi_(libcurl().curl_multi_init()) {
    if (multi_ == nullptr) throw std::runtime_error("libcurl cannot be set up");
    libcurl().curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Multi::watch);
    libcurl().curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    libcurl().curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Multi::set_timer);
    libcurl().curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  }
  ~Multi() {
    for (const auto& [id, transfer] : under_way_)
      libcurl().curl_multi_remove_handle(multi_, transfer->easy.get());
    under_way_.clear();
    if (multi_ != nullptr) libcurl().curl_multi_cleanup(multi_);
  }
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;

  void start(std::uint64_t id, const Attempt& attempt) {
    auto transfer = std::make_unique<Transfer>();
    transfer->id = id;
    transfer->largest = attempt.largest_answer;
    transfer->easy.reset(libcurl().curl_easy_init());
    if (!transfer->easy) throw std::runtime_error("libcurl cannot be set up");
    set_up(*transfer, attempt, user_agent_);
    if (libcurl().curl_multi_add_handle(multi_, transfer->easy.get()) != CURLM_OK)
      throw std::runtime_error("libcurl does not take another request");
    under_way_[id] = std::move(transfer);
  }

  void cancel(std::uint64_t id) {
    const auto found = under_way_.find(id);
    if (found == under_way_.end()) return;
    libcurl().curl_multi_remove_handle(multi_, found->second->easy.get());
    under_way_.erase(found);
  }

  void act(curl_socket_t socket, int what) {
    int running = 0;
    libcurl().curl_multi_socket_action(multi_, socket, what, &running);
  }

  std::vector<Outcome> take_outcomes() {
    std::vector<Outcome> outcomes;
    int left = 0;
    while (const CURLMsg* message = libcurl().curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode ended = message->data.result;  // gone with the handle
      char* user = nullptr;
      libcurl().curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &user);
      auto& transfer = *reinterpret_cast<Transfer*>(user);
      outcomes.push_back(outcome_of(transfer, ended));
      cancel(transfer.id);
    }
    return outcomes;
  }

  void forget_all() {
    for (auto& [id, transfer] : under_way_) {
      [[maybe_unused]] CURL* easy = transfer->easy.release();
      [[maybe_unused]] Transfer* theirs = transfer.release();
    }
    under_way_.clear();
    multi_ = nullptr;
  }

  std::optional<Steady::time_point> due;

 private:
  static int watch(CURL*, curl_socket_t socket, int what, void* user, void* known) {
    auto& self = *static_cast<Multi*>(user);
    if (what == CURL_POLL_REMOVE) {
      ::epoll_ctl(self.epoll_, EPOLL_CTL_DEL, socket, nullptr);
      return 0;
    }
    epoll_event event{};
    if (what & CURL_POLL_IN) event.events |= EPOLLIN;
    if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
    event.data.u64 = self.mark_ | static_cast<std::uint32_t>(socket);
    // A socket of the same number may have been watched, and closed without a word.
    if (::epoll_ctl(self.epoll_, EPOLL_CTL_MOD, socket, &event) != 0)
      ::epoll_ctl(self.epoll_, EPOLL_CTL_ADD, socket, &event);
    (void)known;
    return 0;
  }

  static int set_timer(CURLM*, long milliseconds, void* user) {
    auto& self = *static_cast<Multi*>(user);
    self.due.reset();
    if (milliseconds >= 0) self.due = Steady::now() + std::chrono::milliseconds(milliseconds);
    return 0;
  }

  int epoll_;
  std::uint64_t mark_;
  std::string user_agent_;
  CURLM* multi_;
  std::map<std::uint64_t, std::unique_ptr<Transfer>> under_way_;
};

Transfers::Transfers(int epoll, std::uint64_t mark, std::string user_agent)
    : multi_(std::make_unique<Multi>(epoll, mark, std::move(user_agent))) {}

Transfers::~Transfers() = default;

void Transfers::start(std::uint64_t id, const Attempt& attempt) {
  multi_->start(id, attempt);
}

void Transfers::cancel(std::uint64_t id) {
  multi_->cancel(id);
}

void Transfers::ready(int descriptor, std::uint32_t events) {
  int what = 0;
  if (events & EPOLLIN) what |= CURL_CSELECT_IN;
  if (events & EPOLLOUT) what |= CURL_CSELECT_OUT;
  if (events & (EPOLLERR | EPOLLHUP)) what |= CURL_CSELECT_ERR;
  multi_->act(descriptor, what);
}

void Transfers::tick() {
  if (!multi_->due || Steady::now() < *multi_->due) return;
  multi_->due.reset();
  multi_->act(CURL_SOCKET_TIMEOUT, 0);
}

std::optional<Steady::time_point> Transfers::due() const {
  return multi_->due;
}

std::vector<Outcome> Transfers::take_outcomes() {
  return multi_->take_outcomes();
}

void Transfers::forget_all() {
  multi_->forget_all();
}

}  // namespace engine::http
