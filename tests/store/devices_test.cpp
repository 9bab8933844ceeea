// Devices: one name whatever its versions, and numbers of each person's own.
#include "store/devices.hpp"

#include <catch2/catch.hpp>

#include "store/listen_flags.hpp"
#include "store/users.hpp"
#include "support/temporary_folder.hpp"

using engine::device_name;
using engine::Devices;
using engine::ListenFlags;
using engine::Store;

TEST_CASE("a device's name is what an export tells without versions", "[store][devices]") {
  struct Case {
    const char *told, *name;
  };
  for (const Case& one :
       {Case{"iOS 14.4 (iPhone12,1)", "iOS (iPhone12,1)"},
        Case{"iOS 15.0.2 (iPhone12,1)", "iOS (iPhone12,1)"},
        Case{"Android OS 9 API 28 (samsung, SM-G950F)", "Android OS (samsung, SM-G950F)"},
        Case{"Android OS 13 API 33 (Google, Pixel 7)", "Android OS (Google, Pixel 7)"},
        Case{"Windows 10 (10.0.19041; x64; AppX)", "Windows (x64; AppX)"},
        Case{"Windows 10 (10.0.19041)", "Windows"}, Case{"OS X 11.2.3 [x86 8]", "OS X [x86 8]"},
        Case{"web_player windows 10;chrome 87.0.4280.88;desktop",
             "web_player windows;chrome;desktop"},
        Case{"Partner sonos_imx6 Sonos;Play1", "Partner sonos_imx6 Sonos;Play1"},
        Case{"Partner google cast_tv;Chromecast;;", "Partner google cast_tv;Chromecast"},
        Case{"  android ", "android"}, Case{"unknown", ""}, Case{"Not_Applicable", ""},
        Case{"12.1", ""}, Case{"", ""}, Case{"()", ""}, Case{"))((", "))(("},
        Case{"K\xc3\xbc"
             "che",
             "K\xc3\xbc"
             "che"}}) {
    CAPTURE(one.told);
    CHECK(device_name(one.told) == one.name);
    CHECK(device_name(device_name(one.told)) == device_name(one.told));
  }
}

TEST_CASE("each person's devices have numbers of their own", "[store][devices]") {
  const TemporaryFolder folder;
  Store store = Store::open(folder.file("library.db"));
  engine::require_user(store, "ann", 0);
  engine::require_user(store, "bob", 0);
  Devices devices(store);
  CHECK(devices.find_or_make(1, "Phone") == 1);
  CHECK(devices.find_or_make(1, "Speaker") == 2);
  CHECK(devices.find_or_make(2, "Speaker") == 1);
  CHECK(devices.find_or_make(1, "Phone") == 1);
  CHECK(devices.find_or_make(1, "") == 0);
  CHECK(engine::device_names(store, 1) == std::vector<std::string>{"", "Phone", "Speaker"});
  CHECK(engine::device_names(store, 3) == std::vector<std::string>{""});
  // As many as a listen can tell apart.
  for (int number = 3; number <= ListenFlags::kDeviceMask; ++number)
    CHECK(devices.find_or_make(1, "No. " + std::to_string(number)) == number);
  CHECK(devices.find_or_make(1, "One too many") == 0);
  const std::int64_t flags =
      ListenFlags::with_device(ListenFlags::kDeviceMask) | ListenFlags::kShuffle;
  CHECK(flags > 0);
  CHECK(ListenFlags::device(flags) == ListenFlags::kDeviceMask);
}
