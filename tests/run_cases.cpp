// Plays every folder of tests/cases and compares. Each stream is also played
// byte by byte, where it must say the same, and cut short after every byte,
// where it must say a beginning of the same: no parser gets these tests
// written for it, and none can go without them.
//
//   run_cases FOLDER                 compare
//   run_cases FOLDER --accept [X]    write what was said into expect.txt of
//                                    the cases whose name begins with X; read the diff

#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <string_view>

#include "case.hpp"

namespace asepsis::test {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Cutting after every byte is quadratic; longer cases are cut at a stride.
constexpr std::size_t kMostCuts = 1500;

// Empty if the case holds, else what is wrong with it.
std::string fault_of(const std::filesystem::path& folder, bool accept) {
  const Result<Case> test = read_case(folder);
  if (!test) return test.error().message;

  const Outcome said = play(*test);
  const std::string all = said.facts + said.verdict;
  if (accept) std::ofstream(folder / "expect.txt", std::ios::binary) << all;
  if (all != read_file(folder / "expect.txt")) return "said:\n" + all;

  if (play(*test, 1).facts != said.facts)
    return "says something else byte by byte:\n" + play(*test, 1).facts;
  std::size_t size = 0;
  for (const Step& step : test->steps) size += step.bytes.size();
  const std::size_t stride = 1 + size / kMostCuts;
  for (std::size_t cut = 0; cut < size; cut += stride)
    if (!said.facts.starts_with(play(*test, SIZE_MAX, cut).facts) &&
        test->protocol->transport == Transport::tcp)
      return "says something else when cut after byte " + std::to_string(cut);
  return {};
}

}  // namespace
}  // namespace asepsis::test

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const bool accept = argc > 2 && std::string_view(argv[2]) == "--accept";
  const std::string_view prefix = argc > 3 ? argv[3] : "";
  int passed = 0;
  int failed = 0;
  std::set<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1]))
    folders.insert(entry.path());
  for (const auto& folder : folders) {
    const bool chosen = accept && folder.filename().string().starts_with(prefix);
    const std::string fault = asepsis::test::fault_of(folder, chosen);
    if (fault.empty()) {
      ++passed;
    } else {
      ++failed;
      std::cout << folder.filename().string() << ": " << fault << '\n';
    }
  }
  std::cout << passed << " passed, " << failed << " failed\n";
  return failed == 0 && passed > 0 ? 0 : 1;
}
