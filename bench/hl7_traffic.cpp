// HL7 v2 over MLLP: results from many small systems to an integration engine,
// one to three messages a connection, each acknowledged (HL7 v2.5.1 chapters
// 2 and 7; MLLP release 1). Sizes are such that a packet has 161 bytes on
// average, which makes this the hardest kind for a flow table.

#include <string>

#include "bench/tcp_conversation.hpp"

namespace asepsis::bench {
namespace {

constexpr std::uint32_t kSenders = 400;
constexpr std::uint32_t kEngines = 4;
constexpr std::uint32_t kOui = 0x00090f;
constexpr std::uint16_t kPort = 2575;
constexpr std::uint32_t kFirstEphemeralPort = 32768;

Turn in_mllp(bool from_client, const std::string& message) {
  ByteWriter out;
  out.u8(0x0b).text(message).u8(0x1c).u8(0x0d);
  return {from_client, out.release()};
}

std::string header(std::string_view from, std::string_view to, std::string_view type,
                   const std::string& control) {
  return std::string("MSH|^~\\&|")
      .append(from)
      .append("|NORTH|")
      .append(to)
      .append("|NORTH|20260601080000||")
      .append(type)
      .append("|" + control + "|P|2.5.1\r");
}

std::string analyser(std::uint32_t sender) { return "ANALYSER" + std::to_string(sender); }

std::string observation(int number, std::string_view what, std::uint32_t value,
                        std::uint32_t sender) {
  return std::string("OBX|" + std::to_string(number) + "|NM|")
      .append(what)
      .append("^LN||" + std::to_string(value))
      .append("|mmol/L|3.5-145|N|||F|||20260601075900||||EX500^EXAMPLE~S" + std::to_string(sender) +
              "\r");
}

std::string result_message(std::uint32_t sender, std::uint32_t number) {
  const std::string control = std::to_string(number);
  const std::string patient = std::to_string(number % 99991);
  return header(analyser(sender), "ENGINE", "ORU^R01^ORU_R01", control) +
         "SFT|Example Instruments|4." + std::to_string(sender % 10) +
         "|Result Link|R4||20260101\r" + "PID|1||T" + patient + "^^^NORTH^MR||TEST^PATIENT" +
         patient + "||19700101|U\r" + "OBR|1|" + control + "|F" + control +
         "|24323-8^Comprehensive metabolic 2000 panel^LN|||20260601075500\r" +
         observation(1, "2951-2^Sodium", 135 + (number % 10), sender) +
         observation(2, "2823-3^Potassium", 3 + (number % 3), sender) +
         observation(3, "2160-0^Creatinine", 60 + (number % 50), sender) +
         observation(4, "3094-0^Urea", 2 + (number % 5), sender);
}

std::string acknowledgement(std::uint32_t sender, std::uint32_t number) {
  const std::string control = std::to_string(number);
  return header("ENGINE", analyser(sender), "ACK^R01^ACK", control) + "MSA|AA|" + control + "\r";
}

class Results final : public Dialogue {
 public:
  Results(std::uint32_t sender, std::uint32_t first_control, std::uint32_t messages)
      : sender_(sender), control_(first_control), turns_left_(2 * messages) {}

  std::optional<Turn> next() override {
    if (turns_left_ == 0) return std::nullopt;
    const bool from_client = turns_left_-- % 2 == 0;
    if (from_client) return in_mllp(true, result_message(sender_, ++control_));
    return in_mllp(false, acknowledgement(sender_, control_));
  }

 private:
  std::uint32_t sender_;
  std::uint32_t control_;
  std::uint32_t turns_left_;
};

class Hl7Traffic final : public Traffic {
 public:
  std::unique_ptr<Conversation> start(Random& random) override {
    const std::uint32_t sender = below(random, kSenders);
    const std::uint32_t messages = 1 + below(random, 3);
    control_ += messages;
    Connection connection;
    connection.client = make_host(kOui, 20, sender);
    connection.server = make_host(kOui, 21, sender % kEngines);
    // One after the other, as operating systems give them out: a port comes
    // back only after all others of its host.
    connection.client_port =
        static_cast<std::uint16_t>(kFirstEphemeralPort + (ports_[sender]++ % kFirstEphemeralPort));
    connection.server_port = kPort;
    return tcp_conversation(connection, std::make_unique<Results>(sender, control_, messages),
                            random);
  }

  std::size_t at_a_time() const override { return 200; }

 private:
  std::uint32_t control_ = 0;
  std::array<std::uint32_t, kSenders> ports_{};
};

}  // namespace

std::unique_ptr<Traffic> hl7_traffic() { return std::make_unique<Hl7Traffic>(); }

}  // namespace asepsis::bench
