// HTML is read as runs of text between tags (WHATWG HTML 13.1, leniently).
// Devices lay their status out as "Serial number" in one cell and the value
// in the next, or as "Serial number: value" in one run.

#include "proto/html_page.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/hash.hpp"
#include "proto/http_head.hpp"
#include "proto/identity.hpp"

namespace asepsis {
namespace {

using Field = Identity::Field;

constexpr std::size_t kLongestValue = 64;
constexpr std::size_t kLongestTitle = 150;

// Where one of these opens, a label before it waits no longer for its value.
constexpr std::string_view kRowTags[] = {"tr", "table", "li", "ul", "ol", "dl", "p",  "form",
                                         "h1", "h2",    "h3", "h4", "h5", "h6", "br", "nav"};
// What stands in these is no text of the page.
constexpr std::string_view kHiddenTags[] = {"script", "style", "select", "textarea", "noscript"};

struct Entity {
  std::string_view name, text;
};
constexpr Entity kEntities[] = {{"nbsp", " "},  {"amp", "&"},   {"lt", "<"},   {"gt", ">"},
                                {"quot", "\""}, {"apos", "'"},  {"reg", ""},   {"trade", ""},
                                {"copy", ""},   {"deg", "deg"}, {"ndash", "-"}};

template <std::size_t kCount>
bool is_among(std::string_view word, const std::string_view (&list)[kCount]) {
  return std::ranges::any_of(list, [&](std::string_view tag) { return same_letters(tag, word); });
}

// The text of a run: entities resolved, white space made single spaces.
// Longer than any label or value of interest: cut off one past that.
class Run {
 public:
  explicit Run(std::string_view raw) {
    while (!raw.empty()) {
      const char c = raw.front();
      raw.remove_prefix(1);
      if (c == '&') {
        add_entity(raw);
      } else {
        add(c);
      }
    }
  }
  std::string_view text() const { return trimmed(text_.view()); }

 private:
  void add(char c) {
    const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (space && (text_.empty() || text_.view().back() == ' ')) return;
    text_.add(space ? ' ' : c);
  }

  void add_entity(std::string_view& raw) {
    const std::size_t end = raw.substr(0, 10).find(';');
    if (end == std::string_view::npos) return add('&');
    const std::string_view name = raw.substr(0, end);
    raw.remove_prefix(end + 1);
    if (name.starts_with('#')) {
      unsigned code = 0;
      std::from_chars(name.data() + 1, name.data() + name.size(), code);
      return add(code > ' ' && code < 0x7f ? static_cast<char>(code) : ' ');
    }
    const auto* const known = std::ranges::find(kEntities, name, &Entity::name);
    if (known == std::end(kEntities)) return add(' ');
    for (const char c : known->text) add(c);
  }

  ShortText<200> text_;
};

bool plausible(Field field, std::string_view value) {
  constexpr std::string_view kNothing[] = {
      "-", "--", "n/a", "na", "none", "unknown", "not available", "not set", "undefined", "null"};
  if (value.empty() || value.size() > kLongestValue || is_among(value, kNothing)) return false;
  const bool digit = std::ranges::any_of(value, [](char c) { return c >= '0' && c <= '9'; });
  const bool must = field == Field::serial || field == Field::firmware || field == Field::hardware;
  if (field == Field::serial && std::ranges::count(value, ' ') > 2) return false;
  return digit || !must;
}

class Page {
 public:
  Page(bool identity, FactSink& out) : wants_identity_(identity), out_(out) {}

  void read(std::string_view html) {
    while (!html.empty()) {
      const std::size_t tag = std::min(html.size(), html.find('<'));
      if (tag == html.size()) return;  // text that goes on beyond what we were given
      run(html.substr(0, tag));
      html.remove_prefix(tag + 1);
      read_tag(html);
    }
  }

  void finish() {
    const bool enough =
        identity_.credible() || (identity_.has(Field::model) && identity_.has(Field::firmware));
    if (enough && !identity_.contradicts_itself()) identity_.say_of({}, Side::server, out_);
  }

 private:
  // After the '<'.
  void read_tag(std::string_view& html) {
    if (html.starts_with("!--")) return leave_after(html, "-->");
    const bool closes = html.starts_with('/');
    if (closes) html.remove_prefix(1);
    const std::string_view name = html.substr(0, html.find_first_of(" \t\r\n/>"));
    leave_after(html, ">");
    if (!closes && same_letters(name, "title")) return read_title(html);
    if (!closes && is_among(name, kHiddenTags)) return skip_hidden(name, html);
    if (is_among(name, kRowTags)) waiting_ = Field::none;
  }

  static void leave_after(std::string_view& html, std::string_view mark) {
    const std::size_t at = html.find(mark);
    html.remove_prefix(at == std::string_view::npos ? html.size() : at + mark.size());
  }

  // To the next tag that closes it.
  static void skip_hidden(std::string_view name, std::string_view& html) {
    while (!html.empty()) {
      leave_after(html, "</");
      if (same_letters(html.substr(0, name.size()), name)) return leave_after(html, ">");
    }
  }

  void read_title(std::string_view& html) {
    const std::size_t end = html.find('<');
    if (end == std::string_view::npos) return html.remove_prefix(html.size());
    const Run title(html.substr(0, end));
    out_.say(Side::server, "http.title"_claim, title.text().substr(0, kLongestTitle));
    html.remove_prefix(end);
  }

  void run(std::string_view raw) {
    if (!wants_identity_ || trimmed(raw).empty()) return;
    const Run run(raw);
    const std::string_view text = run.text();
    if (text.empty() || text == ":") return;
    const Field label = identity_field(text);
    if (waiting_ != Field::none && label == Field::none) {
      const Field field = waiting_;
      waiting_ = Field::none;
      std::string_view value = text;
      if (value.starts_with(':')) value = trimmed(value.substr(1));
      if (plausible(field, value)) identity_.set(field, value);
      return;
    }
    waiting_ = label;
    if (label == Field::none) read_pair(text);
  }

  // "Serial number: 12345"
  void read_pair(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return;
    const Field field = identity_field(text.substr(0, colon));
    const std::string_view value = trimmed(text.substr(colon + 1));
    if (field != Field::none && plausible(field, value)) identity_.set(field, value);
  }

  bool wants_identity_;
  FactSink& out_;
  Identity identity_;
  Field waiting_ = Field::none;
};

// What stands on pages about one patient, whatever their address. "Patient"
// alone does not: monitors and lifts are called so.
bool is_about_a_person(std::string_view html) {
  constexpr std::string_view kMarks[] = {
      "date of birth", "dob:",     "dob<",         "mrn",        "nhs n",         "patient name",
      "patient id",    "patient:", "chart</title", "hospital n", "patient number"};
  return std::ranges::any_of(kMarks, [&](std::string_view mark) { return mentions(html, mark); });
}

struct Saying {
  Claim claim;
  std::string value;
};

// Says it on, and keeps it.
class Keeping final : public FactSink {
 public:
  Keeping(std::vector<Saying>& said, FactSink& out) : said_(said), out_(out) {}
  void on_fact(const Fact& fact) override {
    assert(fact.equipment.empty());  // a page speaks of who serves it
    said_.push_back({fact.claim, std::string(fact.value)});
    out_.on_fact(fact);
  }
  void on_application(std::string_view name, Security security) override {
    out_.on_application(name, security);
  }

 private:
  std::vector<Saying>& said_;
  FactSink& out_;
};

void read_page(std::string_view html, bool identity, FactSink& out) {
  if (is_about_a_person(html)) return;
  Page page(identity, out);
  page.read(html);
  page.finish();
}

}  // namespace

// Devices of one kind serve one page, and each of them again and again: what
// the last ones said is kept.
void read_html_page(std::string_view html, bool identity, FactSink& out) {
  constexpr std::size_t kMostKept = 256;
  static thread_local std::unordered_map<std::uint64_t, std::vector<Saying>> kept;
  static thread_local const std::uint64_t seed = random_seed();
  const std::uint64_t key = hash_bytes(as_bytes(html), hash_mix(seed, identity ? 1 : 0));
  const auto found = kept.find(key);
  if (found == kept.end()) {
    if (kept.size() >= kMostKept) kept.clear();
    Keeping keeping(kept[key], out);
    return read_page(html, identity, keeping);
  }
  for (const Saying& saying : found->second) out.say(Side::server, saying.claim, saying.value);
}

}  // namespace asepsis
