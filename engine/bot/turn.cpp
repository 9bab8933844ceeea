#include "bot/turn.hpp"

#include <chrono>
#include <ctime>
#include <string_view>
#include <thread>

#include "app/default_user.hpp"
#include "bot/conversation.hpp"
#include "bot/notes.hpp"
#include "bot/state.hpp"
#include "store/users.hpp"
#include "verbs/verbs.hpp"

namespace engine::bot {
namespace {

enum TurnFrame : std::uint32_t { kUser = JobFrame::kOwn, kSayNow, kSay, kSubject };

/// A refresh of long lists on a small machine takes minutes; whoever waits for half an hour waits in
/// vain.
constexpr double kLongestTurn = 1800;
constexpr std::chrono::minutes kLongestWait(5);  // for what others do
constexpr std::chrono::milliseconds kBusyBreath(500);

Told::Problem told_problem(const Error& error) {
  return {error.what(), error.parts().why, error.parts().fix};
}

/// Somebody else of the household refreshes, draws or answers, or a job of the clock does.
bool is_busy(const Error& error) {
  return error.exit() == Exit::kStore && std::string_view(error.what()).starts_with("another ") &&
         std::string_view(error.what()).ends_with(" is under way");
}

/// The verb, as of now and for that person. Throws Error(kInterrupted) alone.
Told ask_once(const app::Home& home, const app::Asked& asked, const std::string& name,
              const verbs::Given& given) {
  Told told;
  const auto note = [&told](const std::string& text) { told.notes.push_back(text); };
  const app::Hearers hearers{
      .note = note, .note_once = note, .verbose = nullptr, .error = [&](const Error& error) {
        note(std::string(error.what()) +
             (error.parts().why.empty() ? "" : ": " + error.parts().why));
      }};
  const app::Caller caller{home, asked, hearers, {.is_json = true}};
  try {
    const verbs::Verb& verb = *verbs::find_verb(name);
    const verbs::Answer answer = verb.answer(caller, verbs::Arguments(verb, given));
    told.data = answer.data;
    if (answer.afterwards) answer.afterwards();
  } catch (const Error& error) {
    if (error.exit() == Exit::kInterrupted) throw;
    told.problem = told_problem(error);
    told.is_busy = is_busy(error);
  }
  return told;
}

/// The same, once whoever does it already has ended, which is waited for.
Told ask_verb(const app::Home& home, const app::Asked& asked, const std::string& name,
              const verbs::Given& given) {
  const auto end = std::chrono::steady_clock::now() + kLongestWait;
  for (;;) {
    Told told = ask_once(home, asked, name, given);
    if (!told.is_busy || std::chrono::steady_clock::now() > end) return told;
    std::this_thread::sleep_for(kBusyBreath);
  }
}

class TurnWork {
 public:
  TurnWork(const app::Home& home, app::Asked asked, const BotOptions& options, const Turn& turn,
           JobSender& sender)
      : home_(home), asked_(std::move(asked)), options_(options), turn_(turn), sender_(sender) {
    asked_.user = turn.person.empty() ? asked_.user : turn.person;
    asked_.way_in = "bot";
    if (!asked_.is_now_given) asked_.now = std::time(nullptr);
  }

  void run() {
    find_person();
    if (turn_.update)
      answer_request();
    else
      look();
  }

 private:
  /// Where there is none of that name, the verbs say so.
  void find_person() {
    try {
      const Store store =
          Store::open(home_.library_path(), {.is_read_only = true, .may_create = false});
      user_ = choose_user(store, app::user_name({home_, asked_, {}}));
      sender_.send(kUser, std::to_string(user_.id));
    } catch (const Error&) {
    }
  }

  Told ask(const std::string& verb, const verbs::Given& given) const {
    return ask_verb(home_, asked_, verb, given);
  }

  void answer_request() {
    StoredMemory memory(home_.library_path(), turn_.bot, *turn_.update);
    const Talk talk{
        .ask = [this](const std::string& verb,
                      const verbs::Given& given) { return ask(verb, given); },
        .say_now = [this](const Reply& reply) { sender_.send(kSayNow, packed(written(reply))); },
        .memory = memory,
        .timezone = user_.timezone,
        .now = asked_.now,
        .is_again = turn_.is_again,
        .equal = turn_.equal,
        .left_out = turn_.left_out};
    for (const Reply& reply : answer(*turn_.update, talk))
      sender_.send(kSay, packed(written(reply)));
  }

  void look() {
    if (user_.id == 0) return;
    Store store = Store::open(home_.library_path(), {.may_create = false});
    const std::optional<Note> note =
        look_for_note(store, {.bot = turn_.bot,
                              .chat = turn_.chat,
                              .user = user_.id,
                              .timezone = user_.timezone,
                              .now = asked_.now,
                              .options = options_,
                              .ask = [this](const std::string& verb, const verbs::Given& given) {
                                return ask(verb, given);
                              }});
    if (!note) return;
    sender_.send(kSubject, note->subject);
    sender_.send(kSay, packed(written(note->reply)));
  }

  const app::Home& home_;
  app::Asked asked_;
  const BotOptions& options_;
  const Turn& turn_;
  JobSender& sender_;
  User user_;
};

JobWords words_of_turn() {
  JobWords words;
  words.who = "what you asked for";
  words.memory_limit = "";
  words.fix = "ask again; engine doctor looks at what is installed";
  return words;
}

}  // namespace

TurnProcess::TurnProcess(std::unique_ptr<app::Home> home, app::Asked usual,
                         const BotOptions& options, Turn turn,
                         std::function<void(std::int64_t, const WrittenReply&)> say_now)
    : home_(std::move(home)),
      turn_(std::move(turn)),
      say_now_(std::move(say_now)),
      reader_({.own = [this](std::uint32_t kind, const std::string& bytes) { hear(kind, bytes); }},
              words_of_turn()) {
  const WorkerLimits limits{.wall_seconds = kLongestTurn, .cpu_seconds = 0, .memory_bytes = 0};
  const std::vector<int> nothing_of_the_bot;
  worker_ = std::make_unique<BackgroundWorker>(
      limits, reader_.job([this, &options, usual = std::move(usual)](JobSender& sender) {
        TurnWork(*home_, usual, options, turn_, sender).run();
      }),
      &nothing_of_the_bot);
}

bool TurnProcess::take() {
  const bool has_ended = !worker_->pump();
  std::uint32_t kind = 0;
  for (std::string bytes; worker_->take(kind, bytes);) reader_.take(kind, bytes);
  return has_ended;
}

void TurnProcess::hear(std::uint32_t kind, const std::string& bytes) {
  switch (kind) {
    case kUser:
      ended_.user = std::stoll(bytes);
      break;
    case kSayNow:
      say_now_(ended_.user, unpacked_reply(bytes));
      break;
    case kSay:
      ended_.replies.push_back(unpacked_reply(bytes));
      break;
    case kSubject:
      ended_.subject = bytes;
      break;
    default:
      break;
  }
}

TurnProcess::Ended TurnProcess::finish() {
  try {
    reader_.finish(worker_->finish());
  } catch (const Error& error) {
    ended_.replies.clear();
    Reply reply;
    reply.text = problem_text(told_problem(error));
    if (turn_.update) ended_.replies.push_back(written(reply));
  }
  return std::move(ended_);
}

}  // namespace engine::bot
