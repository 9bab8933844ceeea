#include "http/client.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cmath>
#include <ctime>
#include <deque>
#include <map>
#include <optional>
#include <poll.h>
#include <random>
#include <set>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "core/calendar.hpp"
#include "http/answer_cache.hpp"
#include "http/host_lookup.hpp"
#include "http/rate.hpp"
#include "http/request_rules.hpp"
#include "http/retry_after.hpp"
#include "http/transfers.hpp"

namespace engine::http {
namespace {

using Now = std::chrono::steady_clock;
using Moment = Now::time_point;

constexpr int kMostAtOnce = 8;     // requests to one server
constexpr int kMostRedirects = 5;  // of one request
// What an event of epoll is about, beside the descriptor.
constexpr std::uint64_t kTimer = std::uint64_t{1} << 32, kSocket = std::uint64_t{2} << 32,
                        kLookup = std::uint64_t{3} << 32;

Moment in_seconds(double seconds) {
  return Now::now() + std::chrono::duration_cast<Now::duration>(
                          std::chrono::duration<double>(std::clamp(seconds, 0.0, 1e8)));
}

double seconds_until(Moment moment) {
  return std::chrono::duration<double>(moment - Now::now()).count();
}

double unix_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::function<double()> random_jitter() {
  return [generator = std::minstd_rand(std::random_device()())]() mutable {
    return std::uniform_real_distribution<double>(0, 1)(generator);
  };
}

/// Where another attempt of what is repeatable may go better.
bool is_servers_trouble(int status) {
  return status == 408 || (status >= 500 && status != 501 && status != 505);
}

/// What some services say of another attempt themselves: x-should-retry.
bool is_said(const Answer& answer, std::string_view should_retry) {
  const std::string* said = header(answer, "x-should-retry");
  return said != nullptr && *said == should_retry;
}

/// 0 where it does not say.
double seconds_asked_for(const Answer& answer, double now) {
  if (const std::string* text = header(answer, "retry-after-ms"))
    if (const auto milliseconds = retry_after_seconds(*text, now)) return *milliseconds / 1000;
  const std::string* text = header(answer, "retry-after");
  if (text == nullptr) text = header(answer, "x-ratelimit-reset-in");
  return text == nullptr ? 0 : retry_after_seconds(*text, now).value_or(0);
}

enum class State { kWaiting, kResting, kLookingUp, kSending, kDone };

/// A request from start() until its Done is called.
struct Exchange {
  std::uint64_t id = 0;
  Service service;
  Request request;
  Client::Done done;
  Secrets secrets;
  State state = State::kWaiting;
  Address address;        // where the next attempt goes
  std::string method;     // of the next attempt
  bool has_body = false;  // likewise
  bool is_elsewhere =
      false;         // it has left the service's own host, and gets no credentials any more
  int attempts = 0;  // that have begun, redirects not counted
  int redirects = 0;
  Moment due;            // kResting: when it waits again; kLookingUp, kSending: when it is over
  std::string question;  // of the cache; "": it is not used
  Answer answer;         // kDone

  Exchange(std::uint64_t id, const Service& service, Request request, Client::Done done)
      : id(id),
        service(service),
        request(std::move(request)),
        done(std::move(done)),
        secrets(this->service) {}
};

/// What requests to a server have in common, whichever account asks.
struct Lane {
  std::deque<std::uint64_t> waiting;
  int at_once = 0;
  std::optional<Moment> due;  // when the first may have its turn
  Rate rate;

  Lane(const std::string& folder, const std::string& server) : rate(folder, server) {}
};

}  // namespace

class Client::Exchanges {
 public:
  explicit Exchanges(Options options);
  ~Exchanges();

  std::uint64_t start(const Service& service, Request request, Done done);
  void cancel(std::uint64_t id);
  void look();
  [[nodiscard]] int descriptor() const { return epoll_; }
  [[nodiscard]] std::optional<Moment> due() const;
  [[nodiscard]] std::size_t count() const { return all_.size(); }

 private:
  void begin(Exchange& exchange);
  bool is_answered_from_cache(Exchange& exchange);
  void wait_in_lane(Exchange& exchange, bool is_first);
  void leave_lane(Exchange& exchange);
  void take_turns(Lane& lane);
  void launch(Exchange& exchange);
  void go_on_looking_up(Exchange& exchange);
  void send(Exchange& exchange, const std::vector<std::string>& addresses);
  void take(Outcome outcome);
  bool follow(Exchange& exchange, const Answer& answer);
  void judge(Exchange& exchange, Answer answer, bool is_broken);
  void obey_what_is_left(const Exchange& exchange, const Answer& answer);
  void leave_alone(Exchange& exchange, Answer answer);
  void rest(Exchange& exchange, double seconds);
  void finish(Exchange& exchange, Answer answer);
  void fail(Exchange& exchange, const std::string& problem);
  void read_events();
  void look_at_clocks();
  void call_done();
  void arm_timer();
  void set_state(Exchange& exchange, State state);
  Lane& lane_of(const Exchange& exchange);
  [[nodiscard]] bool has_attempts_left(const Exchange& exchange) const;

  Options options_;
  pid_t process_;
  int epoll_ = -1, timer_ = -1;
  std::uint64_t last_id_ = 0;
  AnswerCache cache_;
  std::map<std::uint64_t, std::unique_ptr<Exchange>> all_;
  std::map<std::string, std::unique_ptr<Lane>> lanes_;  // by the server's origin
  std::set<std::uint64_t> clocked_;                     // those that rest or are looked up
  std::deque<std::uint64_t> done_;
  std::unique_ptr<HostLookup> lookup_;
  std::unique_ptr<Transfers> transfers_;  // once something is asked over the network
};

Client::Exchanges::Exchanges(Options options)
    : options_(std::move(options)),
      process_(::getpid()),
      cache_(options_.folder, options_.largest_cache) {
  if (options_.user_agent.empty()) options_.user_agent = "playlist-engine/" PLAYLIST_ENGINE_VERSION;
  if (!options_.contact.empty()) options_.user_agent += " ( " + options_.contact + " )";
  if (!options_.clock) options_.clock = unix_seconds;
  if (!options_.jitter) options_.jitter = random_jitter();
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  timer_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kTimer | static_cast<std::uint32_t>(timer_);
  if (epoll_ < 0 || timer_ < 0 || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, timer_, &event) != 0)
    throw std::runtime_error("the system has no descriptors left for requests over HTTP");
  lookup_ = std::make_unique<HostLookup>(epoll_, kLookup, options_.lookup);
}

Client::Exchanges::~Exchanges() {
  if (::getpid() != process_) {
    lookup_->forget_all();
    if (transfers_) transfers_->forget_all();
  }
  transfers_.reset();
  lookup_.reset();
  ::close(timer_);
  ::close(epoll_);
}

// ---- from start() to the lane ----

std::uint64_t Client::Exchanges::start(const Service& service, Request request, Done done) {
  if (::getpid() != process_)
    throw std::logic_error("an HTTP client is used in a process forked from its own");
  auto exchange =
      std::make_unique<Exchange>(++last_id_, service, std::move(request), std::move(done));
  Exchange& it = *exchange;
  all_[it.id] = std::move(exchange);
  begin(it);
  arm_timer();
  return it.id;
}

void Client::Exchanges::begin(Exchange& exchange) {
  try {
    check_request(exchange.request);
    exchange.address = allowed_address(exchange.service, exchange.request, exchange.secrets);
    exchange.is_elsewhere =
        !exchange.address.is_same_origin(parse_service_address(exchange.service.address));
    check_headers(exchange.service.credentials);
    exchange.method = exchange.request.method;
    exchange.has_body = !exchange.request.body.empty();
    if (exchange.method == "GET" && exchange.request.cache_seconds > 0)
      exchange.question = cache_question(exchange.service, exchange.request, exchange.secrets);
  } catch (const std::invalid_argument& error) {
    return fail(exchange, error.what());
  }
  if (is_answered_from_cache(exchange)) return;
  if (options_.is_offline) {
    Answer answer;
    answer.problem = "offline: " + exchange.service.name + " is not asked";
    if (!exchange.question.empty()) answer.problem += ", and this answer is not kept";
    return finish(exchange, std::move(answer));
  }
  wait_in_lane(exchange, /*is_first=*/false);
}

bool Client::Exchanges::is_answered_from_cache(Exchange& exchange) {
  if (exchange.question.empty()) return false;
  auto kept = cache_.find(exchange.question);
  if (!kept) return false;
  const auto now = static_cast<std::int64_t>(options_.clock());
  const std::int64_t age = now - kept->came_at;
  // One from the future came before the clock was put back; nobody knows how old it is.
  if (!options_.is_offline && (age < 0 || age >= exchange.request.cache_seconds)) return false;
  if (kept->answer.body.size() > exchange.service.largest_answer) return false;
  kept->answer.age_seconds = std::max<std::int64_t>(age, 0);
  exchange.question.clear();  // it is kept already, and gets no younger
  finish(exchange, std::move(kept->answer));
  return true;
}

Lane& Client::Exchanges::lane_of(const Exchange& exchange) {
  const std::string server = exchange.address.origin();
  auto& lane = lanes_[server];
  if (!lane) lane = std::make_unique<Lane>(options_.folder, server);
  return *lane;
}

void Client::Exchanges::set_state(Exchange& exchange, State state) {
  exchange.state = state;
  if (state == State::kResting || state == State::kLookingUp) {
    clocked_.insert(exchange.id);
  } else {
    clocked_.erase(exchange.id);
  }
}

void Client::Exchanges::wait_in_lane(Exchange& exchange, bool is_first) {
  set_state(exchange, State::kWaiting);
  Lane& lane = lane_of(exchange);
  if (is_first) {
    lane.waiting.push_front(exchange.id);
  } else {
    lane.waiting.push_back(exchange.id);
  }
  if (lane.waiting.front() == exchange.id) lane.due = Now::now();
}

/// One that was under way no longer counts among those at once.
void Client::Exchanges::leave_lane(Exchange& exchange) {
  if (exchange.state != State::kLookingUp && exchange.state != State::kSending) return;
  Lane& lane = lane_of(exchange);
  --lane.at_once;
  if (!lane.waiting.empty() && !lane.due) lane.due = Now::now();
}

// ---- from the lane to the network ----

void Client::Exchanges::take_turns(Lane& lane) {
  lane.due.reset();
  while (!lane.waiting.empty() && lane.at_once < kMostAtOnce) {
    Exchange& first = *all_.at(lane.waiting.front());
    const double now = options_.clock();
    const Rate::Turn turn =
        lane.rate.take(now, first.service.requests_per_second, first.service.burst);
    if (turn.is_left_alone && turn.wait_seconds > first.service.longest_wait_seconds) {
      lane.waiting.pop_front();
      Answer answer;
      answer.retry_at = static_cast<std::int64_t>(std::ceil(now + turn.wait_seconds));
      answer.problem = first.service.name + " wants to be left alone until " +
                       format_time(answer.retry_at) + ": try again after that";
      finish(first, std::move(answer));
      continue;
    }
    if (!turn.is_given) {
      lane.due = in_seconds(turn.wait_seconds);
      return;
    }
    lane.waiting.pop_front();
    ++lane.at_once;
    launch(first);
  }
}

void Client::Exchanges::launch(Exchange& exchange) {
  const double seconds = exchange.request.timeout_seconds > 0 ? exchange.request.timeout_seconds
                                                              : exchange.service.timeout_seconds;
  exchange.due = in_seconds(seconds);
  set_state(exchange, State::kLookingUp);
  try {
    if (!transfers_) transfers_ = std::make_unique<Transfers>(epoll_, kSocket, options_.user_agent);
  } catch (const std::runtime_error& error) {
    return fail(exchange, error.what());
  }
  go_on_looking_up(exchange);
}

void Client::Exchanges::go_on_looking_up(Exchange& exchange) {
  if (is_numeric_or_local(exchange.address.host)) return send(exchange, {});
  const HostAddresses* found = lookup_->find(exchange.address.host);
  if (found == nullptr) return;
  if (!found->addresses.empty()) return send(exchange, found->addresses);
  Answer answer;
  answer.problem = exchange.service.name + ": the address of " + exchange.address.host +
                   " is not known: " + found->problem;
  judge(exchange, std::move(answer), /*is_broken=*/true);
}

void Client::Exchanges::send(Exchange& exchange, const std::vector<std::string>& addresses) {
  Attempt attempt;
  attempt.url = exchange.address.text();
  attempt.method = exchange.method;
  attempt.host = exchange.address.host;
  attempt.port = exchange.address.port;
  attempt.addresses = addresses;
  attempt.headers = headers_to_send(exchange.service, exchange.request, exchange.is_elsewhere,
                                    exchange.has_body, exchange.secrets);
  if (exchange.has_body) attempt.body = exchange.request.body;
  attempt.timeout_seconds = std::max(seconds_until(exchange.due), 0.001);
  attempt.largest_answer = exchange.service.largest_answer;
  attempt.is_repeatable = is_repeatable(exchange.request);
  set_state(exchange, State::kSending);
  try {
    transfers_->start(exchange.id, attempt);
  } catch (const std::runtime_error& error) {
    fail(exchange, error.what());
  }
}

// ---- what has come back ----

void Client::Exchanges::take(Outcome outcome) {
  const auto found = all_.find(outcome.id);
  if (found == all_.end()) return;
  Exchange& exchange = *found->second;
  if (outcome.answer.status == 0)
    outcome.answer.problem =
        exchange.service.name + ": " + exchange.address.origin() + " " + outcome.answer.problem;
  if (outcome.answer.status != 0 && follow(exchange, outcome.answer)) return;
  judge(exchange, std::move(outcome.answer), outcome.is_broken);
}

/// True when the answer was a redirect, which is followed or refused now.
bool Client::Exchanges::follow(Exchange& exchange, const Answer& answer) {
  try {
    const auto redirect = redirect_of(exchange.service, exchange.request, exchange.method,
                                      exchange.address, answer, exchange.secrets);
    if (!redirect) return false;
    if (++exchange.redirects > kMostRedirects)
      throw std::invalid_argument("it leads on more than " + std::to_string(kMostRedirects) +
                                  " times");
    leave_lane(exchange);
    exchange.address = redirect->address;
    exchange.method = redirect->method;
    exchange.has_body = exchange.has_body && redirect->keeps_body;
    exchange.is_elsewhere =
        exchange.is_elsewhere ||
        !exchange.address.is_same_origin(parse_service_address(exchange.service.address));
    wait_in_lane(exchange, /*is_first=*/true);
  } catch (const std::invalid_argument& error) {
    fail(exchange, error.what());
  }
  return true;
}

bool Client::Exchanges::has_attempts_left(const Exchange& exchange) const {
  return exchange.attempts < exchange.service.attempts;
}

/// An answer, or none: is it the last word?
void Client::Exchanges::judge(Exchange& exchange, Answer answer, bool is_broken) {
  ++exchange.attempts;
  obey_what_is_left(exchange, answer);
  const bool has_time = header(answer, "retry-after") != nullptr;
  if (answer.status == 429 || (answer.status == 503 && has_time))
    return leave_alone(exchange, std::move(answer));
  const bool may_pass = is_broken || is_said(answer, "true") ||
                        (is_servers_trouble(answer.status) && !is_said(answer, "false"));
  const bool is_again = may_pass && is_repeatable(exchange.request) && has_attempts_left(exchange);
  if (!is_again) return finish(exchange, std::move(answer));
  rest(exchange, backoff_seconds(exchange.attempts, options_.first_backoff_seconds,
                                 exchange.service.longest_wait_seconds, options_.jitter()));
}

/// A service that tells that nothing is left of what may be asked is not asked before there is.
void Client::Exchanges::obey_what_is_left(const Exchange& exchange, const Answer& answer) {
  const std::string* left = header(answer, "x-ratelimit-remaining");
  const std::string* reset = header(answer, "x-ratelimit-reset-in");
  if (left == nullptr || reset == nullptr || *left != "0") return;
  const double now = options_.clock();
  if (const auto seconds = retry_after_seconds(*reset, now))
    lane_of(exchange).rate.leave_alone_until(now + *seconds, now);
}

/// The service wants nobody to ask for a while.
void Client::Exchanges::leave_alone(Exchange& exchange, Answer answer) {
  const double now = options_.clock();
  const double asked = seconds_asked_for(answer, now);
  const double wait =
      asked > 0 ? asked
                : backoff_seconds(exchange.attempts, options_.first_backoff_seconds,
                                  exchange.service.longest_wait_seconds, options_.jitter());
  Lane& lane = lane_of(exchange);
  lane.rate.leave_alone_until(now + wait, now);
  const bool is_too_long = wait > exchange.service.longest_wait_seconds;
  // A 429 has done nothing; a 503 may have.
  const bool may_repeat =
      (answer.status == 429 || is_repeatable(exchange.request)) && !is_said(answer, "false");
  if (!is_too_long && may_repeat && has_attempts_left(exchange)) {
    leave_lane(exchange);
    return wait_in_lane(exchange, /*is_first=*/true);
  }
  answer.retry_at = static_cast<std::int64_t>(std::ceil(now + wait));
  if (is_too_long)
    answer.problem = exchange.service.name + " wants to be left alone until " +
                     format_time(answer.retry_at) + ": try again after that";
  finish(exchange, std::move(answer));
}

void Client::Exchanges::rest(Exchange& exchange, double seconds) {
  leave_lane(exchange);
  set_state(exchange, State::kResting);
  exchange.due = in_seconds(seconds);
}

void Client::Exchanges::finish(Exchange& exchange, Answer answer) {
  leave_lane(exchange);
  set_state(exchange, State::kDone);
  answer.problem = exchange.secrets.scrubbed(answer.problem);
  if (answer.status == 200 && !exchange.question.empty())
    if (const auto kept = answer_to_keep(answer, exchange.secrets))
      cache_.keep(exchange.question, *kept, static_cast<std::int64_t>(options_.clock()));
  exchange.answer = std::move(answer);
  done_.push_back(exchange.id);
}

void Client::Exchanges::fail(Exchange& exchange, const std::string& problem) {
  Answer answer;
  answer.problem = exchange.service.name + ": " + problem;
  finish(exchange, std::move(answer));
}

void Client::Exchanges::cancel(std::uint64_t id) {
  const auto found = all_.find(id);
  if (found == all_.end()) return;
  Exchange& exchange = *found->second;
  leave_lane(exchange);
  if (exchange.state == State::kSending) transfers_->cancel(id);
  if (exchange.state == State::kWaiting) std::erase(lane_of(exchange).waiting, id);
  if (exchange.state == State::kDone) std::erase(done_, id);
  clocked_.erase(id);
  all_.erase(found);
  arm_timer();
}

// ---- the loop ----

void Client::Exchanges::look() {
  read_events();
  if (transfers_) {
    transfers_->tick();
    for (Outcome& outcome : transfers_->take_outcomes()) take(std::move(outcome));
  }
  look_at_clocks();
  for (const auto& [name, lane] : lanes_)
    if (lane->due && *lane->due <= Now::now()) take_turns(*lane);
  arm_timer();
  call_done();
  arm_timer();
}

void Client::Exchanges::read_events() {
  std::array<epoll_event, 64> events;
  const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < count; ++i) {
    const std::uint64_t what = events[i].data.u64 & ~std::uint64_t{UINT32_MAX};
    const int descriptor = static_cast<int>(events[i].data.u64 & UINT32_MAX);
    if (what == kTimer) {
      std::uint64_t times = 0;
      [[maybe_unused]] const ssize_t only_clears_it = ::read(timer_, &times, sizeof times);
    } else if (what == kLookup) {
      lookup_->read(descriptor);
    } else if (transfers_) {
      transfers_->ready(descriptor, events[i].events);
    }
  }
}

void Client::Exchanges::look_at_clocks() {
  const std::vector<std::uint64_t> now_clocked(clocked_.begin(), clocked_.end());
  for (const std::uint64_t id : now_clocked) {
    Exchange& exchange = *all_.at(id);
    if (exchange.state == State::kLookingUp) go_on_looking_up(exchange);
    if (exchange.due > Now::now()) continue;
    if (exchange.state == State::kResting) wait_in_lane(exchange, /*is_first=*/true);
    if (exchange.state != State::kLookingUp) continue;
    Answer answer;
    answer.problem = exchange.service.name + ": the address of " + exchange.address.host +
                     " was not found in time";
    judge(exchange, std::move(answer), /*is_broken=*/true);
  }
}

/// Those that are done now; what a Done adds is the next look's.
void Client::Exchanges::call_done() {
  for (std::size_t left = done_.size(); left > 0 && !done_.empty(); --left) {
    const auto found = all_.find(done_.front());
    done_.pop_front();
    const std::unique_ptr<Exchange> exchange = std::move(found->second);
    all_.erase(found);
    exchange->done(std::move(exchange->answer));
  }
}

std::optional<Moment> Client::Exchanges::due() const {
  if (!done_.empty()) return Now::now();
  std::optional<Moment> first;
  const auto consider = [&](Moment moment) { first = first ? std::min(*first, moment) : moment; };
  if (transfers_ && transfers_->due()) consider(*transfers_->due());
  for (const auto& [name, lane] : lanes_)
    if (lane->due) consider(*lane->due);
  for (const std::uint64_t id : clocked_) consider(all_.at(id)->due);
  return first;
}

void Client::Exchanges::arm_timer() {
  itimerspec when{};
  if (const auto next = due()) {
    const auto left = std::max<std::int64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(*next - Now::now()).count(), 1);
    when.it_value.tv_sec = left / 1'000'000'000;
    when.it_value.tv_nsec = left % 1'000'000'000;
  }
  ::timerfd_settime(timer_, 0, &when, nullptr);
}

// ---- the door ----

Client::Client(Options options) : exchanges_(std::make_unique<Exchanges>(std::move(options))) {}

Client::~Client() = default;

std::uint64_t Client::start(const Service& service, Request request, Done done) {
  return exchanges_->start(service, std::move(request), std::move(done));
}

void Client::cancel(std::uint64_t id) {
  exchanges_->cancel(id);
}

std::size_t Client::under_way() const {
  return exchanges_->count();
}

int Client::descriptor() const {
  return exchanges_->descriptor();
}

int Client::milliseconds_to_next_look() const {
  const auto due = exchanges_->due();
  if (!due) return -1;
  return static_cast<int>(std::clamp(std::ceil(seconds_until(*due) * 1000), 0.0, double{INT_MAX}));
}

void Client::look() {
  exchanges_->look();
}

Answer Client::ask(const Service& service, Request request) {
  std::optional<Answer> answer;
  struct Cancelled {  // where a Done of another request throws
    Client& client;
    std::uint64_t id;
    ~Cancelled() { client.cancel(id); }
  } const guard{*this,
                start(service, std::move(request), [&](Answer it) { answer = std::move(it); })};
  while (!answer) {
    pollfd waiting{descriptor(), POLLIN, 0};
    ::poll(&waiting, 1, milliseconds_to_next_look());
    look();
  }
  return std::move(*answer);
}

}  // namespace engine::http
