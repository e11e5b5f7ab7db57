#include "base/text.hpp"
#include "document/other_document.hpp"

namespace asepsis {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::size_t at;
  std::string_view bytes, name;
};

constexpr Magic kMagic[] = {
    {0, "PK\x03\x04"sv, "a workbook of an office program or a ZIP archive (save its table as CSV)"},
    {0, "\xd0\xcf\x11\xe0"sv, "a file of an old office program (save its table as CSV)"},
    {0, "%PDF-"sv, "a PDF document"},
    {128, "DICM"sv, "a DICOM file"},
    {0, "\x0a\x0d\x0d\x0a"sv, "a capture (`asepsis read` takes it)"},
    {0, "\xa1\xb2\xc3\xd4"sv, "a capture (`asepsis read` takes it)"},
    {0, "\xd4\xc3\xb2\xa1"sv, "a capture (`asepsis read` takes it)"},
    {0, "\xa1\xb2\x3c\x4d"sv, "a capture (`asepsis read` takes it)"},
    {0, "\x4d\x3c\xb2\xa1"sv, "a capture (`asepsis read` takes it)"},
    {0, "\x89PNG\r\n"sv, "a picture"},
    {0, "\xff\xd8\xff"sv, "a picture"},
    {0, "SQLite format 3\0"sv, "a database (SQLite)"},
};

}  // namespace

std::string_view other_binary(Bytes bytes) {
  const std::string_view text = as_text(bytes);
  for (const Magic& one : kMagic)
    if (text.size() > one.at && text.substr(one.at).starts_with(one.bytes)) return one.name;
  return {};
}

}  // namespace asepsis
