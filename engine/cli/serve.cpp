#include "cli/serve.hpp"

#include <CLI/CLI.hpp>

#include "app/secret_file.hpp"
#include "cli/cli.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"
#include "serve/key_file.hpp"
#include "serve/serve.hpp"

namespace engine {
namespace {

void keep_password(const std::string& key_file) {
  serve::Keys keys = serve::read_keys(key_file);
  keys.password_hash = serve::hash_password(app::read_hidden_line("A password for engine serve: "));
  keys.secret = serve::new_secret();  // who came in by the old one comes in no more
  serve::write_keys(key_file, keys);
}

void tell(const Cli& cli, const serve::Serving& serving) {
  if (cli.common.json) {
    cli.out(printed_json(
        nlohmann::ordered_json{
            {"url", serving.url}, {"page", serving.page}, {"loopback", serving.is_loopback}},
        -1));
    return;
  }
  cli.out("Playlist Engine is at " + serving.url + "\n");
}

}  // namespace

void add_serve(CLI::App& app, Cli& cli) {
  auto options = std::make_shared<serve::ServeOptions>();
  auto is_password_new = std::make_shared<bool>(false);
  CLI::App* verb = app.add_subcommand(
      "serve", "Live with your lists in a browser: a page on this machine, and an API");
  verb->add_option("--port", options->port, "The port; 0: one that is free")
      ->type_name("N")
      ->check(CLI::Range(0, 65535))
      ->default_str("8533");
  verb->add_option("--address", options->address,
                   "Serve at this address of the machine; another than its own loopback needs a "
                   "password")
      ->type_name("ADDRESS")
      ->default_str("localhost");
  verb->add_option("--name", options->names,
                   "How else the machine is called in a browser, such as music.example.org; "
                   "requests under other names are refused; several are possible")
      ->allow_extra_args(false)
      ->type_name("NAME");
  verb->add_flag("--behind-tls", options->is_secure,
                 "A proxy in front speaks HTTPS: cookies go over that alone");
  verb->add_flag("--new-password", *is_password_new,
                 "Ask for a password first (a line of standard input) and keep its hash");
  verb->add_option("-j,--jobs", options->workers,
                   "How many verbs are at work at once [default: as many as processors]")
      ->type_name("N")
      ->check(CLI::Range(1, 64));
  verb->footer(
      "Open the address that it prints: it holds a token, which makes this browser known for 30\n"
      "days; the page is / from then on. Programs send it as `Authorization: Bearer TOKEN`.\n"
      "Nobody else gets in: see engine help serve. Ctrl-C ends it.");
  verb->fallthrough();
  verb->callback([&cli, options, is_password_new] {
    cli.action = [&cli, options, is_password_new] {
      options->key_file = data_home() + "/serve.json";
      options->usual = cli.caller().asked;
      if (*is_password_new) keep_password(options->key_file);
      serve::serve(
          *options, [&cli] { return cli.make_home(/*finds_recipes_anywhere=*/false); },
          [&cli](const serve::Serving& serving) { tell(cli, serving); },
          [&cli](const std::string& text) { cli.note(text); });
      return Exit::kDone;
    };
  });
}

}  // namespace engine
