// What a bot keeps in the store, so that a restart at any moment loses no request, does nothing twice
// and asks nothing twice.
//
// Request   What was said to the bot is kept before Telegram is told that it came, and goes when its
//           answers are kept, in one transaction. One that was begun and has not ended says so, with
//           what it had planned.
// Message   What the bot has to say is kept until Telegram has it. One whose sending was begun and not
//           seen to end says so.
// Question  A message with buttons that waits for an answer.
//
// The store is opened for each of these and closed again: it must not be open when a process is forked.
// Threads: one. Throw Error(kStore).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "bot/reply.hpp"
#include "bot/update.hpp"
#include "store/store.hpp"

namespace engine::bot {

struct KeptRequest {
  Update update;
  bool is_begun = false;  // by a process that is gone
};

struct KeptMessage {
  std::int64_t id = 0;
  std::int64_t chat = 0;
  std::string method;
  nlohmann::json parameters;  // without the chat
  std::string question;       // "": it is none
  bool is_begun = false;      // its sending, which was not seen to end
};

/// A question as its message knows it.
struct KeptQuestion {
  std::int64_t message = 0;
  std::string reference;
  bool is_open = true;
};

struct ShownList {
  std::string playlist;
  std::int64_t run = 0;
};

class BotState {
 public:
  /// `bot`: the number that Telegram has for it. Throws Error(kStore) where there is no library.
  BotState(std::string library, std::string bot);

  /// From which on updates are asked for; 0: from the first that Telegram still has. Their numbers
  /// begin anywhere after a week without any, so that a number is forgotten after six days.
  [[nodiscard]] std::int64_t next_update(std::int64_t now) const;
  /// Keeps the requests, and that everything before `next` came.
  void accept(std::int64_t next, const std::vector<Update>& requests, std::int64_t now);
  /// In the order in which they came.
  [[nodiscard]] std::vector<KeptRequest> requests() const;
  void drop_requests(const std::vector<std::int64_t>& updates);
  void begin(std::int64_t update);

  /// What an answer says before it has ended; `part` is its number among those of the request, and
  /// what was said under it before is not said again.
  void say(const Update& update, std::int64_t user, int part, const WrittenReply& reply);
  /// The rest of the answer, and the end of the request.
  void finish(const Update& update, std::int64_t user, const std::vector<WrittenReply>& replies);
  /// What nobody asked for.
  void say_unasked(std::int64_t chat, std::int64_t user, const WrittenReply& reply);

  /// The same, of a note: `subject` is not told to this chat again.
  void say_note(std::int64_t chat, std::int64_t user, const std::string& subject,
                const WrittenReply& reply, std::int64_t now);

  /// All that is not sent, in order.
  [[nodiscard]] std::vector<KeptMessage> messages() const;
  void begin_sending(std::int64_t id);
  /// `message`: the number that Telegram gave it.
  void sent(std::int64_t id, std::int64_t message, std::int64_t now);
  /// It was refused for now, and nothing has come of it.
  void put_back(std::int64_t id);
  /// In place of a question of which nobody knows whether it was sent.
  void say_instead(std::int64_t id, const WrittenReply& reply);
  /// It cannot be sent, whatever one does.
  void drop_message(std::int64_t id);

 private:
  [[nodiscard]] Store open() const;
  std::string library_, bot_;
};

/// What an answer may know of what was before, and keep: of one request.
class Memory {
 public:
  virtual ~Memory() = default;
  /// What keep_plan() kept for this request before it was cut short; "": nothing.
  virtual std::string plan() = 0;
  /// On the disk when it returns.
  virtual void keep_plan(const std::string& plan) = 0;
  /// Of a message of this chat; nothing where it is none, or long ago.
  virtual std::optional<KeptQuestion> question(std::int64_t message) = 0;
  /// The one of this chat that was asked last.
  virtual std::optional<KeptQuestion> last_question() = 0;
  /// Those that wait for an answer.
  virtual std::vector<KeptQuestion> open_questions() = 0;
  /// The run and the track of a suggestion.
  struct Suggested {
    std::int64_t run = 0, track = 0;
  };
  virtual std::optional<Suggested> suggested(std::int64_t suggestion) = 0;
  /// That was shown last in this chat.
  virtual std::optional<ShownList> last_list() = 0;
};

/// In the store.
class StoredMemory final : public Memory {
 public:
  StoredMemory(std::string library, std::string bot, const Update& update)
      : library_(std::move(library)),
        bot_(std::move(bot)),
        update_(update.id),
        chat_(update.chat) {}

  std::string plan() override;
  void keep_plan(const std::string& plan) override;
  std::optional<KeptQuestion> question(std::int64_t message) override;
  std::optional<KeptQuestion> last_question() override;
  std::vector<KeptQuestion> open_questions() override;
  std::optional<Suggested> suggested(std::int64_t suggestion) override;
  std::optional<ShownList> last_list() override;

 private:
  [[nodiscard]] std::vector<KeptQuestion> questions(const std::string& condition,
                                                    std::int64_t value) const;
  std::string library_, bot_;
  std::int64_t update_, chat_;
};

}  // namespace engine::bot
