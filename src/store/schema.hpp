// The parts of the schema, as statements of SQL. Part of store.

#pragma once

#include <string>
#include <string_view>

#include "store/database.hpp"

namespace asepsis {

extern const std::string_view kFactTables;
extern const std::string_view kFactIndices;
extern const std::string_view kDerivedTables;
extern const std::string_view kDerivationTables;
extern const std::string_view kFindingTables;
extern const std::string_view kDocumentTables;
extern const std::string_view kDocumentDerivedTables;
extern const std::string_view kViews;
extern const std::string_view kFindingViews;
extern const std::string_view kDocumentViews;
extern const std::string_view kCohortTables;
extern const std::string_view kCohortViews;
extern const std::string_view kAreaTables;
extern const std::string_view kAreaViews;
extern const std::string_view kListenerTables;
extern const std::string_view kListenerViews;

}  // namespace asepsis
