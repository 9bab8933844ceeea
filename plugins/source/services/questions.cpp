#include "questions.hpp"

#include <nlohmann/json.hpp>

#include "json_answers.hpp"

namespace source {
namespace {

using Json = nlohmann::json;

Question question_of(const Json& one) {
  Question question;
  question.question = text_in(one, "question");
  question.artist_id = integer_in(one, "artist_id");
  question.track_id = integer_in(one, "track_id");
  question.artist = text_in(one, "artist");
  question.title = text_in(one, "title");
  question.album = text_in(one, "album");
  question.mbid = text_in(one, "mbid");
  question.spotify_id = text_in(one, "spotify_id");
  question.isrc = text_in(one, "isrc");
  question.duration_ms = integer_in(one, "duration_ms");
  if (const auto ids = one.find("ids"); ids != one.end() && ids->is_object())
    for (const auto& [service, id] : ids->items())
      if (id.is_string()) question.ids[service] = id.get<std::string>();
  return question;
}

}  // namespace

std::vector<Question> questions_of(const playlist::Call& call) {
  const std::string text(call.setting("questions").value_or(""));
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_array()) throw playlist::Error("the engine does not say what to ask");
  std::vector<Question> questions;
  for (const Json& one : json) {
    if (!one.is_object()) throw playlist::Error("the engine asks what is no question");
    questions.push_back(question_of(one));
    if ((questions.back().artist_id > 0) == (questions.back().track_id > 0))
      throw playlist::Error("the engine asks of neither an artist nor a track");
  }
  return questions;
}

QuestionReading::QuestionReading(playlist::SourceCall& call)
    : call_(call),
      rows_(call.rows("questions", {{"question", PLAYLIST_STRING},
                                    {"artist_id", PLAYLIST_I64},
                                    {"track_id", PLAYLIST_I64}})) {}

void QuestionReading::was_answered(const Question& question) {
  rows_.row();
  rows_.set_text(1, question.question);
  if (question.artist_id > 0)
    rows_.set_i64(2, question.artist_id);
  else
    rows_.set_i64(3, question.track_id);
  failures_ = 0;
}

void QuestionReading::was_bad(const BadAnswer& bad) {
  if (++failures_ >= kMostFailures) fail(bad.why);
  call_.bucket("failed", bad.why);
}

void QuestionReading::fail(const std::string& why) {
  keep();
  throw playlist::Error(why);
}

void QuestionReading::keep() {
  if (call_.record() > 0) call_.complete(call_.record());
}

}  // namespace source
