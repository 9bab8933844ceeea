// A tiny encoder for tests of source.encoder and what goes by it.
#pragma once

#include <string>

namespace test {

/// Makes it at `path`: bright sound and the word "bright" lie in one direction of its space of three
/// dimensions. `kind`: "", "sound-only", "two" (another, of two dimensions), "broken" (its
/// encode_sound() fails). False, with a word on it, where the tests were built without libtorch.
bool make_encoder(const std::string& path, const std::string& kind = "");

}  // namespace test
