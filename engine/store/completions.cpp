#include "store/completions.hpp"

namespace engine {

void keep_completion(Store& store, const AskedCompletion& asked) {
  store
      .prepare(
          "INSERT INTO completions (ts, asked_at, account, model, purpose, key, answer, requests, "
          "input_tokens, output_tokens, cost) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
          "?11)")
      .run(asked.ts, asked.asked_at, asked.account, asked.model, asked.purpose, asked.key,
           asked.answer, asked.requests, asked.input_tokens, asked.output_tokens, asked.cost);
}

std::optional<KeptCompletion> find_completion(const Store& store, std::string_view key,
                                              std::int64_t now) {
  // An answer is looked for before anything is asked, so that later rows of a key are as of earlier
  // moments: what a run found, it finds again.
  Statement select = store.prepare(
      "SELECT answer FROM completions WHERE key = ?1 AND "
      "(answer IS NOT NULL AND ts <= ?2 OR ts = ?2) "
      "ORDER BY answer IS NULL, ts DESC, completion_id LIMIT 1");
  select.start(key, now);
  if (!select.step()) return std::nullopt;
  KeptCompletion kept;
  if (!select.is_null(0)) kept.answer = select.text(0);
  return kept;
}

CompletionCosts completion_costs(const Store& store, std::string_view account, std::int64_t since) {
  Statement select = store.prepare(
      "SELECT total(requests), count(answer), total(input_tokens), total(output_tokens), "
      "count(*) FILTER (WHERE answer IS NOT NULL AND input_tokens IS NULL), total(cost) "
      "FROM completions WHERE account = ?1 AND asked_at >= ?2");
  select.start(account, since);
  CompletionCosts costs;
  if (!select.step()) return costs;
  costs.requests = select.integer(0);
  costs.answers = select.integer(1);
  costs.input_tokens = select.integer(2);
  costs.output_tokens = select.integer(3);
  costs.untold = select.integer(4);
  costs.cost = select.real(5);
  return costs;
}

}  // namespace engine
