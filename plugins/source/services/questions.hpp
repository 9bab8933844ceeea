// What an engine asks a service of artists and tracks, by the setting "questions": a JSON array of
//
//   {"question": "similar_artists" | "top_tracks" | "artist_tags",
//    "artist_id": the store's, "artist": name, "mbid", "ids": {"deezer": "27"}}     of an artist
//   {"question": "similar_tracks" | "track_tags" | "track_ids",
//    "track_id": the store's, "title", "artist", "album", "duration_ms", "spotify_id", "isrc", "mbid"}
//                                                                                    of a track
//
// A record is a question; what came of it fills rows of other tables, and its row of "questions"
// says that it was asked. Mbid, ids and what is not known of a track may be missing.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace source {

struct Question {
  std::string question;
  std::int64_t artist_id = 0, track_id = 0;  // 0: it is of the other
  std::string artist, title, album, mbid, spotify_id, isrc;
  std::map<std::string, std::string> ids;  // of the artist, by service
  std::int64_t duration_ms = 0;            // 0: not known

  [[nodiscard]] std::string id_at(const char* service) const {
    const auto found = ids.find(service);
    return found != ids.end() ? found->second : "";
  }
};

/// Throws playlist::Error where the setting is missing or none of these.
std::vector<Question> questions_of(const playlist::Call& call);

/// An answer about one question that is no good; of several behind each other, it is the service.
struct BadAnswer {
  std::string why;
};

/// Asks one question after the other and keeps what came every few of them; what fails for good keeps
/// what came before. How far it came stands in the store, by the questions that were answered.
class QuestionReading {
 public:
  explicit QuestionReading(playlist::SourceCall& call);

  /// `answer(question)` fills rows. Throws BadAnswer, or playlist::Error where no other question is
  /// worth asking for now.
  template <typename Answer>
  void read(const Answer& answer) {
    const std::vector<Question> questions = questions_of(call_);
    for (const Question& question : questions) {
      try {
        answer(question);
        was_answered(question);
      } catch (const BadAnswer& bad) {
        was_bad(bad);
      } catch (const playlist::Error& error) {
        fail(error.what());
      }
      call_.next(0);
      const std::int64_t done = call_.record();
      if (done % kAtOnce == 0) keep();
      call_.checkpoint(static_cast<double>(done) / static_cast<double>(questions.size()));
    }
    call_.finish();
  }

 private:
  static constexpr std::int64_t kAtOnce = 20;  // questions between two steps that are kept
  static constexpr int kMostFailures = 3;      // behind each other

  void was_answered(const Question& question);
  void was_bad(const BadAnswer& bad);
  [[noreturn]] void fail(const std::string& why);
  void keep();

  playlist::SourceCall& call_;
  playlist::Rows& rows_;
  int failures_ = 0;
};

}  // namespace source
