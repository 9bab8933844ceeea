#include "import/account_sync.hpp"

#include "playlist/remote.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <random>

#include "core/duration.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/text_key.hpp"
#include "import/messages.hpp"
#include "import/preparation.hpp"
#include "import/rows_receiver.hpp"
#include "import/rows_service.hpp"
#include "import/session.hpp"
#include "plugin/call.hpp"
#include "plugin/http_service.hpp"
#include "store/sync_states.hpp"
#include "store/users.hpp"

namespace engine::import {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kShownEvery = std::chrono::milliseconds(100);
constexpr double kLongestSilence =
    900;  // seconds: of waiting for a service that is to be left alone

/// What a running source reports to: the owner of its services.
struct AccountReading {
  RowsReceiver* rows;
  Heartbeat* heartbeat;
  const SyncOrder* order;
  const std::optional<std::string>* kept;

  [[nodiscard]] std::string shown(const std::string& reason) const {
    return order->scrubbed(reason);
  }
};

const playlist_state kAccountState = {
    sizeof(playlist_state), 0,
    [](const playlist_host* host) -> const char* {
      const auto& kept = *CallContext::owner<AccountReading>(host, PLAYLIST_SERVICE_STATE).kept;
      return kept ? kept->c_str() : nullptr;
    },
    [](const playlist_host* host, const char* text) {
      return in_run<AccountReading>(host, PLAYLIST_SERVICE_STATE, [&](AccountReading& reading) {
        return reading.rows->advance(text);
      });
    }};

/// The worker's side.
class AccountReader {
 public:
  AccountReader(const ImportOptions& options, const SyncOrder& order,
                const std::optional<std::string>& kept, const std::string& identity,
                Channel& channel, Heartbeat& heartbeat)
      : options_(options), order_(order), kept_(kept), channel_(channel), heartbeat_(heartbeat) {
    opened_.path = opened_.account = order.account;
    opened_.format = order.service;
    opened_.hash = identity;
  }

  void read(const std::shared_ptr<const Registry>& registry) {
    for (const PluginProblem& problem : registry->problems())
      send_text(Message::kProblem, problem.path, problem.message);
    const std::string& name = order_.source;
    const Element* source = registry->find(name);
    if (source == nullptr || (source->description->flags & PLAYLIST_REMOTE) == 0) {
      send_text(Message::kUnrecognised, order_.account, "");
    } else {
      heartbeat_.doing(name + " (asking " + order_.account + ")");
      if (const std::string problem = read_with(*source); !problem.empty())
        send_text(Message::kFailed, order_.account, order_.scrubbed(problem));
    }
    if (!heartbeat_.is_interrupted()) channel_.send(static_cast<std::uint32_t>(Message::kDone), "");
  }

 private:
  /// "", or why it was not read to its end.
  std::string read_with(const Element& source) {
    RowsReceiver rows(channel_, opened_, 0, options_.now);
    AccountReading reading{&rows, &heartbeat_, &order_, &kept_};
    HttpAsker asker(source.description->name,
                    [this](std::string_view question) { return channel_.ask(question); });
    playlist_input input{};
    input.size = sizeof input;
    input.path = input.name = order_.account.c_str();
    static constexpr std::uint8_t kNothing[64] = {};  // as behind every input
    input.bytes = kNothing;
    input.columns = "";
    std::string problem;
    try {
      ElementInstance instance(source, check_arguments(*source.description, {}, order_.account),
                               context_for(source, reading, asker));
      const CallResult result = instance.read(input);
      if (result.status == PLAYLIST_CANCELLED && heartbeat_.is_interrupted()) return "";
      if (result.status != PLAYLIST_OK) problem = result.message;
      if (problem.empty() && !rows.is_finished())
        problem = std::string(source.description->name) + " did not say how many records there are";
    } catch (const Error& error) {
      problem = error.parts().why.empty() ? error.what()
                                          : error.what() + std::string(": ") + error.parts().why;
    }
    if (!rows.problem().empty())
      problem = std::string(source.description->name) + ": " + rows.problem();
    return problem;
  }

  CallContext context_for(const Element& source, AccountReading& reading, HttpAsker& asker) {
    CallContext context;
    context.now = options_.now;
    context.random_seed = std::random_device()();  // of salts, which are to be new each time
    context.setting = [this, prefix = std::string(source.description->name) +
                                      "."](std::string_view key) -> const char* {
      const std::string_view name = key.substr(prefix.size());
      if (const auto asked = order_.asked.find(name); asked != order_.asked.end())
        return asked->second.c_str();
      const char* value = order_.account_value(name);
      return value != nullptr || !options_.setting ? value : options_.setting(key);
    };
    context.is_cancelled = [this] { return heartbeat_.is_interrupted(); };
    context.progress = [this](double fraction) { progress(fraction); };
    context.log = [this](int level, std::string_view text) {
      if (level >= PLAYLIST_LOG_INFO)
        send_text(Message::kNotice, order_.account, order_.scrubbed(std::string(text)));
    };
    context.services = {{PLAYLIST_SERVICE_ROWS, &kRowsOf<AccountReading>, &reading},
                        {PLAYLIST_SERVICE_STATE, &kAccountState, &reading},
                        asker.service()};
    return context;
  }

  void progress(double fraction) {
    heartbeat_.beat();
    const auto now = Clock::now();
    if (now - told_ < kShownEvery) return;
    told_ = now;
    constexpr double kParts = 10'000;
    std::string bytes;
    MessageWriter message(bytes);
    message.number(static_cast<std::uint64_t>(std::clamp(fraction, 0.0, 1.0) * kParts));
    message.number(static_cast<std::uint64_t>(kParts));
    channel_.send(static_cast<std::uint32_t>(Message::kProgress), bytes);
  }

  void send_text(Message kind, const std::string& path, const std::string& text) {
    std::string bytes;
    MessageWriter message(bytes);
    message.text(path);
    message.text(text);
    channel_.send(static_cast<std::uint32_t>(kind), bytes);
  }

  const ImportOptions& options_;
  const SyncOrder& order_;
  const std::optional<std::string>& kept_;
  OpenedFile opened_;
  Channel& channel_;
  Heartbeat& heartbeat_;
  Clock::time_point told_;
};

/// Of this sync alone: what it brings is an import of its own, also where it goes on behind one that
/// was cut short.
std::string identity_of(const SyncOrder& order, const std::optional<std::string>& kept,
                        const ImportOptions& options, std::int64_t imports) {
  return content_hash("sync of " + order.account + " at " + std::to_string(options.now) +
                      " behind " + std::to_string(imports) + ": " + kept.value_or(""));
}

[[noreturn]] void throw_no_source(const SyncOrder& order) {
  throw Error(Exit::kInput, "nothing is read from " + order.service,
              {.where = order.account,
               .source = {},
               .why = "no plugin offers " + order.source,
               .fix = "engine accounts lists the services there are"});
}

/// 0, of whom nothing is kept, for somebody who is not in the library yet.
std::int64_t user_id_of(Store& store, const std::string& name) {
  if (const auto user = find_user(store, name)) return user->id;
  return 0;
}

}  // namespace

ImportResult sync_account(const ImportOptions& options, const SyncOrder& order) {
  const auto started = Clock::now();
  Store store = open_store(options);
  Session::Options session_options;
  session_options.user = nfc(options.user);
  session_options.now = options.now;
  session_options.play = options.play;
  session_options.tells_match_rates = false;
  session_options.likeness = options.likeness;
  if (options.on_progress)
    session_options.on_progress = [&options](const Session::Progress& seen) {
      options.on_progress(
          {.path = seen.path,
           .rows = seen.rows,
           .fraction = static_cast<double>(seen.bytes_done) /
                       static_cast<double>(std::max<std::uint64_t>(1, seen.bytes_total))});
    };
  Session session(store, std::move(session_options));
  const std::optional<std::string> kept =
      sync_state(store, user_id_of(store, session.user_name()), order.account);
  const std::string identity =
      identity_of(order, kept, options, store.integer("SELECT max(ingestion_id) FROM ingestions"));
  const auto load_plugins = loading_in_worker(options);
  const auto job = [&](Channel& channel, Heartbeat& heartbeat) {
    heartbeat.doing("loading the plugins");
    AccountReader(options, order, kept, identity, channel, heartbeat).read(load_plugins());
    return 0;
  };
  const auto supervise = [&session](Channel& channel) {
    std::uint32_t kind = 0;
    std::string bytes;
    while (channel.receive(kind, bytes)) session.take(static_cast<Message>(kind), bytes);
  };
  WorkerLimits limits = options.limits;
  limits.heartbeat_seconds = kLongestSilence;
  const WorkerEnd end = options.is_in_process ? run_in_process(job, supervise, limits.outside)
                                              : run_in_worker(limits, job, supervise);
  if (!end.is_interrupted && !session.is_done())
    throw Error(end.is_limit ? Exit::kLimits : Exit::kPlugin,
                order.account + " was not read to its end",
                {.where = {},
                 .source = {},
                 .why = end.message.empty() ? "the reading process ended early" : end.message,
                 .fix = end.is_limit ? limit_fix(end)
                                     : "what came before is kept; engine sync goes on behind it"});
  ImportResult result = session.finish();
  if (!result.unrecognised.empty()) throw_no_source(order);
  store.checkpoint();
  result.is_interrupted = end.is_interrupted;
  result.is_dry_run = options.is_dry_run;
  result.seconds = seconds_since(started);
  return result;
}

}  // namespace engine::import
