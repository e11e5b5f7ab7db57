// Conversations out of Zeek's conn.log and Suricata's flows.

#pragma once

#include <optional>

#include "fact/fact_table.hpp"
#include "sensor/log_teller.hpp"
#include "sensor/record.hpp"

namespace asepsis {

// Nothing if the line does not say between whom, over which protocol.
std::optional<ConversationRow> zeek_conversation(const Record& record, const LogTeller& teller);
std::optional<ConversationRow> suricata_conversation(const Record& record, const LogTeller& teller);

}  // namespace asepsis
