// What a language model may be asked, and what of its answers holds.
//
// Every question is closed: the answer is a choice of what it is shown, or a text of words that it
// is given. Whoever asks has an answer of his own, which stands wherever the model's does not hold;
// so nothing that a model invents, and nothing that a title talks it into, goes beyond a choice that
// the asker had offered. What a server promises of its schemas counts for nothing here.
//
// Purposes  What somebody lets out of the house, one by one: kPurposes. None is on by itself.
// Threads   Any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace engine::complete {

struct Purpose {
  const char* name;  // "names"
  const char* does;  // what comes of it, for people to read
  const char* sent;  // what goes out for it, likewise
};
/// In the order of help.
std::span<const Purpose> purposes();
bool is_purpose(std::string_view name);

/// What the model is told: "artist", "Low".
struct Fact {
  std::string name, text;
  /// A text of kWords may have all of it, word for word, and not its words by themselves: a title
  /// that gives orders lends none of them to a sentence.
  bool is_whole = false;
};

enum class Form : std::uint8_t {
  kNumbers,  // numbers of the choices, which are shown with them, in an order
  kLabels,   // choices themselves, in an order
  kWords,    // a text of words of the choices and the facts, and of facts word for word
};

struct Question {
  std::string purpose;
  std::string instruction;  // the asker's own words: never a title, a name or a tag
  std::vector<Fact> facts;
  Form form = Form::kNumbers;
  std::vector<std::string> choices;  // no two alike, but for kNumbers
  std::size_t least = 1, most = 1;   // that are chosen; of words in the text
  /// As of when it is asked. What was answered later is not known; and who asks as of long ago is
  /// answered from what is kept alone.
  std::int64_t now = 0;
  bool may_ask = true;  // else what is kept, or nothing
};

/// Bytes of a text, at most.
inline constexpr std::size_t kLongestText = 240;

struct Completion {
  bool is_given = false;             // else nothing of it is to be used
  std::vector<std::uint32_t> picks;  // places in `choices`, each once
  std::string text;                  // of kWords
  std::string model;                 // who answered
  /// Why there is none, for people, of our own words alone. "" where nobody wanted one: no account
  /// has the purpose.
  std::string why;
};

/// What is wrong with a question, "" for nothing: nothing to choose from, say.
std::string problem_of(const Question& question);

// ---- as it goes out ----

std::string system_text(const Question& question);
/// The facts and the choices, as JSON.
std::string data_text(const Question& question);
/// Of the answer, a JSON Schema of closed objects.
std::string schema_text(const Question& question);
/// Equal for the same question to the same model, whenever and over whatever wire it is asked.
std::string key_of(const Question& question, const std::string& model);

// ---- as it comes back ----

/// What the JSON text of an answer comes to: given only where all of it is what was asked for.
Completion checked_answer(const Question& question, std::string_view json);
/// The first {...} of a text, where a model talks around it; nothing where there is none.
std::optional<std::string_view> first_object(std::string_view text);

// ---- between a worker and its supervisor ----

std::string pack(const Question& question);
std::string pack(const Completion& completion);
/// Throw std::invalid_argument for bytes that are none.
Question unpack_question(std::string_view bytes);
Completion unpack_completion(std::string_view bytes);
/// Whether the bytes are a question as pack() makes them.
bool is_question(std::string_view bytes);

}  // namespace engine::complete
