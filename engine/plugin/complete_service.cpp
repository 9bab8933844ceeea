#include "plugin/complete_service.hpp"

#include <algorithm>
#include <stdexcept>

#include "plugin/host.hpp"

namespace engine {
namespace {

constexpr std::size_t kMostTexts = 4096;

std::vector<std::string> texts_of(const char* const* texts) {
  std::vector<std::string> all;
  for (; texts != nullptr && *texts != nullptr; ++texts) {
    if (all.size() == kMostTexts) throw std::invalid_argument("it has too many texts");
    all.emplace_back(*texts);
  }
  return all;
}

/// Throws std::invalid_argument for what is no question.
complete::Question question_of(const playlist_question& asked) {
  if (!PLAYLIST_HAS(&asked, most)) throw std::invalid_argument("its size is wrong");
  complete::Question question;
  switch (asked.form) {
    case PLAYLIST_ANSWER_NUMBERS:
      question.form = complete::Form::kNumbers;
      break;
    case PLAYLIST_ANSWER_LABELS:
      question.form = complete::Form::kLabels;
      break;
    case PLAYLIST_ANSWER_WORDS:
      question.form = complete::Form::kWords;
      break;
    default:
      throw std::invalid_argument("it has no form that there is");
  }
  question.purpose = asked.purpose != nullptr ? asked.purpose : "";
  if (!complete::is_purpose(question.purpose))
    throw std::invalid_argument("there is no purpose \"" + question.purpose + '"');
  question.instruction = asked.instruction != nullptr ? asked.instruction : "";
  const std::vector<std::string> facts = texts_of(asked.facts);
  if (facts.size() % 2 != 0) throw std::invalid_argument("a fact has a name and a text");
  for (std::size_t k = 0; k < facts.size(); k += 2)
    question.facts.push_back({facts[k], facts[k + 1]});
  question.choices = texts_of(asked.choices);
  question.least = asked.least;
  question.most = asked.most;
  if (const std::string problem = complete::problem_of(question); !problem.empty())
    throw std::invalid_argument(problem);
  return question;
}

/// What the supervisor says of a question; a worker may be written over by its own elements.
complete::Completion completion_of(const std::string& bytes, std::size_t choices) {
  complete::Completion completion;
  if (bytes.empty()) return completion;
  completion = complete::unpack_completion(bytes);
  const auto is_one = [&](std::uint32_t pick) { return pick < choices; };
  if (!std::all_of(completion.picks.begin(), completion.picks.end(), is_one))
    throw std::invalid_argument("its answer chooses what there is not");
  return completion;
}

}  // namespace

struct CompleteFunctions {
  static playlist_status ask(const playlist_host* host, const playlist_question* question,
                             const playlist_completion** answer) noexcept {
    try {
      auto& asker = CallContext::owner<CompleteAsker>(host, PLAYLIST_SERVICE_COMPLETE);
      return asker.ask(host, *question, answer);
    } catch (const std::exception& error) {
      host->fail(host, PLAYLIST_ERROR,
                 (std::string("a question to a language model: ") + error.what()).c_str());
      return PLAYLIST_ERROR;
    }
  }
  static std::int32_t may_tell(const playlist_host* host, std::int32_t track) noexcept {
    try {
      const auto& asker = CallContext::owner<CompleteAsker>(host, PLAYLIST_SERVICE_COMPLETE);
      return asker.setup_.may_tell && asker.setup_.may_tell(track) ? 1 : 0;
    } catch (const std::exception& error) {
      host->fail(host, PLAYLIST_ERROR, error.what());
      return 0;
    }
  }
  static constexpr playlist_complete kFunctions{sizeof(playlist_complete), 0, ask, may_tell};
};

CallService CompleteAsker::service() {
  return {PLAYLIST_SERVICE_COMPLETE, &CompleteFunctions::kFunctions, this};
}

playlist_status CompleteAsker::ask(const playlist_host* host, const playlist_question& asked,
                                   const playlist_completion** answer) {
  complete::Question question = question_of(asked);
  question.now = setup_.now;
  question.may_ask = setup_.may_ask;
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::string bytes = setup_.ask ? setup_.ask(complete::pack(question)) : "";
  if (bytes.empty() && host->cancelled(host) != 0) return PLAYLIST_CANCELLED;
  got_ = completion_of(bytes, question.choices.size());
  answer_ = {sizeof answer_,    0,
             got_.picks.data(), got_.picks.size(),
             got_.text.c_str(), got_.model.c_str(),
             got_.why.c_str()};
  *answer = &answer_;
  return got_.is_given ? PLAYLIST_OK : PLAYLIST_NO_DATA;
}

}  // namespace engine
