#include "bot/state.hpp"

#include <algorithm>

#include "core/duration.hpp"
#include "core/json_text.hpp"

namespace engine::bot {
namespace {

using nlohmann::json;

constexpr std::int64_t kNumbersHold = 6 * kDay;
constexpr std::int64_t kQuestionsHold = 60 * kDay;
constexpr double kLongestWriter = 60;  // seconds; a bot does not end because somebody imports

constexpr std::int64_t kBegun = 1, kSent = 2;  // the state of a message; 0: it waits

std::optional<std::int64_t> person_or_none(std::int64_t user) {
  return user > 0 ? std::optional(user) : std::nullopt;
}

struct Sender {
  const Store& store;
  const std::string& bot;
  std::int64_t chat = 0;
  std::optional<std::int64_t> user;

  void keep(std::optional<std::int64_t> update, std::optional<int> part,
            const WrittenReply& reply) const {
    const bool is_named = !reply.question.empty();
    store
        .prepare(
            "INSERT OR IGNORE INTO bot_messages (bot, chat, user_id, update_id, part, method, "
            "parameters, question) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
        .run(bot, chat, user, update, part, reply.method, json_text(reply.parameters),
             is_named ? std::optional(reply.question) : std::nullopt);
    if (reply.closes_question)
      store
          .prepare(
              "UPDATE bot_questions SET is_open = 0 WHERE bot = ?1 AND chat = ?2 AND "
              "message_id = ?3")
          .run(bot, chat, reply.message);
    if (!reply.list.empty())
      store
          .prepare(
              "INSERT OR REPLACE INTO bot_lists (bot, chat, user_id, playlist, run_id) "
              "VALUES (?1, ?2, ?3, ?4, ?5)")
          .run(bot, chat, user, reply.list, reply.run);
  }
};

}  // namespace

BotState::BotState(std::string library, std::string bot)
    : library_(std::move(library)), bot_(std::move(bot)) {
  const Store store = open();
}

Store BotState::open() const {
  return Store::open(library_, {.may_create = false, .busy_seconds = kLongestWriter});
}

std::int64_t BotState::next_update(std::int64_t now) const {
  const Store store = open();
  Statement select = store.prepare("SELECT next_update, came_at FROM bots WHERE bot = ?1");
  select.start(bot_);
  if (!select.step() || select.integer(1) + kNumbersHold < now) return 0;
  return select.integer(0);
}

void BotState::accept(std::int64_t next, const std::vector<Update>& requests, std::int64_t now) {
  Store store = open();
  Transaction transaction(store);
  Statement insert = store.prepare(
      "INSERT OR IGNORE INTO bot_requests (bot, update_id, chat, request) "
      "VALUES (?1, ?2, ?3, ?4)");
  for (const Update& update : requests) insert.run(bot_, update.id, update.chat, packed(update));
  store.prepare("INSERT OR REPLACE INTO bots (bot, next_update, came_at) VALUES (?1, ?2, ?3)")
      .run(bot_, next, now);
  store.prepare("DELETE FROM bot_questions WHERE bot = ?1 AND asked_at < ?2")
      .run(bot_, now - kQuestionsHold);
  transaction.commit();
}

std::vector<KeptRequest> BotState::requests() const {
  const Store store = open();
  std::vector<KeptRequest> kept;
  Statement select =
      store.prepare("SELECT request, is_begun FROM bot_requests WHERE bot = ?1 ORDER BY update_id");
  for (select.start(bot_); select.step();)
    kept.push_back({unpacked(std::string(select.text(0))), select.integer(1) != 0});
  return kept;
}

void BotState::drop_requests(const std::vector<std::int64_t>& updates) {
  if (updates.empty()) return;
  Store store = open();
  Transaction transaction(store);
  Statement remove = store.prepare("DELETE FROM bot_requests WHERE bot = ?1 AND update_id = ?2");
  for (const std::int64_t update : updates) remove.run(bot_, update);
  transaction.commit();
}

void BotState::begin(std::int64_t update) {
  const Store store = open();
  store.prepare("UPDATE bot_requests SET is_begun = 1 WHERE bot = ?1 AND update_id = ?2")
      .run(bot_, update);
}

void BotState::say(const Update& update, std::int64_t user, int part, const WrittenReply& reply) {
  Store store = open();
  Transaction transaction(store);
  Sender{store, bot_, update.chat, person_or_none(user)}.keep(update.id, part, reply);
  transaction.commit();
}

void BotState::finish(const Update& update, std::int64_t user,
                      const std::vector<WrittenReply>& replies) {
  Store store = open();
  Transaction transaction(store);
  const Sender sender{store, bot_, update.chat, person_or_none(user)};
  for (const WrittenReply& reply : replies) sender.keep(std::nullopt, std::nullopt, reply);
  store.prepare("DELETE FROM bot_requests WHERE bot = ?1 AND update_id = ?2").run(bot_, update.id);
  store.prepare("DELETE FROM bot_messages WHERE bot = ?1 AND update_id = ?2 AND state = ?3")
      .run(bot_, update.id, kSent);
  transaction.commit();
}

void BotState::say_unasked(std::int64_t chat, std::int64_t user, const WrittenReply& reply) {
  Store store = open();
  Transaction transaction(store);
  Sender{store, bot_, chat, person_or_none(user)}.keep(std::nullopt, std::nullopt, reply);
  transaction.commit();
}

void BotState::say_note(std::int64_t chat, std::int64_t user, const std::string& subject,
                        const WrittenReply& reply, std::int64_t now) {
  Store store = open();
  Transaction transaction(store);
  const std::int64_t is_new =
      store
          .prepare(
              "INSERT OR IGNORE INTO bot_notes (bot, chat, user_id, subject, ts) "
              "VALUES (?1, ?2, ?3, ?4, ?5)")
          .run(bot_, chat, person_or_none(user), subject, now);
  if (is_new > 0)
    Sender{store, bot_, chat, person_or_none(user)}.keep(std::nullopt, std::nullopt, reply);
  transaction.commit();
}

std::vector<KeptMessage> BotState::messages() const {
  const Store store = open();
  std::vector<KeptMessage> kept;
  Statement select = store.prepare(
      "SELECT bot_message_id, chat, method, parameters, ifnull(question, ''), state "
      "FROM bot_messages WHERE bot = ?1 AND state < ?2 ORDER BY bot_message_id");
  for (select.start(bot_, kSent); select.step();)
    kept.push_back({select.integer(0), select.integer(1), std::string(select.text(2)),
                    json::parse(select.text(3)), std::string(select.text(4)),
                    select.integer(5) == kBegun});
  return kept;
}

void BotState::begin_sending(std::int64_t id) {
  const Store store = open();
  store.prepare("UPDATE bot_messages SET state = ?2 WHERE bot_message_id = ?1").run(id, kBegun);
}

void BotState::sent(std::int64_t id, std::int64_t message, std::int64_t now) {
  Store store = open();
  Transaction transaction(store);
  if (message > 0)
    store
        .prepare(
            "INSERT OR REPLACE INTO bot_questions (bot, chat, message_id, user_id, "
            "reference, asked_at) SELECT bot, chat, ?2, user_id, question, ?3 "
            "FROM bot_messages WHERE bot_message_id = ?1 AND question IS NOT NULL AND method = "
            "'sendMessage'")
        .run(id, message, now);
  // What its request has said stays known until that has ended, so that it does not say it again.
  store
      .prepare(
          "UPDATE bot_messages SET state = ?2 WHERE bot_message_id = ?1 AND EXISTS (SELECT 1 "
          "FROM bot_requests r WHERE r.bot = bot_messages.bot AND r.update_id = "
          "bot_messages.update_id)")
      .run(id, kSent);
  store.prepare("DELETE FROM bot_messages WHERE bot_message_id = ?1 AND state <> ?2")
      .run(id, kSent);
  transaction.commit();
}

void BotState::put_back(std::int64_t id) {
  const Store store = open();
  store.prepare("UPDATE bot_messages SET state = 0 WHERE bot_message_id = ?1").run(id);
}

void BotState::say_instead(std::int64_t id, const WrittenReply& reply) {
  const Store store = open();
  store
      .prepare(
          "UPDATE bot_messages SET state = 0, method = ?2, parameters = ?3, question = NULL "
          "WHERE bot_message_id = ?1")
      .run(id, reply.method, json_text(reply.parameters));
}

void BotState::drop_message(std::int64_t id) {
  sent(id, 0, 0);
}

// ---- what an answer knows ----------------------------------------------------------------------

std::string StoredMemory::plan() {
  const Store store = Store::open(library_, {.is_read_only = true, .may_create = false});
  Statement select =
      store.prepare("SELECT plan FROM bot_requests WHERE bot = ?1 AND update_id = ?2");
  select.start(bot_, update_);
  return select.step() ? std::string(select.text(0)) : "";
}

void StoredMemory::keep_plan(const std::string& plan) {
  const Store store = Store::open(library_, {.may_create = false});
  store.prepare("UPDATE bot_requests SET plan = ?3 WHERE bot = ?1 AND update_id = ?2")
      .run(bot_, update_, plan);
}

std::vector<KeptQuestion> StoredMemory::questions(const std::string& condition,
                                                  std::int64_t value) const {
  const Store store = Store::open(library_, {.is_read_only = true, .may_create = false});
  Statement select = store.prepare(
      "SELECT message_id, reference, is_open FROM bot_questions WHERE bot = ?1 AND chat = ?2 "
      "AND " +
      condition + " ORDER BY asked_at DESC, message_id DESC");
  std::vector<KeptQuestion> found;
  for (select.start(bot_, chat_, value); select.step();)
    found.push_back({select.integer(0), std::string(select.text(1)), select.integer(2) != 0});
  return found;
}

std::optional<KeptQuestion> StoredMemory::question(std::int64_t message) {
  const auto found = questions("message_id = ?3", message);
  return found.empty() ? std::nullopt : std::optional(found.front());
}

std::optional<KeptQuestion> StoredMemory::last_question() {
  const auto found = questions("message_id > ?3", 0);
  return found.empty() ? std::nullopt : std::optional(found.front());
}

std::vector<KeptQuestion> StoredMemory::open_questions() {
  return questions("is_open = ?3", 1);
}

std::optional<Memory::Suggested> StoredMemory::suggested(std::int64_t suggestion) {
  const Store store = Store::open(library_, {.is_read_only = true, .may_create = false});
  Statement select =
      store.prepare("SELECT ifnull(run_id, 0), track_id FROM suggestions WHERE suggestion_id = ?1");
  select.start(suggestion);
  if (!select.step()) return std::nullopt;
  return Suggested{select.integer(0), select.integer(1)};
}

std::optional<ShownList> StoredMemory::last_list() {
  const Store store = Store::open(library_, {.is_read_only = true, .may_create = false});
  Statement select =
      store.prepare("SELECT playlist, run_id FROM bot_lists WHERE bot = ?1 AND chat = ?2");
  select.start(bot_, chat_);
  if (!select.step()) return std::nullopt;
  return ShownList{std::string(select.text(0)), select.integer(1)};
}

}  // namespace engine::bot
