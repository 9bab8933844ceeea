// A verb as somebody would write it on a command line, read by the verb's own declarations: for what
// is kept to be asked later.
#pragma once

#include <string>
#include <vector>

#include "verbs/verb.hpp"

namespace engine::verbs {

struct VerbWords {
  const Verb* verb = nullptr;
  std::vector<std::string> arguments = {};  // the words behind its name, as they were written
  Given given = {};                         // without --set and the other flags that all verbs take
};

/// Reads "train clusters --set rows=9". Of the flags that all verbs take, --set, --random-seed, --quiet
/// and --verbose may stand there; the others belong to whoever asks. Throws Error(kUsage) for a verb
/// that there is not, with the nearest, and for what its declarations do not allow.
VerbWords read_verb_words(const std::vector<std::string>& words);

}  // namespace engine::verbs
