#include "import/service_answers_writer.hpp"

#include <cmath>
#include <optional>
#include <string>

#include "core/error.hpp"

namespace engine::import {
namespace {

bool is_told(std::span<const std::int64_t> ids, std::size_t row) {
  return !ids.empty() && ids[row] != INT64_MIN;
}

/// How many rows of the batch each record filled, but for those that say what was asked, and who an
/// artist is there.
std::map<std::int64_t, std::int64_t> answers_of(std::span<const TableView> batch) {
  std::map<std::int64_t, std::int64_t> answers;
  for (const TableView& table : batch) {
    if (table.name == "questions" || table.name == "artists") continue;
    for (const std::int64_t record : table.numbers<std::int64_t>("record")) ++answers[record];
  }
  return answers;
}

}  // namespace

ServiceAnswersWriter::ServiceAnswersWriter(Store& store)
    : find_artist_(store.prepare("SELECT artist_id FROM artists WHERE artist_id = ?1")),
      find_track_(store.prepare("SELECT track_id FROM tracks WHERE track_id = ?1")),
      put_artist_question_(
          store.prepare("INSERT OR REPLACE INTO artist_questions "
                        "(service, question, artist_id, ts, answers) VALUES (?1, ?2, ?3, ?4, ?5)")),
      put_track_question_(
          store.prepare("INSERT OR REPLACE INTO track_questions "
                        "(service, question, track_id, ts, answers) VALUES (?1, ?2, ?3, ?4, ?5)")),
      find_(store.prepare("SELECT ts, score, seed_id FROM recommendations WHERE user_id = ?1 AND "
                          "service = ?2 AND channel = ?3 AND track_id = ?4 AND ended_at IS NULL")),
      end_(store.prepare("UPDATE recommendations SET ended_at = ?5 WHERE user_id = ?1 AND "
                         "service = ?2 AND channel = ?3 AND track_id = ?4 AND ended_at IS NULL")),
      put_(store.prepare("INSERT OR REPLACE INTO recommendations (user_id, service, channel, "
                         "track_id, ts, ended_at, score, seed_id, told_by) "
                         "VALUES (?1, ?2, ?3, ?4, ?5, NULL, ?6, ?7, ?8)")),
      tell_again_(
          store.prepare("UPDATE recommendations SET told_by = ?5 WHERE user_id = ?1 AND "
                        "service = ?2 AND channel = ?3 AND track_id = ?4 AND ended_at IS NULL")),
      end_unlisted_(store.prepare("UPDATE recommendations SET ended_at = ?4 WHERE user_id = ?1 AND "
                                  "service = ?2 AND told_by <> ?3 AND ended_at IS NULL "
                                  "AND ?5 IN (service, channel)")) {}

void ServiceAnswersWriter::write_questions(const TableView& table, std::span<const TableView> batch,
                                           const FileContext& file, RecordBuckets& records) {
  const auto record = table.numbers<std::int64_t>("record");
  const auto artist = table.numbers<std::int64_t>("artist_id"),
             track = table.numbers<std::int64_t>("track_id");
  const TextView question = table.texts("question");
  const std::map<std::int64_t, std::int64_t> answers = answers_of(batch);
  for (std::size_t row = 0; row < table.rows; ++row) {
    if (!question.has(row) || is_told(artist, row) == is_told(track, row))
      throw Error(
          Exit::kPlugin,
          "a row of \"questions\" is of one artist_id or one track_id, and says what of it");
    const auto came = answers.find(record[row]);
    const std::int64_t count = came == answers.end() ? 0 : came->second;
    const bool is_artist = is_told(artist, row);
    const std::int64_t subject = is_artist ? artist[row] : track[row];
    if (!(is_artist ? find_artist_ : find_track_).find_integer(subject)) {
      records.note(record[row], Outcome::kUnmatched);
      continue;
    }
    (is_artist ? put_artist_question_ : put_track_question_)
        .run(file.format, question[row], subject, file.now, count);
    if (count == 0) records.note(record[row], Outcome::kNotFound);
  }
}

void ServiceAnswersWriter::write_recommendations(const TableView& table,
                                                 std::span<const std::int64_t> tracks,
                                                 const FileContext& file, RecordBuckets& records) {
  const auto record = table.numbers<std::int64_t>("record");
  const auto scores = table.numbers<float>("score");
  const auto seeds = table.numbers<std::int64_t>("seed_id");
  const TextView channels = table.texts("channel");
  const std::int64_t user = file.user_id();
  for (std::size_t row = 0; row < table.rows; ++row) {
    if (tracks[row] == 0) {
      records.note(record[row], Outcome::kUnmatched);
      continue;
    }
    std::optional<double> score;
    if (!scores.empty() && std::isfinite(scores[row])) score = scores[row];
    std::optional<std::int64_t> seed;
    if (is_told(seeds, row) && find_track_.find_integer(seeds[row])) seed = seeds[row];
    find_.start(user, file.format, channels[row], tracks[row]);
    const bool is_there = find_.step();
    const bool is_same = is_there &&
                         (find_.is_null(1) ? !score : score && find_.real(1) == *score) &&
                         (find_.is_null(2) ? !seed : seed && find_.integer(2) == *seed);
    find_.reset();
    if (is_same) {
      tell_again_.run(user, file.format, channels[row], tracks[row], file.ingestion_id);
    } else {
      end_.run(user, file.format, channels[row], tracks[row], file.now);
      put_.run(user, file.format, channels[row], tracks[row], file.now, score, seed,
               file.ingestion_id);
    }
    records.note(record[row], !is_there ? Outcome::kNew
                              : is_same ? Outcome::kDuplicate
                                        : Outcome::kUpdated);
  }
}

std::int64_t ServiceAnswersWriter::end_unlisted_recommendations(const FileContext& file) {
  return end_unlisted_.run(file.user_id(), file.format, file.ingestion_id, file.now,
                           file.teller_of("recommendations"));
}

}  // namespace engine::import
