// engine help [TOPIC]: the pages of help, on a terminal, as Markdown, man pages and HTML.
#include <filesystem>

#include "core/output_file.hpp"
#include "core/paths.hpp"
#include "help/markdown.hpp"
#include "help/topics.hpp"
#include "verbs/help_reference.hpp"
#include "verbs/shared_parameters.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

namespace fs = std::filesystem;

constexpr int kUsualColumns = 100;  // where nobody says how wide it is shown

std::string page_of(const Topic& topic, const app::Caller& caller) {
  return filled_in(topic, [&](const std::string& name) { return help_reference(name, caller); });
}

std::string heading_of(const Topic& topic) {
  return markdown_title(topic.markdown);
}

/// The list of topics, as a page.
std::string contents() {
  std::string text =
      "# Playlist Engine\n\nYour listening history, turned into playlists. `engine help TOPIC` "
      "shows one of these, `engine VERB --help` what a verb takes.\n\n"
      "| topic | what it tells |\n| --- | --- |\n";
  for (const Topic& topic : topics())
    text += "| " + std::string(topic.name) + " | " + heading_of(topic) + " |\n";
  return text +
         "\n`engine demo` makes a synthetic library to play with, `engine run weekly` a list of "
         "it; `engine help exports` says how to bring your own history.\n";
}

/// The same with links, for a browser.
std::string linked_contents() {
  std::string text =
      "# Playlist Engine\n\nYour listening history, turned into the playlists you would have made "
      "with a lifetime to spare.\n\n";
  for (const Topic& topic : topics())
    text += "- [" + heading_of(topic) + "](" + std::string(topic.name) + ".html)\n";
  return text;
}

[[noreturn]] void refuse(const std::string& name) {
  if (find_verb(name) != nullptr) {
    throw Error(Exit::kUsage, "there is no page of help on \"" + name + "\", which is a verb",
                {"", "", "", "engine " + name + " --help says what it takes"});
  }
  std::vector<std::string> known;
  for (const Topic& topic : topics()) known.emplace_back(topic.name);
  const std::string near = nearest(name, known);
  std::string all;
  for (const std::string& topic : known) all += (all.empty() ? "" : ", ") + topic;
  throw Error(Exit::kUsage, "there is no help on \"" + name + "\"",
              {"", "", "", near.empty() ? "there is " + all : "did you mean " + near + "?"});
}

std::string shown(const std::string& markdown, const std::string& as, const std::string& name,
                  int columns) {
  if (as == "markdown") return markdown;
  if (as == "html") return markdown_page(markdown);
  if (as == "man") return markdown_man(markdown, name, PLAYLIST_ENGINE_VERSION);
  return markdown_text(markdown, columns > 0 ? columns : kUsualColumns);
}

/// Every page for a browser, and as a man page in man7/ below.
Answer write_pages(const app::Caller& caller, const std::string& to, bool makes_folders) {
  const std::string folder = output_folder(to, caller.home.kept_files(), makes_folders);
  std::vector<std::string> written;
  const auto write = [&](const std::string& name, const std::string& text) {
    const OutputFile file((fs::path(folder) / name).string(), caller.home.kept_files(),
                          {.makes_folders = true});
    file.write(text);
    written.push_back(file.path());
  };
  write("index.html", markdown_page(linked_contents()));
  for (const Topic& topic : topics()) {
    const std::string name(topic.name), page = page_of(topic, caller);
    write(name + ".html", markdown_page("[All topics](index.html)\n\n" + page));
    write("man7/engine-" + name + ".7", markdown_man(page, name, PLAYLIST_ENGINE_VERSION));
  }
  std::string text;
  for (const std::string& file : written) text += file + "\n";
  return {.data = {{"folder", folder}, {"files", written}}, .text = text};
}

Answer help(const app::Caller& caller, const Arguments& arguments) {
  if (arguments.has("pages"))
    return write_pages(caller, arguments.text("pages"), arguments.flag("make-folders"));
  const std::string &name = arguments.text("topic"), &as = arguments.text("as");
  if (name.empty()) {
    Json list = Json::array();
    for (const Topic& topic : topics())
      list.push_back({{"topic", topic.name}, {"title", heading_of(topic)}});
    return {.data = {{"topics", std::move(list)}},
            .text = shown(as == "html" ? linked_contents() : contents(), as, "topics",
                          caller.screen.columns)};
  }
  const Topic* topic = find_topic(name);
  if (topic == nullptr) refuse(name);
  const std::string page = page_of(*topic, caller);
  return {.data = {{"topic", name}, {"title", heading_of(*topic)}, {"markdown", page}},
          .text = shown(page, as, name, caller.screen.columns)};
}

}  // namespace

std::vector<Verb> help_verbs() {
  return {{.name = "help",
           .help = "Pages on recipes, columns, exports, models ...; without a topic, which there "
                   "are",
           .parameters = {{.name = "topic",
                           .value_name = "TOPIC",
                           .help = "What about, e.g. columns",
                           .is_first = true},
                          {.name = "as",
                           .value_name = "FORM",
                           .help = "How it is written: text, markdown, man or html",
                           .usual = "text",
                           .one_of = {"text", "markdown", "man", "html"}},
                          {.name = "pages",
                           .value_name = "DIR",
                           .help = "Write every page into this folder, for a browser and for man",
                           .excludes = "topic",
                           .is_local = true},
                          make_folders_parameter()},
           .answer = help}};
}

}  // namespace engine::verbs
