// Runs sources over a fuzzer's bytes and stops the program when one breaks the contract.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

/// One of the named elements, picked by the first byte, reads the rest; the second byte picks the
/// file's name. Without any names, every element of the library is one to pick.
void read_with_one_of(std::initializer_list<std::string_view> elements, const std::uint8_t* data,
                      std::size_t size);
