#include "import/npy.hpp"

#include <cmath>
#include <cstring>
#include <limits>

#include <catch2/catch.hpp>

#include "core/error.hpp"

using engine::Error;
using engine::import::from_half;
using engine::import::NpyMatrix;

namespace {

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

std::vector<float> all_of(const std::string& file) {
  const NpyMatrix matrix(file, "v.npy");
  std::vector<float> values(matrix.rows() * matrix.columns());
  for (std::size_t row = 0; row < matrix.rows(); ++row)
    matrix.row(row, values.data() + row * matrix.columns());
  return values;
}

std::string refusal(const std::string& file) {
  try {
    all_of(file);
  } catch (const Error& error) {
    CHECK(error.exit() == engine::Exit::kInput);
    CHECK(error.parts().where == "v.npy");
    CHECK_FALSE(error.parts().fix.empty());
    return error.parts().why;
  }
  return "it was read";
}

}  // namespace

TEST_CASE("matrices of numpy.save are read in float16, float32 and float64", "[npy]") {
  const std::vector<float> expected{1, -2.5f, 0.5f, 4};
  CHECK(all_of(npy(header("<f4", "(2, 2)"), bytes_of(expected))) == expected);
  CHECK(all_of(npy(header("<f8", "(2, 2)"), bytes_of(std::vector<double>{1, -2.5, 0.5, 4}))) ==
        expected);
  CHECK(all_of(npy(header("<f2", "(2, 2)"), bytes_of(std::vector<std::uint16_t>{
                                                0x3c00, 0xc100, 0x3800, 0x4400}))) == expected);
  for (const int version : {2, 3})
    CHECK(all_of(npy(header("<f4", "(2, 2)"), bytes_of(expected), version)) == expected);
  CHECK(all_of(npy("{\"shape\":(2,2),\"fortran_order\":False,\"descr\":\"<f4\"}",
                   bytes_of(expected))) == expected);
  // One column lies the same in both orders; no rows are no error.
  CHECK(all_of(npy(header("<f4", "(4, 1)", "True"), bytes_of(expected))) == expected);
  CHECK(all_of(npy(header("<f4", "(0, 8)"), "")).empty());
}

TEST_CASE("halves have the values that IEEE 754 gives them", "[npy]") {
  CHECK(from_half(0x0000) == 0);
  CHECK(std::signbit(from_half(0x8000)));
  CHECK(from_half(0x0001) == std::ldexp(1.0f, -24));
  CHECK(from_half(0x83ff) == -std::ldexp(1023.0f, -24));
  CHECK(from_half(0x0400) == std::ldexp(1.0f, -14));
  CHECK(from_half(0x7bff) == 65504);
  CHECK(from_half(0xfc00) == -std::numeric_limits<float>::infinity());
  CHECK(std::isnan(from_half(0x7e00)));
}

TEST_CASE("a double too large for a float is not finite", "[npy]") {
  const auto values =
      all_of(npy(header("<f8", "(1, 3)"), bytes_of(std::vector<double>{1e300, -1e300, NAN})));
  CHECK(std::isinf(values[0]));
  CHECK(std::isinf(values[1]));
  CHECK(std::isnan(values[2]));
}

TEST_CASE("what is no plain matrix is refused with what was found", "[npy]") {
  const std::string four(16, '\0');
  CHECK(refusal(npy(header("<i4", "(2, 2)"), four)) ==
        "its values are of type '<i4', read are '<f2', '<f4' and '<f8'");
  CHECK_THAT(refusal(npy(header(">f4", "(2, 2)"), four)), Catch::Contains("'>f4'"));
  CHECK(refusal(npy(header("<f4", "(4,)"), four)) == "it has 1 dimensions, vectors need two");
  CHECK_THAT(refusal(npy(header("<f4", "(2, 2)", "True"), four)), Catch::Contains("Fortran"));
  CHECK_THAT(
      refusal(npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (4,), }", four)),
      Catch::Contains("several fields"));
  CHECK_THAT(refusal("PK\x03\x04"), Catch::Contains("magic word"));
}

TEST_CASE("damaged files of vectors are refused, wherever they are cut", "[npy]") {
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
