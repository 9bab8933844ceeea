// One request at work in a process of its own, which asks verbs one after the other: what crashes,
// hangs or eats memory there costs that answer only. It reads the settings and loads the plugins
// itself, so that they are those of now.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/caller.hpp"
#include "bot/options.hpp"
#include "bot/reply.hpp"
#include "bot/update.hpp"
#include "worker/background_worker.hpp"
#include "worker/job.hpp"

namespace engine::bot {

/// What is to be done for somebody: a request answered, or a note looked for.
struct Turn {
  std::string bot;
  std::int64_t chat = 0;
  std::string person;            // as --user has it
  std::optional<Update> update;  // nothing: a note
  bool is_again = false;
  std::size_t equal = 0, left_out = 0;
};

/// Threads: one, and the process must have no other when it is made.
class TurnProcess {
 public:
  /// `usual`: what all requests have in common, such as as of when. `home` is read in the process.
  TurnProcess(std::unique_ptr<app::Home> home, app::Asked usual, const BotOptions& options,
              Turn turn, std::function<void(std::int64_t user, const WrittenReply&)> say_now);

  /// Takes in what has come, without waiting. True once it has ended.
  bool take();
  /// Of a process that has ended. Where it crashed or was stopped, the answer says so.
  struct Ended {
    std::int64_t user = 0;              // of the store; 0: it knows none of that name
    std::vector<WrittenReply> replies;  // but those that were said before
    std::string subject;                // of a note
  };
  Ended finish();
  void stop() { worker_->stop(); }

  [[nodiscard]] const Turn& turn() const { return turn_; }
  [[nodiscard]] int socket() const { return worker_->socket(); }
  [[nodiscard]] int process() const { return worker_->process(); }
  [[nodiscard]] int milliseconds_to_next_look() const {
    return worker_->milliseconds_to_next_look();
  }

 private:
  void hear(std::uint32_t kind, const std::string& bytes);

  std::unique_ptr<app::Home> home_;
  Turn turn_;
  std::function<void(std::int64_t, const WrittenReply&)> say_now_;
  Ended ended_;
  JobReader reader_;
  std::unique_ptr<BackgroundWorker> worker_;
};

}  // namespace engine::bot
