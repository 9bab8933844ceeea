// Vectors of tracks as files hold them: matrices of numpy.save with their ids, and JSON lines.
#include <cmath>
#include <cstring>
#include <limits>

#include <catch2/catch.hpp>

#include "support/source_run.hpp"

using namespace test;
using Sizes = std::map<std::string, int>;
using Vectors = std::vector<std::vector<float>>;

namespace {

const std::string kSpotify = "4uLU6hMCjMI75M1A2tKUQC",
                  kUuid = "f980fc14-e29b-481d-ad3a-5ed9b4ab6340";

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::string header(const std::string& descr, const std::string& shape,
                   const std::string& order = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
}

/// As numpy.save lays it out; the length of the header is two bytes in version 1, else four.
std::string npy(const std::string& header, const std::string& values, int version = 1) {
  std::string file = "\x93NUMPY";
  file += {static_cast<char>(version), 0};
  const std::size_t length = header.size() + 1;
  for (int k = 0; k < (version == 1 ? 2 : 4); ++k)
    file += static_cast<char>(length >> (8 * k) & 0xff);
  return file + header + "\n" + values;
}

/// Reads a matrix whose rows are of the tracks 1, 2, 3 ...
SourceRun read_matrix(const std::string& file, std::size_t rows) {
  std::string ids;
  for (std::size_t row = 1; row <= rows; ++row) ids += std::to_string(row) + "\n";
  return read_with_ids("source.embeddings", "v.npy", file, ids);
}

Vectors vectors_of(const SourceRun& run) {
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  Vectors found;
  for (const CollectedRow& row : run.of("vectors")) found.push_back(row.vector);
  return found;
}

std::string refusal(const std::string& file) {
  const SourceRun run = read_matrix(file, 2);
  CHECK(run.rows->row_count == 0);
  const std::string prefix = "source.embeddings failed: ";
  CHECK((run.error.empty() || run.error.starts_with(prefix)));
  return run.error.empty() ? "it was read" : run.error.substr(prefix.size());
}

SourceRun read_lines(const std::string& lines) {
  return read_with("source.embeddings", "v.jsonl", lines);
}

}  // namespace

TEST_CASE("matrices of numpy.save are read in float16, float32 and float64", "[source][npy]") {
  const std::vector<float> values{1, -2.5f, 0.5f, 4};
  const Vectors expected = {{1, -2.5f}, {0.5f, 4}};
  const auto read = [](const std::string& file) { return vectors_of(read_matrix(file, 2)); };
  CHECK(read(npy(header("<f4", "(2, 2)"), bytes_of(values))) == expected);
  CHECK(read(npy(header("<f8", "(2, 2)"), bytes_of(std::vector<double>{1, -2.5, 0.5, 4}))) ==
        expected);
  CHECK(read(npy(header("<f2", "(2, 2)"), bytes_of(std::vector<std::uint16_t>{
                                              0x3c00, 0xc100, 0x3800, 0x4400}))) == expected);
  for (const int version : {2, 3})
    CHECK(read(npy(header("<f4", "(2, 2)"), bytes_of(values), version)) == expected);
  CHECK(read(npy("{\"shape\":(2,2),\"fortran_order\":False,\"descr\":\"<f4\"}",
                 bytes_of(values))) == expected);
  // One column lies the same in both orders; no rows are no error.
  CHECK(vectors_of(read_matrix(npy(header("<f4", "(4, 1)", "True"), bytes_of(values)), 4)) ==
        Vectors{{1}, {-2.5f}, {0.5f}, {4}});
  CHECK(vectors_of(read_matrix(npy(header("<f4", "(0, 8)"), ""), 0)).empty());
}

TEST_CASE("halves have the values that IEEE 754 gives them", "[source][npy]") {
  const std::vector<std::uint16_t> halves = {0x0000, 0x8000, 0x0001, 0x83ff,
                                             0x0400, 0x7bff, 0xfc00, 0x7e00};
  const Vectors rows = vectors_of(read_matrix(npy(header("<f2", "(1, 8)"), bytes_of(halves)), 1));
  REQUIRE(rows.size() == 1);
  const std::vector<float>& values = rows[0];
  CHECK(values[0] == 0);
  CHECK(std::signbit(values[1]));
  CHECK(values[2] == std::ldexp(1.0f, -24));
  CHECK(values[3] == -std::ldexp(1023.0f, -24));
  CHECK(values[4] == std::ldexp(1.0f, -14));
  CHECK(values[5] == 65504);
  CHECK(values[6] == -std::numeric_limits<float>::infinity());
  CHECK(std::isnan(values[7]));
}

TEST_CASE("a double too large for a float is not finite", "[source][npy]") {
  const Vectors rows = vectors_of(read_matrix(
      npy(header("<f8", "(1, 3)"), bytes_of(std::vector<double>{1e300, -1e300, NAN})), 1));
  REQUIRE(rows.size() == 1);
  CHECK(std::isinf(rows[0][0]));
  CHECK(std::isinf(rows[0][1]));
  CHECK(std::isnan(rows[0][2]));
}

TEST_CASE("what is no plain matrix is refused with what was found", "[source][npy]") {
  const std::string four(16, '\0');
  CHECK(refusal(npy(header("<i4", "(2, 2)"), four)) ==
        "its values are of type '<i4', read are '<f2', '<f4' and '<f8'; save it as "
        "numpy.save(\"vectors.npy\", vectors.astype(\"<f4\"))");
  CHECK_THAT(refusal(npy(header(">f4", "(2, 2)"), four)), Catch::Contains("'>f4'"));
  CHECK_THAT(refusal(npy(header("<f4", "(4,)"), four)),
             Catch::Contains("it has 1 dimensions, vectors need two"));
  CHECK_THAT(refusal(npy(header("<f4", "(2, 2)", "True"), four)), Catch::Contains("Fortran"));
  CHECK_THAT(
      refusal(npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (4,), }", four)),
      Catch::Contains("several fields"));
  CHECK_THAT(refusal("PK\x03\x04"), Catch::Contains("magic word"));
}

TEST_CASE("damaged files of vectors are refused, wherever they are cut", "[source][npy]") {
  const std::string whole = npy(header("<f4", "(2, 2)"), std::string(16, '\0'));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK(refusal(whole.substr(0, length)) != "it was read");
  }
  CHECK_THAT(refusal(whole + "x"), Catch::Contains("17 bytes follow"));
  // Sizes whose product overflows, or is far beyond the file.
  for (const char* shape : {"(4611686018427387904, 4)", "(18446744073709551615, 1)", "(1, 65537)",
                            "(2, 0)", "(99999999999999999999, 1)", "(-1, 4)", "(2, 2, )("}) {
    CAPTURE(shape);
    CHECK(refusal(npy(header("<f4", shape), std::string(16, '\0'))) != "it was read");
  }
  for (const char* text : {"", "{", "{'descr'}", "{'descr': '<f4'", "{'x': 1}",
                           "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2, 2)}",
                           "{'descr': '<f4', 'shape': (2, 2)}", "{} trailing"}) {
    CAPTURE(text);
    CHECK(refusal(npy(text, std::string(16, '\0'))) != "it was read");
  }
  CHECK_THAT(refusal(std::string("\x93NUMPY\x09\x00\x00\x00", 10)), Catch::Contains("version 9"));
}

TEST_CASE("a matrix needs as many ids as it has rows", "[source][npy]") {
  const std::string two = npy(header("<f4", "(2, 2)"), bytes_of(std::vector<float>{1, 2, 3, 4}));
  CHECK_THAT(read_matrix(two, 1).error,
             Catch::EndsWith("the ids do not belong to the vectors: ids.txt has 1 lines, v.npy has "
                             "2 rows; give one id a line, in the order of the rows"));
  CHECK_THAT(read_with("source.embeddings", "v.npy", two).error, Catch::Contains("add --ids FILE"));
  CHECK_THAT(read_with_ids("source.embeddings", "v.jsonl", "{}", "1\n").error,
             Catch::Contains("leave --ids away"));
  const SourceRun run = read_with_ids("source.embeddings", "v.npy", two, "\r\nwhat\r\n");
  CHECK(run.reason("malformed", 0) == "it has no id");
  CHECK(run.reason("malformed", 1) == "its id is of no known kind");
}

TEST_CASE("ids of tracks are told apart by their form", "[source]") {
  const auto is = [](const std::string& text, const std::string& column, const std::string& plain) {
    CAPTURE(text);
    const SourceRun run = read_lines("{\"id\": \"" + text + "\", \"vector\": [1]}\n");
    const auto rows = run.of("vectors");
    if (column.empty()) {
      CHECK(run.rows->bucket_sizes() == Sizes{{"malformed", 1}});
      return;
    }
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].values == std::map<std::string, std::string>{{"space", "clap"}, {column, plain}});
  };
  is(kSpotify, "spotify_id", kSpotify);
  is("spotify:track:" + kSpotify, "spotify_id", kSpotify);
  is("https://open.spotify.com/track/" + kSpotify + "?si=abc", "spotify_id", kSpotify);
  is("https://open.spotify.com/intl-de/track/" + kSpotify, "spotify_id", kSpotify);
  is("F980FC14-E29B-481D-AD3A-5ED9B4AB6340", "mbid", kUuid);
  is("https://musicbrainz.org/recording/" + kUuid, "mbid", kUuid);
  is(" gb-aye-00-00351 ", "isrc", "GBAYE0000351");
  is("42", "track_id", "42");
  for (const char* none : {"", "-5", "0", "99999999999999999999", "no id at all"}) is(none, "", "");
  is("spotify:album:" + kSpotify, "", "");
}

TEST_CASE("vectors come as JSON lines, each record for itself", "[source]") {
  const SourceRun run = read_source(
      "v.jsonl", "{\"id\": \"" + kSpotify + "\", \"embedding\": [1, 0.5, -2e-3]}\n" +
                     "{\"isrc\": \"GBAYE0000351\", \"vector\": [2, 3]}\n\n" +
                     "{\"track_id\": 12, \"vector\": [1e999, 1e-999]}\n" +
                     "{\"track_id\": 12, \"vector\": [1, \"2\"]}\n" + "{\"track_id\": 12}\n" +
                     "[1, 2]\n" + "{\"vector\": [1, 2]}\n" + "{\"track_id\": 12, \"vector\": 5}\n" +
                     "{\"track_id\": 12, \"vector\": [1, 2]\n" + "{\"mbid\": \"" + kUuid +
                     "\", \"vector\": [8, 9]}");
  CHECK(run.source == "source.embeddings");
  const float inf = std::numeric_limits<float>::infinity();
  CHECK(vectors_of(run) == Vectors{{1, 0.5f, -2e-3f}, {2, 3}, {inf, 0}, {8, 9}});
  CHECK(run.rows->total == 10);
  const std::vector<std::string> reasons = {
      "its vector holds what is no number", "it has no list of numbers \"embedding\" or \"vector\"",
      "byte 0: a record in {} is expected", "it has no id",
      "its vector is no list of numbers",   "byte 33: the file ends inside a record"};
  for (std::size_t k = 0; k < reasons.size(); ++k) CHECK(run.reason("malformed", k) == reasons[k]);
}

TEST_CASE("files of vectors are known by their content", "[source]") {
  const auto source = [](const std::string& bytes) { return read_source("x", bytes).source; };
  CHECK(source(npy(header("<f4", "(1, 1)"), "1234")) == "source.embeddings");
  CHECK(source("{\"id\": 7, \"embedding\": [1, 2]}\n") == "source.embeddings");
  std::string longer = "{\"vector\": [0.25";
  while (longer.size() < 100'000) longer += ", 0.25";
  CHECK(source(longer + "], \"id\": 7}\n") == "source.embeddings");
  CHECK(source("{\"text\": \"calm\", \"vector\": [1, 2]}\n") == "source.prompts");
  CHECK(source("{\"vector\": [1, 2]}\n") == "");
  CHECK(source("{\"id\": 7, \"embedding\": \"x\"}\n") == "");
  CHECK(source("{\n\"id\": 7, \"embedding\": [1, 2]}\n") == "");
  CHECK(source("[{\"id\": 7, \"embedding\": [1, 2]}]\n") == "");
}
