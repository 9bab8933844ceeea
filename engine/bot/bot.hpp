// engine bot: what a person says on Telegram is asked of the verbs, and answered there.
//
// One thread waits for Telegram's long poll, for the processes in which requests are at work, and for
// its own times. Each person's requests are worked on in order, several people's at once. What comes is
// kept before Telegram is told that it came (state.hpp), and of several equal requests that wait the last is
// answered.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/caller.hpp"

namespace engine::bot {

struct BotSetup {
  std::string account = "telegram";  // its title
  bool is_once = false;              // until nothing is left to be answered
  app::Asked usual = {};             // what a request does not say: whose, as of when
  std::size_t workers = 2;           // requests at work at once
  double notes_every_seconds = 600;  // that a note is looked for
};

struct BotStarted {
  std::string name;        // as Telegram knows it, without @
  std::size_t people = 0;  // that it obeys
};

/// Runs until SIGINT or SIGTERM. `ready` is called once Telegram has answered; `note` is told what
/// somebody who looks after the bot wants to know. Throws Error(kInput) where there is no such
/// account, Telegram does not know it, or another program asks for the same bot; Error(kStore) while
/// another engine on this machine does. The process must have one thread.
void run_bot(const BotSetup& setup, const std::function<std::unique_ptr<app::Home>()>& make_home,
             const std::function<void(const BotStarted&)>& ready,
             const std::function<void(const std::string&)>& note);

}  // namespace engine::bot
