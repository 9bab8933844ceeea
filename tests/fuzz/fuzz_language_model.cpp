// What a language model's server answers: whatever it sends is refused with a reason, or is a choice of
// what it was shown. The first byte says what it was asked, over which wire and with which status it
// answers; the others are its answer, of a server and once more as the text of a model.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <stdexcept>
#include <string_view>

#include "complete/dialect.hpp"
#include "complete/question.hpp"
#include "core/shown_text.hpp"

using namespace engine::complete;

namespace {

constexpr int kStatuses[] = {200, 200, 200, 400, 401, 429, 500, 0};

Question question_of(unsigned kind) {
  Question question;
  question.purpose = "ranking";
  question.instruction = "Choose what fits.";
  question.form = static_cast<Form>(kind % 3);
  question.facts = {{"artist", "AC/DC", true}, {"title", "Björk’s 24 Hours"}, {"kind", "trip hop"}};
  question.choices = {"calm", "not calm", "you", "like", "it's", "because"};
  question.least = 1;
  question.most = 4;
  return question;
}

void require(bool is_so) {
  if (!is_so) std::abort();
}

void judge(const Question& question, const Completion& completion) {
  if (!completion.is_given) {
    require(completion.picks.empty() && completion.text.empty() && !completion.why.empty());
    require(completion.why.size() < 200);  // our own words
    return;
  }
  if (question.form == Form::kWords) {
    require(!completion.text.empty() && completion.text.size() <= kLongestText);
    require(completion.text == engine::one_line(completion.text) && completion.picks.empty());
    return;
  }
  const std::set<std::uint32_t> picks(completion.picks.begin(), completion.picks.end());
  require(picks.size() == completion.picks.size() && completion.text.empty());
  require(picks.size() >= question.least && picks.size() <= question.most);
  require(*picks.rbegin() < question.choices.size());
}

void unpack(std::string_view bytes) {
  try {
    const Completion completion = unpack_completion(bytes);
    require(unpack_completion(pack(completion)).picks == completion.picks);
  } catch (const std::invalid_argument&) {
  }
  try {
    const Question question = unpack_question("playlist.complete/1\n" + std::string(bytes));
    if (problem_of(question).empty()) require(!data_text(question).empty());
  } catch (const std::invalid_argument&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const unsigned kind = data[0];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Question question = question_of(kind);
  Model model;
  model.name = "small";
  model.form = static_cast<SchemaForm>(kind / 3 % 5);
  engine::http::Answer answer;
  answer.status = kStatuses[kind / 15 % std::size(kStatuses)];
  if (answer.status == 0) answer.problem = "nobody answers";
  answer.body = bytes;
  const Reply reply = read_reply(model, answer);
  require(reply.json.empty() != reply.why.empty());
  if (!reply.json.empty()) judge(question, checked_answer(question, reply.json));
  if (const auto other = other_form(model, answer))
    require(other->form != model.form || other->is_newer_openai);
  judge(question, checked_answer(question, bytes));
  unpack(bytes);
  return 0;
}
