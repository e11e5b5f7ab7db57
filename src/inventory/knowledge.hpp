// What people know about devices, as data they can read and review: the files
// of knowledge/ (compiled in) and of folders that a site adds. Every file may
// hold any of these tables; docs and the tests read the same ones.
//
//   [[class]]         a kind of device, and what it means for patients
//   [[manufacturer]]  its names, the owners of its MAC addresses, what it makes
//   [[products]]      names of products of one manufacturer and class
//   [[rule]]          a regular expression on a claim, and what it says
//   [[service]]       a name for what nothing recognises, by port and shape
//   [[direct]]        how far a claim that states an attribute is believed
//   [[text]]          how far names found in a text are believed
//   [[setting]]       a piece of configuration, and how two devices compare by it
//   [[grade]]         what a configuration is called, by the levels of its settings

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "inventory/service_names.hpp"
#include "inventory/setting_info.hpp"

namespace asepsis {

enum class LifeSupporting : std::uint8_t { no, yes, depends };

struct ClassInfo {
  std::string name;   // kebab-case, as `device_class` shows it
  std::string title;  // plain language, singular
  bool medical = false;
  LifeSupporting life_supporting = LifeSupporting::no;
};

// What an identity consists of, in the order of kAttributeNames.
enum class Attribute : std::uint8_t {
  device_class,
  manufacturer,
  model,
  firmware,
  serial,
  udi_di,
  hardware,
  os,
};
inline constexpr std::array<std::string_view, 8> kAttributeNames{
    "class", "manufacturer", "model", "firmware", "serial", "udi_di", "hardware", "os"};
template <class T>
using PerAttribute = std::array<T, kAttributeNames.size()>;

constexpr std::size_t index_of(Attribute attribute) { return static_cast<std::size_t>(attribute); }

struct Manufacturer {
  std::string name;
  std::vector<std::string> aliases;
  std::vector<std::string> oui;  // what an owner's name in the IEEE registry begins with
  bool medical_only = false;
  // Makes parts of other makers' devices (processors, network modules), so its
  // name inside a text says little.
  bool component_maker = false;
  double oui_weight = 0;
  std::vector<std::pair<std::string, double>> classes;  // what it mostly makes
};

struct Product {
  std::string name;
  std::string manufacturer;
  std::string device_class;
  std::string where;  // file and line
  // The name is an ordinary word or a bare number: it counts only where the
  // manufacturer is known from something else.
  bool needs_manufacturer = false;
};

// One claim that must (or must not) be there for a rule to apply.
struct Condition {
  std::string claim;
  std::string match;    // empty: any value
  std::string example;  // a value that fulfils it, for the test of the rule
};

struct Rule {
  std::string id;
  std::string where;  // file and line
  std::vector<std::string> claims;
  std::string match;
  std::string protocol;      // empty: any
  std::uint16_t port = 0;    // 0: any
  std::size_t at_least = 1;  // so many different values must match
  std::vector<Condition> needs;
  std::vector<Condition> unless;
  PerAttribute<std::string> says;  // $1 to $9 stand for groups; empty: nothing
  PerAttribute<double> weights{};
  std::string source;
  std::vector<std::string> examples;
  PerAttribute<std::string> gives;  // what the examples must come to
  std::string counterexample;
};

// How far texts of a claim are believed; 0: they are not asked.
struct TextTrust {
  std::string claim;
  PerAttribute<double> weights{};
};

struct KnowledgeTables;
struct KnowledgeIndex;

class Knowledge {
 public:
  Knowledge(Knowledge&&) noexcept;
  Knowledge& operator=(Knowledge&&) noexcept;
  ~Knowledge();

  // What ships with the program.
  static Result<Knowledge> built_in();
  // Adds the .toml files of a folder and of the folders in it, in the order of
  // their names. After a failure the knowledge is as it was.
  Result<void> add_folder(const std::filesystem::path& folder);
  // The same for the text of one file; `name` stands in messages.
  Result<void> add_file(std::string_view name, std::string_view text);

  const std::vector<ClassInfo>& classes() const;
  const std::vector<Manufacturer>& manufacturers() const;
  const std::vector<Product>& products() const;
  const std::vector<Rule>& rules() const;
  const std::vector<ServiceName>& services() const;
  const std::vector<SettingInfo>& settings() const;  // in the order of the files
  const std::vector<GradeRule>& grades() const;

  // Tells what was read from what would be otherwise: one word for what is built in, another
  // after it where more was added.
  std::string fingerprint() const;
  // Without reading it.
  static std::string built_in_fingerprint();

  const ClassInfo* find_class(std::string_view name) const;
  // By name or alias, however written.
  const Manufacturer* find_manufacturer(std::string_view name) const;
  // By the owner's name in the IEEE registry.
  const Manufacturer* owner(std::string_view oui_owner) const;

  struct MakerFound {
    const Manufacturer* maker;
    std::size_t begin;
    std::size_t end;
  };
  // The first manufacturer that the text names; of names that begin there, the longest.
  std::optional<MakerFound> maker_in(std::string_view text) const;

  struct ProductFound {
    const Product* product;
    std::size_t begin;
    std::size_t end;
  };
  // All products that the text names; of names that begin at one place, the longest.
  std::vector<ProductFound> products_in(std::string_view text) const;

  struct RuleFound {
    const Rule* rule;
    PerAttribute<std::string> says;  // groups filled in
  };
  // The rules of this claim whose expression matches; conditions are the
  // caller's to ask. Remembers what it was asked: for one thread at a time.
  std::vector<RuleFound> rules_for(std::string_view claim, std::string_view value) const;
  bool fulfils(const Condition& condition, std::string_view value) const;

  // What a value of setting number `setting` says; nothing if it is not meant.
  std::optional<std::string> setting_value(std::size_t setting, std::string_view value) const;
  // "open", "weak" or "strong"; empty if it says nothing about safety.
  std::string_view setting_level(std::size_t setting, std::string_view value) const;

  // What to call a service that nothing recognises; empty if nobody knows. The
  // name lives as long as the knowledge.
  std::string_view service_name(std::string_view transport, std::uint16_t port,
                                std::string_view shape) const;

  // 0 to 1; what the claim itself states ("device.model" the model).
  double direct_weight(std::string_view claim, std::string_view protocol) const;
  const TextTrust* text_trust(std::string_view claim) const;

 private:
  Knowledge();
  // Checks the tables as a whole and takes them, or says what is wrong.
  Result<void> adopt(std::unique_ptr<KnowledgeTables> tables);

  std::unique_ptr<KnowledgeTables> tables_;
  std::unique_ptr<KnowledgeIndex> index_;  // borrows from tables_
};

}  // namespace asepsis
