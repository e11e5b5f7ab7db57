// Documents of other standards: bills of materials, advisories, messages,
// resources ... What such a document calls its serial number is no device's, and
// what it says is no setting; so none is taken for a configuration. Each is
// told by the marks that its own standard asks for, never by the file's name.

#pragma once

#include <string_view>

#include "base/cursor.hpp"

namespace asepsis {

// What it is, for a sentence: "a bill of materials (CycloneDX)". Empty if it
// is none that is known here. `text` is UTF-8 without a byte order mark.
std::string_view other_document(std::string_view text);

// The same of what is no text.
std::string_view other_binary(Bytes bytes);

// Parts of the above, one for each form.
std::string_view other_json(std::string_view text);
std::string_view other_xml(std::string_view text);
std::string_view other_text(std::string_view text);

// "DOC-1", "RMOT-3.2": the number of a question of the MDS2 form.
class Mds2Questions {
 public:
  static bool is_one(std::string_view text);
  void see(std::string_view text);
  // Questions of several of its sections.
  bool told() const;

 private:
  unsigned sections_ = 0;  // a bit each
};

}  // namespace asepsis
