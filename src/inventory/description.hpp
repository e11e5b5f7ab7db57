// Reads what a device calls itself in free text: "Baxter Spectrum IQ 9.03.01",
// "Zebra Technologies ZD421 SN:D0751 SW:V93.21". The usual order is maker,
// product, version; labelled numbers are read by rules of knowledge/.

#pragma once

#include <string_view>

namespace asepsis {

// The words after a manufacturer's name that look like a product: up to a
// version, a label, punctuation or a word such as "server". May be empty.
std::string_view product_words(std::string_view after_maker);

// What follows a product's name, if it looks like a version. May be empty.
std::string_view version_words(std::string_view after_product);

// Texts that stand for nothing: "N/A", "Default string".
bool placeholder(std::string_view text);

}  // namespace asepsis
