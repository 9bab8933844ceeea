#include "demo/names.hpp"

#include <array>
#include <string_view>

namespace engine::demo {
namespace {

using Words = std::string_view;

constexpr std::array kAdjectives = std::to_array<Words>(
    {"Amber",   "Ancient",  "Blue",      "Bitter",   "Borrowed", "Bright",  "Broken",   "Burning",
     "Careful", "Certain",  "Cold",      "Copper",   "Crooked",  "Curious", "Daily",    "Distant",
     "Double",  "Early",    "Easy",      "Electric", "Empty",    "Endless", "Evening",  "Faded",
     "False",   "Fearless", "Feral",     "Final",    "Floating", "Foreign", "Frozen",   "Gentle",
     "Gilded",  "Golden",   "Green",     "Half",     "Heavy",    "Hidden",  "Hollow",   "Honest",
     "Humble",  "Idle",     "Inland",    "Iron",     "Ivory",    "Late",    "Little",   "Lonely",
     "Loud",    "Low",      "Lucky",     "Lunar",    "Magnetic", "Mellow",  "Midnight", "Modern",
     "Narrow",  "Nervous",  "Northern",  "Open",     "Ordinary", "Pale",    "Paper",    "Patient",
     "Plastic", "Polar",    "Private",   "Proud",    "Quiet",    "Rapid",   "Red",      "Restless",
     "Rolling", "Rusty",    "Sacred",    "Scarlet",  "Second",   "Secret",  "Shallow",  "Silent",
     "Silver",  "Simple",   "Sleepy",    "Slow",     "Small",    "Solar",   "Southern", "Static",
     "Strange", "Sudden",   "Sunken",    "Sweet",    "Tender",   "Thin",    "Tidal",    "Tiny",
     "Velvet",  "Violet",   "Wandering", "Warm",     "Wild",     "Winter",  "Wooden",   "Young"});

constexpr std::array kNouns = std::to_array<Words>(
    {"Anchor",   "Antenna",   "Arrow",      "Atlas",     "Avenue",  "Balcony",    "Beacon",
     "Bicycle",  "Bird",      "Border",     "Bridge",    "Candle",  "Canyon",     "Carousel",
     "Castle",   "Cathedral", "Circle",     "City",      "Cliff",   "Cloud",      "Coast",
     "Compass",  "Cradle",    "Current",    "Daylight",  "Desert",  "Diamond",    "Door",
     "Dream",    "Echo",      "Ember",      "Engine",    "Feather", "Ferry",      "Field",
     "Fire",     "Flower",    "Forest",     "Fountain",  "Fox",     "Garden",     "Ghost",
     "Glacier",  "Harbor",    "Harvest",    "Heart",     "Heron",   "Highway",    "Hill",
     "Horizon",  "Horse",     "Hotel",      "Hour",      "House",   "Island",     "Jungle",
     "Kingdom",  "Kite",      "Lantern",    "Letter",    "Light",   "Lighthouse", "Lion",
     "Machine",  "Map",       "Meadow",     "Mirror",    "Moon",    "Morning",    "Mountain",
     "Museum",   "Needle",    "Night",      "Ocean",     "Orbit",   "Orchard",    "Owl",
     "Palace",   "Pendulum",  "Photograph", "Pilot",     "Planet",  "Portrait",   "Radio",
     "Rain",     "River",     "Road",       "Room",      "Rose",    "Sailor",     "Season",
     "Shadow",   "Shore",     "Signal",     "Sky",       "Snow",    "Song",       "Sparrow",
     "Stairway", "Star",      "Station",    "Stone",     "Storm",   "Stranger",   "Street",
     "Summer",   "Sun",       "Swimmer",    "Telephone", "Thunder", "Tide",       "Tiger",
     "Tower",    "Train",     "Valley",     "Wave",      "Weather", "Wheel",      "Window",
     "Wolf"});

constexpr std::array kVerbs = std::to_array<Words>(
    {"Believe",  "Break", "Bring",    "Call",  "Carry",     "Catch", "Change", "Chase",
     "Cover",    "Dance", "Draw",     "Drive", "Fall",      "Find",  "Fly",    "Follow",
     "Forget",   "Give",  "Hold",     "Keep",  "Leave",     "Let",   "Lift",   "Lose",
     "Love",     "Meet",  "Move",     "Need",  "Paint",     "Pull",  "Push",   "Raise",
     "Remember", "Run",   "Save",     "Show",  "Sing",      "Stay",  "Take",   "Teach",
     "Tell",     "Turn",  "Wait for", "Wake",  "Walk with", "Watch"});

constexpr std::array kObjects = std::to_array<Words>(
    {"Me",          "You",          "Us",          "Them",          "It All",
     "Again",       "Tonight",      "Slowly",      "Home",          "Away",
     "Back",        "Tomorrow",     "Forever",     "Anyway",        "for a While",
     "in the Dark", "by the Water", "like Before", "until Morning", "over Now"});

constexpr std::array kStarts = std::to_array<Words>(
    {"al",  "an",  "bel",  "bra", "cal", "cor", "da",  "del", "dor", "el",  "fa",  "fen",
     "gal", "hal", "il",   "ja",  "jor", "ka",  "kel", "la",  "len", "lor", "ma",  "mer",
     "mo",  "na",  "nor",  "o",   "or",  "pel", "ra",  "ren", "ri",  "sa",  "sel", "sor",
     "ta",  "tel", "thor", "u",   "va",  "vel", "wen", "xa",  "yor", "za",  "zel"});
constexpr std::array kMiddles = std::to_array<Words>(
    {"",   "a",  "an", "bi", "de", "di", "e",  "en", "i",  "ka", "la", "li", "ma",
     "mi", "na", "ni", "o",  "on", "ra", "ri", "sa", "ta", "ti", "u",  "va", "vi"});
constexpr std::array kEnds = std::to_array<Words>(
    {"ba",  "bor", "da",  "dan", "do", "ka",  "kin", "la",   "len", "lo",  "lund", "ma",
     "men", "mo",  "na",  "nen", "no", "ra",  "ren", "ri",   "ro",  "ros", "sa",   "sen",
     "son", "ta",  "ten", "to",  "va", "ven", "vik", "wood", "y",   "za"});

constexpr std::array kGenres =
    std::to_array<Words>({"indie rock",    "synthpop",   "deep house",        "folk",
                          "hip hop",       "jazz",       "ambient",           "metal",
                          "soul",          "techno",     "alternative",       "dream pop",
                          "country",       "reggae",     "classical piano",   "drum and bass",
                          "blues",         "punk",       "latin pop",         "trip hop",
                          "shoegaze",      "funk",       "singer-songwriter", "post-rock",
                          "disco",         "grunge",     "bossa nova",        "gospel",
                          "electro swing", "chamber pop"});
constexpr std::array kGenrePrefixes = std::to_array<Words>(
    {"dark", "neo", "lo-fi", "progressive", "acoustic", "nordic", "psychedelic", "instrumental",
     "modern", "vintage", "melodic", "experimental", "coastal", "urban", "minimal"});

constexpr std::array kPlaylists = std::to_array<Words>(
    {"Sunday Morning", "Late Shift", "Long Run", "Kitchen", "Train Rides", "Rain", "Focus",
     "Friends Over", "Old Favourites", "Summer Drive", "Quiet Hours", "Loud", "New This Year",
     "Walking Home", "Heartbreak", "Garage"});
constexpr std::array kListeners =
    std::to_array<Words>({"ada", "ben", "cleo", "dario", "esther", "finn", "grete", "hugo", "ines",
                          "jonas", "kira", "leon", "mina", "nils", "olga", "piet"});

template <std::size_t n>
Words pick(const std::array<Words, n>& words, Random& random) {
  return words[random.next() % n];
}

std::string capital(std::string word) {
  if (word[0] >= 'a' && word[0] <= 'z') word[0] = static_cast<char>(word[0] - 'a' + 'A');
  return word;
}

std::string plural(Words noun) {
  std::string word(noun);
  if (word.ends_with('y') && !word.ends_with("ey") && !word.ends_with("ay"))
    return word.substr(0, word.size() - 1) + "ies";
  return word + (word.ends_with("ss") || word.ends_with("x") || word.ends_with("ch") ? "es" : "s");
}

std::string joined(Words a, Words b) {
  return std::string(a).append(" ").append(b);
}

// The first list is drawn from first: the order of drawing must not hang on the compiler.
template <std::size_t n, std::size_t m>
std::string two(const std::array<Words, n>& first, const std::array<Words, m>& second,
                Random& random, Words between = " ") {
  std::string made(pick(first, random));
  made += between;
  return made.append(pick(second, random));
}

std::string coined(Random& random) {
  return capital(two(kStarts, kMiddles, random, "").append(pick(kEnds, random)));
}

std::string numbered(const std::string& name, std::size_t round) {
  return round == 0 ? name : name + " " + std::to_string(round + 1);
}

}  // namespace

std::string artist_name(Random& random) {
  switch (random.next() % 8) {
    case 0:
      return "The " + plural(pick(kNouns, random));
    case 1:
      return "The " + plural(two(kAdjectives, kNouns, random));
    case 2:
      return two(kAdjectives, kNouns, random);
    case 3:
      return coined(random);
    case 4:
      return two(kNouns, kNouns, random);
    case 5: {
      const std::string leader = coined(random);
      return leader + " & the " + plural(pick(kNouns, random));
    }
    default: {
      const std::string first = coined(random);
      return joined(first, coined(random));
    }
  }
}

std::string album_name(Random& random) {
  switch (random.next() % 6) {
    case 0:
      return std::string(pick(kNouns, random));
    case 1:
      return two(kNouns, kNouns, random, " and ");
    case 2:
      return "The " + two(kAdjectives, kNouns, random);
    case 3: {
      const std::string things = plural(pick(kNouns, random));
      return things + " of " + coined(random);
    }
    case 4:
      return "Songs for a " + two(kAdjectives, kNouns, random);
    default:
      return plural(two(kAdjectives, kNouns, random));
  }
}

std::string track_title(Random& random) {
  switch (random.next() % 8) {
    case 0:
      return std::string(pick(kNouns, random));
    case 1:
      return two(kVerbs, kObjects, random);
    case 2:
      return two(kVerbs, kNouns, random, " the ");
    case 3:
      return "The " + two(kNouns, kNouns, random, " and the ");
    case 4: {
      const std::string things = plural(pick(kNouns, random));
      return things + " in the " + std::string(pick(kNouns, random));
    }
    case 5: {
      const std::string first(pick(kAdjectives, random));
      return joined(first, two(kAdjectives, kNouns, random));
    }
    default:
      return two(kAdjectives, kNouns, random);
  }
}

std::string genre_name(std::size_t number) {
  const std::string base(kGenres[number % kGenres.size()]);
  const std::size_t round = number / kGenres.size();
  if (round == 0) return base;
  const std::size_t prefix = (round - 1) % kGenrePrefixes.size();
  return numbered(joined(kGenrePrefixes[prefix], base), (round - 1) / kGenrePrefixes.size());
}

std::string playlist_name(std::size_t number) {
  return numbered(std::string(kPlaylists[number % kPlaylists.size()]), number / kPlaylists.size());
}

std::string listener_name(std::size_t number) {
  return numbered(std::string(kListeners[number % kListeners.size()]), number / kListeners.size());
}

std::string service_id(Random& random, std::size_t length) {
  constexpr Words kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string id;
  for (std::size_t k = 0; k < length; ++k) id += kDigits[random.next() % kDigits.size()];
  return id;
}

}  // namespace engine::demo
