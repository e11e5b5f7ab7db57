#include "app/pack_command.hpp"

#include <algorithm>
#include <iostream>
#include <span>

#include "app/check_command.hpp"
#include "app/database_access.hpp"
#include "assess/checking.hpp"
#include "assess/fixture.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"
#include "inventory/knowledge.hpp"

namespace asepsis {
namespace {

void print_packs(const PackSet& packs, Form form) {
  using Kind = Column::Kind;
  Rows rows{{{"pack", Kind::text, 0, SIZE_MAX},
             {"version"},
             {"title", Kind::text, 0, 30},
             {"checks", Kind::number},
             {"need_document", Kind::number},
             {"classes", Kind::json, 1},
             {"builds_on", Kind::json, 1}},
            {}};
  for (const Pack& pack : packs.packs()) {
    const auto documents = std::ranges::count_if(
        pack.checks, [](const Check& check) { return !check.document.empty(); });
    rows.cells.push_back(
        {pack.id, pack.version, pack.title, std::to_string(std::ssize(pack.checks) - documents),
         std::to_string(documents), json_array(pack.classes), json_array(pack.builds_on)});
  }
  print(rows, form);
}

void print_checks(const Pack& pack, Form form) {
  using Kind = Column::Kind;
  Rows rows{{{"check", Kind::text, 0, SIZE_MAX},
             {"title", Kind::text, 0, 40},
             {"cwe", Kind::json},
             {"owner_role", Kind::text, 1},
             {"classes", Kind::json, 2},
             {"decided_by", Kind::text, 0, 8}},
            {}};
  for (const Check& check : pack.checks)
    rows.cells.push_back({check.id, check.title, json_array(check.cwe), check.owner_role,
                          json_array(check.classes),
                          check.document.empty() ? "captures" : check.document});
  print(rows, form);
}

void print_classes(const Knowledge& knowledge, Form form) {
  Rows rows{{{"class"}, {"title"}, {"medical"}}, {}};
  for (const ClassInfo& one : knowledge.classes())
    rows.cells.push_back({one.name, one.title, one.medical ? "yes" : "no"});
  print(rows, form);
}

// Asks every query of an inventory in which nothing was ever heard. What is wrong with each.
std::vector<Error> ask_all(const PackSet& packs, const Pack& pack) {
  std::vector<Error> wrong;
  for (const Check& check : pack.checks) {
    if (!check.document.empty()) continue;
    auto database = scratch_inventory({}, check, packs.knowledge());
    if (!database) return {database.error()};
    if (auto found = run_check(*database, packs, check); !found)
      wrong.push_back(std::move(found.error()));
  }
  return wrong;
}

// All but the last is printed; that one ends the command.
Result<void> refuse(const std::vector<Error>& wrong) {
  for (const Error& error : std::span(wrong).first(wrong.size() - 1))
    std::cerr << "asepsis: " << escaped(error.message) << '\n';
  return Failure(wrong.back());
}

std::string checks_of(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " check" : " checks");
}

// The packs of the files, or all that are built in.
std::vector<const Pack*> packs_of(const PackSet& packs, const PackOptions& options) {
  std::vector<const Pack*> asked;
  for (const Pack& pack : packs.packs()) {
    const bool named = std::ranges::any_of(
        options.files, [&](const auto& file) { return file.string() == pack.where; });
    if (named || options.files.empty()) asked.push_back(&pack);
  }
  return asked;
}

constexpr std::string_view kNewPack = R"toml(# A pack of checks; docs/packs.md explains every key.

[pack]
id = "@id"
title = "What we expect of our own devices"
version = "1"

[[check]]
id = "telnet"                       # for ever: findings are known by it
title = "It can be operated by Telnet"
classes = ["infusion-pump"]         # asepsis pack classes lists them; leave out: any
# One row a piece of evidence: device, instance, detail, and the id of a fact or a talk.
query = '''
SELECT device, port || '/tcp' AS instance, 'Telnet answered on port ' || port AS detail, id AS fact
FROM facts WHERE claim = 'clear.shell' AND value = 'telnet' AND state = 'seen'
'''
cwe = ["CWE-319"]
clauses = { iec_62443_4_2 = ["CR 7.7"], mds2 = ["SAHD-9"] }
harm = "Somebody who listens learns the password and could change how the pump is set up."
failure = "takeover"                # takeover, tampering, loss, disclosure or weakening
needs = "the-path"                  # nothing, the-path, effort or another-fault
owner_role = "device-lead"          # or a role of knowledge/owners.toml

[check.advice]                      # never: unplug, block or restart what may be on a patient
ward = "Go on using the pump as usual. If it behaves oddly, follow your downtime procedure."
biomedical_engineering = "Ask the manufacturer how to switch Telnet off; do it at the next service, off the patient."
it_network = "Ask clinical engineering who uses port 23 before any change to the network."
procurement = "Ask for MDS2 answer SAHD-9 before buying more of this model."
manufacturer = "Ship it with Telnet off, and offer SSH with one key a device."

[check.fail]                        # an inventory in which it must find the device 'it'
facts = [{ claim = "clear.shell", value = "telnet", port = 23 }]

[check.pass]                        # and one in which it must keep quiet
facts = [{ claim = "ssh.banner", value = "SSH-2.0-OpenSSH_9.2", port = 22 }]
)toml";

}  // namespace

Result<void> list_packs(const PackOptions& options) {
  const auto knowledge = Knowledge::built_in();
  if (!knowledge) return std::unexpected(knowledge.error());
  const auto packs = usual_packs(*knowledge, options.files);
  if (!packs) return std::unexpected(packs.error());
  if (options.id.empty()) {
    print_packs(*packs, options.form);
    return {};
  }
  const Pack* pack = packs->find(options.id);
  if (pack == nullptr)
    return fail("there is no pack " + escaped(options.id) + ": asepsis pack list names them");
  print_checks(*pack, options.form);
  return {};
}

Result<void> list_classes(const PackOptions& options) {
  const auto knowledge = Knowledge::built_in();
  if (!knowledge) return std::unexpected(knowledge.error());
  print_classes(*knowledge, options.form);
  return {};
}

Result<void> check_packs(const PackOptions& options) {
  const auto knowledge = Knowledge::built_in();
  if (!knowledge) return std::unexpected(knowledge.error());
  const auto packs = usual_packs(*knowledge, options.files);
  if (!packs) return std::unexpected(packs.error());
  const auto asked = packs_of(*packs, options);
  for (const Pack* pack : asked) {
    if (const auto wrong = ask_all(*packs, *pack); !wrong.empty()) return refuse(wrong);
    std::cout << escaped(pack->where) << ": " << checks_of(pack->checks.size())
              << ", well formed\n";
  }
  return {};
}

Result<void> try_packs(const PackOptions& options) {
  const auto knowledge = Knowledge::built_in();
  if (!knowledge) return std::unexpected(knowledge.error());
  const auto packs = usual_packs(*knowledge, options.files);
  if (!packs) return std::unexpected(packs.error());
  std::size_t tried = 0;
  std::vector<std::string> problems;
  for (const Pack* pack : packs_of(*packs, options))
    for (const Check& check : pack->checks) {
      const auto outcomes = try_fixtures(*packs, check);
      if (!outcomes) {
        problems.push_back(outcomes.error().message);
        continue;
      }
      tried += outcomes->size();
      for (const FixtureOutcome& outcome : *outcomes)
        if (!outcome.problem.empty()) problems.push_back(outcome.where + ": " + outcome.problem);
    }
  for (const std::string& problem : problems) std::cout << escaped(problem) << '\n';
  std::cout << tried << " fixtures tried, " << problems.size() << " not as they should be\n";
  if (problems.empty()) return {};
  return fail("a check does not do what its fixtures say");
}

Result<void> new_pack(const PackOptions& options) {
  constexpr std::string_view kId = "@id";
  std::string text(kNewPack);
  text.replace(text.find(kId), kId.size(), options.id);
  const auto knowledge = Knowledge::built_in();
  if (!knowledge) return std::unexpected(knowledge.error());
  auto packs = PackSet::built_in(*knowledge);
  if (!packs) return std::unexpected(packs.error());
  if (const auto good = packs->add_text("new pack", text); !good) return good;
  std::cout << text;
  return {};
}

}  // namespace asepsis
