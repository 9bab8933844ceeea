#include "core/base64.hpp"

#include <catch2/catch.hpp>

using engine::base64;
using engine::base64_bytes;

TEST_CASE("base64 is that of RFC 4648, section 10", "[core]") {
  const std::pair<const char*, const char*> kKnown[] = {{"", ""},
                                                        {"f", "Zg=="},
                                                        {"fo", "Zm8="},
                                                        {"foo", "Zm9v"},
                                                        {"foob", "Zm9vYg=="},
                                                        {"fooba", "Zm9vYmE="},
                                                        {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : kKnown) {
    CHECK(base64(bytes) == text);
    CHECK(base64_bytes(text) == bytes);
  }
  std::string all;
  for (int k = 0; k < 256; ++k) all += static_cast<char>(k);
  CHECK(base64_bytes(base64(all)) == all);
  for (const char* bad : {"Zg=", "Z===", "Zg=a", "=Zg=", "Zm9v!",
                          "Zm9vYg=="
                          "Zg=="})
    CHECK(base64_bytes(bad).empty());
}
