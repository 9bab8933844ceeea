// Sessions that were signed out, across starts of the server: a cookie that is still in a browser, or
// in somebody's copy of one, opens nothing after its owner has said good-bye.
//
// A file of lines "ID UNTIL", of hexadecimal digits and unix seconds, beside the keys. The ids alone
// let nobody in.
#pragma once

#include <map>
#include <string>

namespace engine::serve {

/// By id, until when each would have gone on; those of the past are left out, of the file, too.
/// Throws Error(kInput) where it cannot be read or written.
std::map<std::string, double> read_signed_out(const std::string& file, double now);

/// Puts one more behind the others, on the disk when it returns. Throws Error(kInput).
void add_signed_out(const std::string& file, const std::string& id, double until);

}  // namespace engine::serve
