#include "user_columns.hpp"

#include "playlist/plugin.hpp"

#include <algorithm>
#include <numeric>

#include "text.hpp"

namespace source {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// Letters to change, add or leave out on the way from one word to the other (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

/// `; did you mean "x"?`, or nothing where no word is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  std::string nearest;
  std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& name : known) {
    const std::size_t steps = distance(word.substr(0, 100), std::string_view(name).substr(0, 100));
    if (steps >= least) continue;
    least = steps;
    nearest = name;
  }
  return nearest.empty() ? "" : "; did you mean " + quoted(nearest) + "?";
}

std::vector<std::string> field_names() {
  std::vector<std::string> known;
  for (int k = 0; k < TrackColumns::kRoleCount; ++k) known.emplace_back(TrackColumns::role_name(k));
  for (int k = 0; k < PlayColumns::kEvent; ++k) known.emplace_back(PlayColumns::role_name(k));
  return known;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> read_mapping(std::string_view columns) {
  std::vector<std::pair<std::string, std::string>> mapping;
  for (const std::string& part : split(columns, ',')) {
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos) {
      throw playlist::Error("--columns takes NAME=COLUMN,... and got " + quoted(part));
    }
    mapping.emplace_back(trim(std::string_view(part).substr(0, equals)),
                         trim(std::string_view(part).substr(equals + 1)));
  }
  return mapping;
}

bool names_any_column(const Header& header, std::string_view user_columns) {
  for (const std::string& part : split(user_columns, ',')) {
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos) continue;
    if (header.has(plain_name(std::string_view(part).substr(equals + 1)))) return true;
  }
  return false;
}

bool names_time(std::string_view user_columns) {
  for (const std::string& part : split(user_columns, ',')) {
    const int role = PlayColumns::find_role(plain_name(part.substr(0, part.find('='))));
    if (role == PlayColumns::kTime || role == PlayColumns::kLocalTime ||
        role == PlayColumns::kEndTime) {
      return true;
    }
  }
  return false;
}

UserColumns::UserColumns(const Header& header, std::string_view user_columns) {
  std::vector<std::string> given;
  for (const auto& [name, wanted] : read_mapping(user_columns)) {
    const std::string field = plain_name(name);
    const int play = PlayColumns::find_role(field);
    const int track = play < 0 ? TrackColumns::find_role(field) : -1;
    if (play < 0 && track < 0) {
      const std::vector<std::string> known = field_names();
      throw playlist::Error("--columns: there is no field " + quoted(name) + "; there are " +
                            joined(known) + did_you_mean(field, known));
    }
    const std::string canonical =
        play >= 0 ? PlayColumns::role_name(play) : TrackColumns::role_name(track);
    if (std::find(given.begin(), given.end(), canonical) != given.end()) {
      throw playlist::Error("--columns: the field " + quoted(canonical) + " is given twice");
    }
    given.push_back(canonical);
    const std::string plain = plain_name(wanted);
    const int column = header.find({plain});
    if (column < 0) {
      throw playlist::Error("--columns: the file has no column " + quoted(wanted) + "; it has " +
                            joined(header.names()) + did_you_mean(plain, header.names()));
    }
    play >= 0 ? plays.assign(play, column) : tracks.assign(track, column);
  }
  tracks.set_artist_cell(ArtistCell::kSemicolon);
}

}  // namespace source
