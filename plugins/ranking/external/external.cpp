// ranking.external: asks a re-ranker behind a local HTTP address about the first candidates.
//
// Request   POST url, Content-Type application/json, one object:
//             {"version": 1, "user": TEXT or null, "prompt": TEXT or null, "now": Unix seconds,
//              "candidates": [{"track": ID, "title", "artist", "score": NUMBER or null,
//                              "columns": {NAME: NUMBER or TEXT or null}}]}
//           the first `limit` candidates in their order; ID is the store's id of the track, columns
//           are those that rankers before have added.
// Answer    status 200, one object of at most 4 MiB:
//             {"scores": [{"track": ID, "score": NUMBER}]}
//           in any order, higher is better. Further members are passed over, so are tracks that
//           were not asked about; of a track that is named twice the first score holds.
// Columns   external_score  the score, missing where there is none
//           external        the place in the new order, from 1 (first) down to above 0: tracks with
//                           a score by it, then the others; alike ones as they stood. So
//                           :score(function(t) return t.external end) puts the new order into
//                           effect, and keeps the old one where the re-ranker gave no answer.
// Fallback  No connection, no whole answer within `timeout`, another status, an answer that is not
//           as above: external keeps the order as it was, and a notice of the run says why.
// Network   The engine asks, not the run, and it asks at the setting url of ["ranking.external"]
//           only: an http address of this machine (localhost, 127.x.x.x or [::1]), any other where
//           the setting allow_remote is true. A recipe's own `url` must lead to this machine, and
//           limits.network be set. Other people's services learn what is sent.
// Same      An answer from outside may differ from run to run; everything else of a run does not.
#include "playlist/plugin.hpp"
#include "playlist/remote.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <nlohmann/json.hpp>

#include "answer.hpp"

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestAnswer = 4u << 20;  // bytes

/// The value of a column as JSON, null where it is missing.
Json value_of(const playlist::Column& column, std::size_t row) {
  if (column.type() == PLAYLIST_STRING) {
    const std::string_view text = column.texts()[row];
    return text.empty() ? Json(nullptr) : Json(text);
  }
  const double value = column.number(row);
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

class External final : public playlist::Ranking {
 public:
  static constexpr playlist::Param kParams[] = {
      {"url", "", "where the re-ranker answers; empty: the setting url of this element"},
      {"limit", 100, 1, 1'000, "candidates to ask about, from the first"},
      {"timeout", 2.0, 0.01, 60, "seconds to wait for the answer"},
      {"prompt", "", "a text to send along"},
      {"user", "", "a name to send along"},
  };
  static constexpr playlist::Field kOutputs[] = {
      {"external", PLAYLIST_F32, "place in the new order, 1 the first, never missing"},
      {"external_score", PLAYLIST_F32, "the re-ranker's score"}};

  explicit External(const playlist::Args& args)
      : url_(args.text("url")),
        limit_(args.count("limit")),
        timeout_(args.number("timeout")),
        prompt_(args.text("prompt")),
        user_(args.text("user")) {}

  void rank(playlist::RankingCall& call) const {
    const auto score = call.out_f32(1);
    std::fill(score.begin(), score.end(), playlist::kMissingF32);
    call.checkpoint();
    try {
      if (call.rows() > 0) ask(call, score);
    } catch (const external::NoAnswer& problem) {
      std::fill(score.begin(), score.end(), playlist::kMissingF32);
      call.warning(playlist::concat("the candidates keep their order: ", problem.what()));
    }
    write_places(score, call.out_f32(0));
  }

 private:
  void ask(playlist::RankingCall& call, std::span<float> score) const {
    const std::string url = address(call);
    const std::size_t count = std::min(limit_, call.rows());
    playlist::HttpRequest asked;
    asked.method = "POST";
    asked.target = url;
    asked.headers = {"Content-Type: application/json"};
    asked.body = request(call, count);
    asked.timeout = timeout_;
    const playlist::HttpAnswer answer = playlist::Http(call).ask(asked);
    if (answer.status == 0) throw external::NoAnswer(answer.problem);
    if (answer.status != 200)
      throw external::NoAnswer(playlist::concat(url, " answers with status ", answer.status));
    if (answer.body.size() > kLongestAnswer)
      throw external::NoAnswer(url + " answers with more than 4 MiB");
    take_answer(call, external::read_answer(answer.body), count, score);
  }

  [[nodiscard]] std::string address(const playlist::RankingCall& call) const {
    std::string url = url_;
    if (url.empty()) url = call.setting("url").value_or("");
    if (url.empty()) {
      throw external::NoAnswer(
          "no address is set: give url, or set elements[\"ranking.external\"].url in the "
          "configuration");
    }
    return url;
  }

  [[nodiscard]] std::string request(const playlist::RankingCall& call, std::size_t count) const {
    const playlist::Table tracks = call.table("tracks");
    const auto id = tracks["id"].i64();
    const auto title = tracks["title"].texts(), artist = tracks["artist_name"].texts();
    const playlist::Table columns(call.io().candidates, "candidates");
    const auto track = call.track();
    Json candidates = Json::array();
    for (std::size_t row = 0; row < count; ++row) {
      const auto number = static_cast<std::size_t>(track[row]);
      Json candidate = {{"track", id[number]},
                        {"title", std::string(title[number])},
                        {"artist", std::string(artist[number])},
                        {"score", nullptr}};
      Json values = Json::object();
      for (std::uint32_t k = 0; k < columns.get()->column_count; ++k) {
        const std::string name = columns.get()->columns[k]->name;
        if (name == "track") continue;
        Json value = value_of(columns[name], row);
        (name == "score" ? candidate["score"] : values[name]) = std::move(value);
      }
      candidate["columns"] = std::move(values);
      candidates.push_back(std::move(candidate));
    }
    const auto text = [](const std::string& given) {
      return given.empty() ? Json(nullptr) : Json(given);
    };
    const Json body = {{"version", 1},
                       {"user", text(user_)},
                       {"prompt", text(prompt_)},
                       {"now", call.now()},
                       {"candidates", std::move(candidates)}};
    return body.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  static void take_answer(const playlist::RankingCall& call,
                          const std::vector<external::TrackScore>& answer, std::size_t count,
                          std::span<float> score) {
    const auto id = call.table("tracks")["id"].i64();
    const auto track = call.track();
    std::unordered_map<std::int64_t, std::size_t> row_of;
    for (std::size_t row = 0; row < count; ++row)
      row_of.emplace(id[static_cast<std::size_t>(track[row])], row);
    std::size_t found = 0;
    for (const external::TrackScore& one : answer) {
      const auto row = row_of.find(one.track);
      if (row == row_of.end() || !std::isnan(score[row->second])) continue;
      score[row->second] = one.score;
      ++found;
    }
    if (found < count) {
      call.info(playlist::concat("the re-ranker gave ", found, " of ", count,
                                 " candidates a score; the others come after them"));
    }
  }

  static void write_places(std::span<const float> score, std::span<float> place) {
    std::vector<std::size_t> order(score.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      if (std::isnan(score[a]) || std::isnan(score[b]))
        return !std::isnan(score[a]) && std::isnan(score[b]);
      return score[a] > score[b];
    });
    for (std::size_t k = 0; k < order.size(); ++k)
      place[order[k]] = 1 - static_cast<float>(k) / static_cast<float>(order.size());
  }

  std::string url_;
  std::size_t limit_;
  double timeout_;
  std::string prompt_, user_;
};

constinit const playlist::Element kExternal = playlist::element<External>(
    "ranking.external", "Asks a re-ranker behind a local HTTP address about the first candidates.");

}  // namespace

PLAYLIST_LIBRARY_BY("org.playlist-engine.ranking.external", "1.0.0", "Playlist Engine", "MIT",
                    kExternal);
