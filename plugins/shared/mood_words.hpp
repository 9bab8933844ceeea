// Mood words of a prompt as wishes about the sound: "mellow" asks for little energy.
//
// Each word has a weight for some of kMoodFeatures, from -1 (as low as it gets) to 1 (as high).
// High and low are meant within a catalogue: mood_fit() compares a track's rank among all tracks, not
// its value, as most tracks of a catalogue have next to no instrumentalness, say. Words are stems
// of words.hpp. A "no", "not", "without" or "less" before a word turns it round. Threads: any.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shared {

/// Columns of the table "tracks".
inline constexpr std::array<const char*, 8> kMoodFeatures = {
    "energy",           "valence",     "danceability", "acousticness",
    "instrumentalness", "speechiness", "liveness",     "tempo"};
/// In the order of kMoodFeatures.
using MoodWeights = std::array<float, kMoodFeatures.size()>;

struct MoodWord {
  const char* word;  // as one types it
  MoodWeights weights;
};

// clang-format off
inline constexpr MoodWord kMoodWords[] = {
    // word            energy  valence dance  acoust instr  speech live   tempo
    {"acoustic",      {-0.3f,  0,      0,     1,     0,     0,     0,     0}},
    {"aggressive",    { 1,    -0.7f,   0,    -0.5f,  0,     0,     0,     0.3f}},
    {"ambient",       {-1,     0,     -0.7f,  0.5f,  1,     0,     0,     0}},
    {"angry",         { 1,    -0.7f,   0,    -0.5f,  0,     0,     0,     0.3f}},
    {"bright",        { 0.3f,  1,      0,     0,     0,     0,     0,     0}},
    {"calm",          {-1,     0,     -0.3f,  0.7f,  0.3f,  0,     0,    -0.3f}},
    {"cheerful",      { 0.3f,  1,      0.3f,  0,     0,     0,     0,     0}},
    {"chill",         {-0.7f,  0,      0,     0.5f,  0.3f,  0,     0,    -0.3f}},
    {"club",          { 0.7f,  0,      1,    -0.5f,  0,     0,     0,     0.3f}},
    {"concert",       { 0,     0,      0,     0,     0,     0,     1,     0}},
    {"cozy",          {-0.7f,  0.2f,   0,     0.7f,  0,     0,     0,    -0.3f}},
    {"dance",         { 0.5f,  0.3f,   1,    -0.3f,  0,     0,     0,     0}},
    {"dark",          { 0,    -1,      0,     0,     0,     0,     0,     0}},
    {"depressing",    {-0.5f, -1,      0,     0.3f,  0,     0,     0,    -0.3f}},
    {"dinner",        {-0.5f,  0.2f,   0,     0.6f,  0,     0,     0,     0}},
    {"dreamy",        {-0.6f, -0.2f,  -0.3f,  0.4f,  0.5f,  0,     0,     0}},
    {"driving",       { 0.8f,  0,      0,    -0.3f,  0,     0,     0,     0.5f}},
    {"dusty",         {-0.5f,  0,      0,     0.6f,  0,     0,     0,    -0.3f}},
    {"electronic",    { 0.4f,  0,      0.3f, -1,     0.3f,  0,     0,     0}},
    {"energetic",     { 1,     0.2f,   0.2f, -0.6f,  0,     0,     0,     0.3f}},
    {"epic",          { 0.7f,  0,     -0.3f,  0,     0.5f,  0,     0,     0}},
    {"fast",          { 0.3f,  0,      0,     0,     0,     0,     0,     1}},
    {"focus",         {-0.5f,  0,      0,     0.2f,  1,    -0.5f,  0,     0}},
    {"gentle",        {-1,     0,      0,     0.8f,  0,     0,     0,    -0.3f}},
    {"gloomy",        {-0.4f, -1,      0,     0.2f,  0,     0,     0,     0}},
    {"groovy",        { 0.2f,  0.5f,   1,     0,     0,     0,     0,     0}},
    {"gym",           { 1,     0,      0.4f, -0.6f,  0,     0,     0,     0.4f}},
    {"happy",         { 0.2f,  1,      0.3f,  0,     0,     0,     0,     0}},
    {"hard",          { 1,    -0.2f,   0,    -0.6f,  0,     0,     0,     0}},
    {"heartbreak",    {-0.5f, -1,      0,     0.4f, -0.7f,   0,     0,     0}},
    {"heavy",         { 1,    -0.4f,   0,    -0.6f,  0,     0,     0,     0}},
    {"hype",          { 1,     0.2f,   0.5f, -0.5f,  0,     0,     0,     0.3f}},
    {"instrumental",  { 0,     0,      0,     0,     1,    -0.3f,  0,     0}},
    {"intense",       { 1,    -0.2f,   0,    -0.5f,  0,     0,     0,     0.3f}},
    {"intimate",      {-0.8f,  0,      0,     1,     0,     0,     0,     0}},
    {"joyful",        { 0.3f,  1,      0.3f,  0,     0,     0,     0,     0}},
    {"live",          { 0,     0,      0,     0,     0,     0,     1,     0}},
    {"lofi",          {-0.7f,  0,      0.2f,  0.6f,  0.6f,  0,     0,    -0.4f}},
    {"lonely",        {-0.6f, -0.8f,   0,     0.5f,  0,     0,     0,     0}},
    {"loud",          { 1,     0,      0,    -0.5f,  0,     0,     0,     0}},
    {"lullaby",       {-1,     0,     -0.5f,  1,     0.3f,  0,     0,    -0.4f}},
    {"meditation",    {-1,     0,     -0.7f,  0.7f,  1,     0,     0,    -0.3f}},
    {"melancholic",   {-0.5f, -1,      0,     0.5f,  0,     0,     0,    -0.2f}},
    {"melancholy",    {-0.5f, -1,      0,     0.5f,  0,     0,     0,    -0.2f}},
    {"mellow",        {-0.9f,  0,      0,     0.7f,  0,     0,     0,    -0.3f}},
    {"moody",         {-0.4f, -0.8f,   0,     0.2f,  0,     0,     0,     0}},
    {"mournful",      {-0.6f, -1,      0,     0.5f,  0,     0,     0,    -0.2f}},
    {"night",         {-0.4f, -0.2f,   0,     0.2f,  0,     0,     0,     0}},
    {"party",         { 0.8f,  0.5f,   1,    -0.4f,  0,     0,     0,     0.2f}},
    {"peaceful",      {-1,     0,      0,     0.8f,  0.4f,  0,     0,    -0.3f}},
    {"power",         { 1,     0,      0,    -0.5f,  0,     0,     0,     0.2f}},
    {"quiet",         {-1,     0,      0,     0.8f,  0.2f,  0,     0,    -0.3f}},
    {"rainy",         {-0.6f, -0.4f,   0,     0.6f,  0,     0,     0,    -0.2f}},
    {"relaxing",      {-1,     0,      0,     0.7f,  0.3f,  0,     0,    -0.3f}},
    {"romantic",      {-0.5f,  0,      0,     0.6f,  0,     0,     0,    -0.2f}},
    {"running",       { 1,     0,      0.3f, -0.6f,  0,     0,     0,     0.6f}},
    {"sad",           {-0.5f, -1,      0,     0.5f, -0.7f,   0,     0,    -0.2f}},
    {"sleep",         {-1,     0,     -0.6f,  0.7f,  0.8f,  0,     0,    -0.3f}},
    {"slow",          {-0.4f,  0,      0,     0.2f,  0,     0,     0,    -1}},
    {"soft",          {-1,     0,      0,     0.8f,  0,     0,     0,    -0.3f}},
    {"sombre",        {-0.5f, -1,      0,     0.4f,  0,     0,     0,     0}},
    {"soothing",      {-1,     0,      0,     0.8f,  0.3f,  0,     0,    -0.3f}},
    {"spoken",        { 0,     0,      0,     0,    -0.5f,  1,     0,     0}},
    {"study",         {-0.5f,  0,      0,     0.3f,  1,    -0.5f,  0,     0}},
    {"summer",        { 0.5f,  0.8f,   0.6f,  0,     0,     0,     0,     0}},
    {"sunny",         { 0.3f,  1,      0.3f,  0,     0,     0,     0,     0}},
    {"tender",        {-0.9f,  0,      0,     0.9f,  0,     0,     0,    -0.2f}},
    {"unplugged",     {-0.3f,  0,      0,     1,     0,     0,     0.3f,  0}},
    {"upbeat",        { 0.6f,  0.8f,   0.5f,  0,     0,     0,     0,     0.3f}},
    {"uplifting",     { 0.5f,  1,      0,     0,     0,     0,     0,     0}},
    {"vocal",         { 0,     0,      0,     0,    -1,     0,     0,     0}},
    {"warm",          {-0.4f,  0.3f,   0,     0.7f,  0,     0,     0,     0}},
    {"wild",          { 1,     0,      0.3f, -0.4f,  0,     0,     0,     0.4f}},
    {"wistful",       {-0.5f, -0.7f,   0,     0.5f,  0,     0,     0,     0}},
    {"workout",       { 1,     0,      0.4f, -0.6f,  0,     0,     0,     0.4f}},
};
// clang-format on

/// What a prompt says about the sound, and which of its words are left to be looked up.
struct PromptWords {
  std::vector<std::string> sought;   // stems, each once, in order; turned words are not among them
  std::vector<std::string> moods;    // as typed, "not" before those that are turned round
  std::vector<MoodWeights> weights;  // of each of moods
};

/// The mood word of this stem; nullptr when it is none.
const MoodWord* find_mood_word(std::string_view stemmed);

/// A folded word that says nothing of a track: "the", "with".
bool is_empty_word(std::string_view word);

/// Reads at most the first 64 words.
PromptWords read_prompt(std::string_view text);

/// The place of `value` among `quantiles` (ascending, evenly spaced from the least to the largest):
/// 0..1, in the middle of values that are alike. NaN for a missing value or missing quantiles.
float rank_among(std::span<const float> quantiles, float value);

/// How well a track of these ranks (NaN missing) fits: 0..1, the mean over the words of the
/// weighted mean over their features; 0.5 stands for what is missing. 0.5 without any words.
float mood_fit(std::span<const MoodWeights> words, const MoodWeights& ranks);

}  // namespace shared
