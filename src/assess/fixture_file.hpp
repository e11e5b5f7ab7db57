// The fixtures of a pack file. Only its reader includes this (it brings toml++ along).

#pragma once

#include <string>

#include "assess/pack.hpp"
#include "base/toml_table.hpp"
#include "inventory/knowledge.hpp"

namespace asepsis {

// What is wrong with the name of a class; nothing if there is such a class.
std::string fault_of_class(const std::string& name, const Knowledge& knowledge);

Fixture read_fixture(TomlTable& in, const Knowledge& knowledge, bool fails);

}  // namespace asepsis
