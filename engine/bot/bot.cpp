#include "bot/bot.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <ctime>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <poll.h>
#include <set>
#include <sys/signalfd.h>
#include <unistd.h>

#include "accounts/accounts.hpp"
#include "bot/options.hpp"
#include "bot/reply.hpp"
#include "bot/request.hpp"
#include "bot/state.hpp"
#include "bot/telegram.hpp"
#include "bot/turn.hpp"
#include "core/counted.hpp"
#include "core/file_lock.hpp"
#include "core/json_text.hpp"
#include "core/shown_text.hpp"
#include "http/client.hpp"
#include "store/users.hpp"

namespace engine::bot {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostWaiting = 10;  // requests of one chat, after which the oldest go
constexpr std::size_t kMostForeign = 20;  // users that are told of by their number
constexpr int kMostConflicts = 5;         // in a row
constexpr double kBetweenMessages = 1;    // seconds, in one chat
constexpr double kLongestBackoff = 60;    // seconds
constexpr const char* kNotModified = "message is not modified";

/// The signals that end a program, as something that can be polled.
class EndSignals {
 public:
  EndSignals() {
    sigset_t taken;
    sigemptyset(&taken);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&taken, signal);
    ::sigprocmask(SIG_BLOCK, &taken, &before_);
    descriptor_ = ::signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
  }
  ~EndSignals() {
    ::close(descriptor_);
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] bool has_come() const {
    signalfd_siginfo info;
    return ::read(descriptor_, &info, sizeof info) == sizeof info;
  }

 private:
  sigset_t before_{};
  int descriptor_;
};

http::Client::Options client_options(const app::Home& home) {
  http::Client::Options options;
  options.folder = home.http_folder();
  options.is_offline = home.settings().boolean("http.offline");
  return options;
}

json commands_json() {
  json list = json::array();
  for (const CommandHelp& one : commands())
    list.push_back({{"command", one.name}, {"description", one.help}});
  return list;
}

std::chrono::nanoseconds seconds(double count) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(count * 1e9));
}

class Bot {
 public:
  Bot(const BotSetup& setup, const std::function<std::unique_ptr<app::Home>()>& make_home,
      const std::function<void(const std::string&)>& note)
      : setup_(setup),
        make_home_(make_home),
        note_(note),
        home_(make_home()),
        account_(accounts::Accounts(home_->accounts_file()).require(setup.account)),
        options_(bot_options(account_)),
        client_(client_options(*home_)),
        telegram_(client_, account_, home_->settings()) {}

  void run(const std::function<void(const BotStarted&)>& ready) {
    const json me = telegram_.get_me();
    id_ = json_text(me.at("id"));
    const FileLock lock(home_->library_path() + ".bot-" + id_ + ".lock", "engine bot", 5);
    state_.emplace(home_->library_path(), id_);
    tell_of_unknown_people();
    telegram_.set_my_commands(commands_json());
    signals_.emplace();
    ready({me.value("username", ""), options_.people.size()});
    take_up_again();
    while (!is_over_) {
      poll_telegram();
      start_turns();
      send_messages();
      if (is_all_done()) break;
      wait();
    }
    stop();
  }

 private:
  using Time = Clock::time_point;

  [[nodiscard]] std::int64_t now() const {
    return setup_.usual.is_now_given ? setup_.usual.now : std::time(nullptr);
  }

  /// Of one person.
  struct Chat {
    std::deque<KeptRequest> waiting;
    std::size_t left_out = 0;                   // since the last answer
    std::map<std::int64_t, std::size_t> equal;  // by the request that stands for them
    std::unique_ptr<TurnProcess> turn;
    std::deque<KeptMessage> messages;
    bool is_sending = false;
    Time next_message = {};  // not before
    Time next_note = {};
    double backoff = 0;  // seconds, after what did not get through
  };

  void tell_of_unknown_people() const {
    const Store store =
        Store::open(home_->library_path(), {.is_read_only = true, .may_create = false});
    for (const auto& [user, person] : options_.people)
      if (!person.empty() && !find_user(store, person))
        note_(account_.title() + ": users says that " + std::to_string(user) + " speaks for \"" +
              one_line(person) + "\", who is not in the library (yet)");
  }

  // ---- what comes --------------------------------------------------------------------------------

  /// Of a process before this one.
  void take_up_again() {
    for (KeptRequest& request : state_->requests()) {
      const std::int64_t chat = request.update.chat;
      chats_[chat].waiting.push_back(std::move(request));
    }
    for (auto& [chat, one] : chats_) make_fewer(one);
    for (KeptMessage& message : state_->messages())
      if (message.is_begun && !message.question.empty())
        tell_of_question(message, "I was restarted");
    take_messages();
    if (!options_.has_notes) return;
    for (const auto& [user, person] : options_.people) chats_[user].next_note = Clock::now();
  }

  /// It may have been sent, and is not asked a second time.
  void tell_of_question(KeptMessage& message, const std::string& what_happened) {
    Reply reply;
    reply.text.add(what_happened +
                   " while I asked you about a song. If no question stands above, /next asks it.");
    const WrittenReply instead = written(reply);
    state_->say_instead(message.id, instead);
    message.method = instead.method;
    message.parameters = instead.parameters;
    message.question.clear();
  }

  void poll_telegram() {
    if (is_polling_ || Clock::now() < next_poll_ || (setup_.is_once && has_polled_empty_)) return;
    is_polling_ = true;
    const int longest = setup_.is_once ? 0 : Telegram::kPollSeconds;
    telegram_.get_updates(state_->next_update(now()), longest,
                          [this](const Telegram::Answer& answer) {
                            is_polling_ = false;
                            if (answer.is_ok && answer.result.is_array())
                              take_updates(answer.result);
                            else
                              take_poll_problem(answer);
                          });
  }

  void take_updates(const json& updates) {
    if (conflicts_ > 0 || poll_backoff_ > 0) note_("Telegram answers again");
    conflicts_ = 0;
    poll_backoff_ = 0;
    has_polled_empty_ = updates.empty();
    std::int64_t next = 0;
    std::vector<Update> requests;
    for (const json& one : updates) {
      const auto number = update_number(one);
      if (!number) continue;
      next = std::max(next, *number + 1);
      if (auto update = read_update(one); update && is_obeyed(*update))
        requests.push_back(std::move(*update));
    }
    if (next == 0) {
      // Nothing in it has a number: it is not asked for again at once.
      if (!updates.empty()) next_poll_ = Clock::now() + seconds(1);
      return;
    }
    state_->accept(next, requests, now());
    for (Update& update : requests) {
      if (update.kind == Update::Kind::kPress) telegram_.answer_callback_query(update.press);
      Chat& chat = chats_[update.chat];
      chat.waiting.push_back({std::move(update), false});
    }
    for (auto& [number, chat] : chats_) make_fewer(chat);
  }

  /// Anybody can write to a bot, and add it to a group.
  bool is_obeyed(const Update& update) {
    if (update.is_private && options_.people.contains(update.from)) return true;
    ++foreign_count_;
    if (foreign_.size() < kMostForeign && foreign_.insert(update.from).second)
      note_("not answered: " +
            std::string(options_.people.contains(update.from) ? "a group, where the user "
                                                              : "the user ") +
            std::to_string(update.from) +
            (options_.people.contains(update.from)
                 ? " wrote; the bot speaks with each alone"
                 : " of Telegram, who is none of the account's \"users\""));
    return false;
  }

  /// Of equal requests the last stays, and of all at most kMostWaiting.
  void make_fewer(Chat& chat) {
    std::vector<std::int64_t> dropped;
    std::map<std::string, std::int64_t> last;
    for (const KeptRequest& request : chat.waiting)
      last[request_key(request.update)] = request.update.id;
    std::erase_if(chat.waiting, [&](const KeptRequest& request) {
      const std::int64_t stays = last[request_key(request.update)];
      // One that was begun before is ended first.
      if (request.is_begun || stays == request.update.id) return false;
      chat.equal[stays] += 1 + chat.equal[request.update.id];
      chat.equal.erase(request.update.id);
      dropped.push_back(request.update.id);
      return true;
    });
    while (chat.waiting.size() > kMostWaiting) {
      const std::int64_t first = chat.waiting.front().update.id;
      chat.left_out += 1 + chat.equal[first];
      chat.equal.erase(first);
      dropped.push_back(first);
      chat.waiting.pop_front();
    }
    std::erase_if(chat.equal, [](const auto& one) { return one.second == 0; });
    state_->drop_requests(dropped);
  }

  void take_poll_problem(const Telegram::Answer& answer) {
    if (answer.status == 401 || answer.status == 404)
      throw Error(Exit::kInput, account_.title() + ": Telegram does not know this bot any more",
                  {"", "", answer.problem,
                   "@BotFather there tells the token; then: engine connect " + account_.title() +
                       " --secret FILE --secret-field token"});
    if (answer.status == 409) return take_conflict(answer.problem);
    poll_backoff_ = std::clamp(2 * poll_backoff_, 1.0, kLongestBackoff);
    if (answer.status == 429) poll_backoff_ = static_cast<double>(answer.retry_after);
    if (poll_backoff_ == 1) note_("Telegram does not answer: " + answer.problem);
    next_poll_ = Clock::now() + seconds(poll_backoff_);
    if (setup_.is_once)
      throw Error(Exit::kInput, account_.title() + " does not answer",
                  {account_.value("address"), "", answer.problem, "try again later"});
  }

  /// Updates go to one program, or to a web page.
  void take_conflict(const std::string& problem) {
    const bool is_webhook = problem.find("webhook") != std::string::npos;
    const Error error(
        Exit::kInput, account_.title() + ": another program takes this bot's messages",
        {"", "", problem,
         is_webhook
             ? "a webhook is set for it: ask Telegram's method deleteWebhook, or make a bot of "
               "its own for the engine with @BotFather"
             : "stop the other one (another engine bot, or another program with the same "
               "token), or make a bot of its own for the engine with @BotFather"});
    if (is_webhook || setup_.is_once || ++conflicts_ >= kMostConflicts) throw Error(error);
    if (conflicts_ == 1) note_(error.text());
    next_poll_ = Clock::now() + seconds(std::exp2(conflicts_));
  }

  // ---- requests at work --------------------------------------------------------------------------

  void start_turns() {
    for (auto& [number, chat] : chats_) {
      // What is on its way is known, as what it asks, once Telegram has told its number.
      if (chat.turn || chat.is_sending || at_work() >= setup_.workers) continue;
      if (!chat.waiting.empty())
        start_request(number, chat);
      else if (is_note_due(chat))
        start_note(number, chat);
    }
  }

  [[nodiscard]] std::size_t at_work() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(chats_, [](const auto& one) { return one.second.turn != nullptr; }));
  }

  [[nodiscard]] static bool is_note_due(const Chat& chat) {
    return chat.next_note != Time() && Clock::now() >= chat.next_note;
  }

  void start_request(std::int64_t number, Chat& chat) {
    KeptRequest request = std::move(chat.waiting.front());
    chat.waiting.pop_front();
    const auto person = options_.people.find(request.update.from);
    // Somebody who was taken from the account since.
    if (person == options_.people.end()) return state_->drop_requests({request.update.id});
    Turn turn;
    turn.bot = id_;
    turn.chat = number;
    turn.person = person->second;
    turn.is_again = request.is_begun;
    turn.equal = std::exchange(chat.equal[request.update.id], 0);
    turn.left_out = std::exchange(chat.left_out, 0);
    state_->begin(request.update.id);
    turn.update = std::move(request.update);
    start(chat, std::move(turn));
  }

  void start_note(std::int64_t number, Chat& chat) {
    chat.next_note = setup_.is_once ? Time() : Clock::now() + seconds(setup_.notes_every_seconds);
    Turn turn;
    turn.bot = id_;
    turn.chat = number;
    turn.person = options_.people.at(number);
    start(chat, std::move(turn));
  }

  void start(Chat& chat, Turn turn) {
    const auto parts = std::make_shared<int>(0);
    const std::optional<Update> update = turn.update;
    chat.turn = std::make_unique<TurnProcess>(
        make_home_(), setup_.usual, options_, std::move(turn),
        [this, update, parts](std::int64_t user, const WrittenReply& reply) {
          if (!update) return;
          state_->say(*update, user, (*parts)++, reply);
          take_messages();
        });
  }

  void take_turns() {
    for (auto& [number, chat] : chats_) {
      if (!chat.turn || !chat.turn->take()) continue;
      const std::unique_ptr<TurnProcess> turn = std::move(chat.turn);
      const TurnProcess::Ended ended = turn->finish();
      if (turn->turn().update) {
        state_->finish(*turn->turn().update, ended.user, ended.replies);
      } else {
        for (const WrittenReply& reply : ended.replies)
          state_->say_note(number, ended.user, ended.subject, reply, now());
      }
      take_messages();
    }
  }

  // ---- what is said ------------------------------------------------------------------------------

  /// Those that are not known yet.
  void take_messages() {
    for (KeptMessage& message : state_->messages()) {
      if (!known_messages_.insert(message.id).second) continue;
      const std::int64_t chat = message.chat;
      chats_[chat].messages.push_back(std::move(message));
    }
  }

  void send_messages() {
    for (auto& [number, chat] : chats_) {
      if (chat.is_sending || chat.messages.empty() || Clock::now() < chat.next_message) continue;
      chat.is_sending = true;
      const KeptMessage& message = chat.messages.front();
      state_->begin_sending(message.id);
      telegram_.send(message.method, number, message.parameters,
                     [this, &chat](const Telegram::Answer& answer) { take_sent(chat, answer); });
    }
  }

  void take_sent(Chat& chat, const Telegram::Answer& answer) {
    chat.is_sending = false;
    KeptMessage& message = chat.messages.front();
    if (answer.is_ok || answer.problem.find(kNotModified) != std::string::npos) {
      const bool is_new = message.method == "sendMessage";
      const bool has_number = is_new && answer.result.is_object() &&
                              answer.result.contains("message_id") &&
                              answer.result.at("message_id").is_number_integer();
      state_->sent(message.id, has_number ? answer.result.at("message_id").get<std::int64_t>() : 0,
                   now());
      if (is_new) chat.next_message = Clock::now() + seconds(kBetweenMessages);
      return forget_message(chat);
    }
    if (answer.status == 429) {
      state_->put_back(message.id);
      chat.next_message = Clock::now() + seconds(static_cast<double>(answer.retry_after));
      return;
    }
    if (answer.status == 0 || answer.status >= 500) {
      chat.backoff = std::clamp(2 * chat.backoff, 1.0, kLongestBackoff);
      if (chat.backoff == 1) note_("a message is not sent yet: " + answer.problem);
      chat.next_message = Clock::now() + seconds(chat.backoff);
      if (!message.question.empty()) tell_of_question(message, "Telegram broke off");
      return;
    }
    // What was edited may be gone, and who was written to may have blocked the bot.
    if (message.method == "sendMessage")
      note_("a message to the user " + std::to_string(message.chat) +
            " was refused: " + answer.problem);
    state_->drop_message(message.id);
    forget_message(chat);
  }

  void forget_message(Chat& chat) {
    known_messages_.erase(chat.messages.front().id);
    chat.messages.pop_front();
    chat.backoff = 0;
  }

  // ---- waiting -----------------------------------------------------------------------------------

  [[nodiscard]] bool is_all_done() const {
    if (!setup_.is_once || is_polling_ || !has_polled_empty_ || at_work() > 0) return false;
    return std::ranges::all_of(chats_, [](const auto& one) {
      const Chat& chat = one.second;
      return chat.waiting.empty() && chat.messages.empty() && !is_note_due(chat);
    });
  }

  static int sooner(int a, int b) {
    if (a < 0) return b;
    return b < 0 ? a : std::min(a, b);
  }

  static int milliseconds_to(Time time) {
    const auto left = std::chrono::duration<double, std::milli>(time - Clock::now()).count();
    return static_cast<int>(std::clamp(std::ceil(left), 0.0, 3.6e6));
  }

  void wait() {
    std::vector<pollfd> sources{{client_.descriptor(), POLLIN, 0},
                                {signals_->descriptor(), POLLIN, 0}};
    int longest = client_.milliseconds_to_next_look();
    if (!is_polling_ && !(setup_.is_once && has_polled_empty_))
      longest = sooner(longest, milliseconds_to(next_poll_));
    for (const auto& [number, chat] : chats_) {
      if (chat.turn) {
        sources.push_back({chat.turn->socket(), POLLIN, 0});
        sources.push_back({chat.turn->process(), POLLIN, 0});
        longest = sooner(longest, chat.turn->milliseconds_to_next_look());
      } else if (chat.next_note != Time() && !chat.is_sending && at_work() < setup_.workers) {
        longest = sooner(longest, milliseconds_to(chat.next_note));
      }
      if (!chat.is_sending && !chat.messages.empty())
        longest = sooner(longest, milliseconds_to(chat.next_message));
    }
    ::poll(sources.data(), sources.size(), longest);
    if (signals_->has_come()) is_over_ = true;
    client_.look();
    take_turns();
  }

  /// What is at work is ended: it is done again by the next process.
  void stop() {
    for (auto& [number, chat] : chats_) {
      if (!chat.turn) continue;
      chat.turn->stop();
      chat.turn.reset();
    }
    if (foreign_count_ > 0)
      note_(counted(foreign_count_, "message") + " of others were not answered");
  }

  const BotSetup& setup_;
  const std::function<std::unique_ptr<app::Home>()>& make_home_;
  const std::function<void(const std::string&)>& note_;
  std::unique_ptr<app::Home> home_;
  accounts::Account account_;
  BotOptions options_;
  std::optional<EndSignals> signals_;  // taken once the bot has begun
  http::Client client_;
  Telegram telegram_;
  std::string id_;  // that Telegram has for the bot
  std::optional<BotState> state_;

  std::map<std::int64_t, Chat> chats_;  // never forgotten: as many as people
  std::set<std::int64_t> known_messages_;
  std::set<std::int64_t> foreign_;
  std::size_t foreign_count_ = 0;
  Time next_poll_ = {};
  double poll_backoff_ = 0;
  int conflicts_ = 0;
  bool is_polling_ = false, has_polled_empty_ = false, is_over_ = false;
};

}  // namespace

void run_bot(const BotSetup& setup, const std::function<std::unique_ptr<app::Home>()>& make_home,
             const std::function<void(const BotStarted&)>& ready,
             const std::function<void(const std::string&)>& note) {
  Bot(setup, make_home, note).run(ready);
}

}  // namespace engine::bot
