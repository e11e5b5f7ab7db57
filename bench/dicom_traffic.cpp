// DICOM: modalities store images to archives. An association is negotiated
// (PS3.8 section 9.3), one to eight images are sent as C-STORE requests (PS3.7
// section 9.3.1) in P-DATA of 32 KiB, each is answered, and the association is
// released. Patients and serial numbers are made up. Receivers acknowledge
// fourteen full segments together, as those with receive offload do, so that a
// packet has 1379 bytes on average.

#include <algorithm>
#include <string>

#include "bench/tcp_conversation.hpp"

namespace asepsis::bench {
namespace {

constexpr std::uint32_t kModalities = 60;
constexpr std::uint32_t kArchives = 5;
constexpr std::uint32_t kModalityOui = 0x00104b;
constexpr std::uint32_t kArchiveOui = 0x00505a;
constexpr std::uint32_t kFirstEphemeralPort = 32768;
constexpr std::size_t kSmallestImage = 131072;
constexpr std::size_t kFragmentSize = 32768;
constexpr std::string_view kCtImageStorage = "1.2.840.10008.5.1.4.1.1.2";
constexpr std::string_view kExplicitLittleEndian = "1.2.840.10008.1.2.1";
constexpr std::string_view kApplicationContext = "1.2.840.10008.3.1.1.1";
constexpr std::uint8_t kCommandLast = 3;
constexpr std::uint8_t kDataMore = 0;
constexpr std::uint8_t kDataLast = 2;

std::string modality_title(std::uint32_t modality) { return "CT" + std::to_string(100 + modality); }
std::string archive_title(std::uint32_t archive) { return "ARCHIVE" + std::to_string(archive); }

void put_item(ByteWriter& out, std::uint8_t type, Bytes content) {
  out.u8(type).u8(0).be16(content.size()).append(content);
}

void put_text_item(ByteWriter& out, std::uint8_t type, std::string_view text) {
  ByteWriter content;
  content.text(text);
  put_item(out, type, content.bytes());
}

// A-ASSOCIATE-RQ (type 1) or -AC (type 2).
std::vector<std::uint8_t> associate(std::uint8_t type, std::uint32_t modality,
                                    std::uint32_t archive) {
  ByteWriter context;
  context.be32(0x01000000);
  if (type == 1) put_text_item(context, 0x30, kCtImageStorage);
  put_text_item(context, 0x40, kExplicitLittleEndian);
  ByteWriter length;
  length.be32(kFragmentSize);
  ByteWriter user;
  put_item(user, 0x51, length.bytes());
  put_text_item(user, 0x52, "1.2.826.0.1.3680043.9.9999.1");
  put_text_item(user, 0x55, type == 1 ? "EXAMPLE_CT_4" : "EXAMPLE_PACS_7");

  ByteWriter body;
  body.be16(1).be16(0).padded(archive_title(archive), 16).padded(modality_title(modality), 16);
  for (int i = 0; i < 8; ++i) body.be32(0);
  put_text_item(body, 0x10, kApplicationContext);
  put_item(body, type == 1 ? 0x20 : 0x21, context.bytes());
  put_item(body, 0x50, user.bytes());

  ByteWriter pdu;
  pdu.u8(type).u8(0).be32(body.size()).append(body.bytes());
  return pdu.release();
}

void put_p_data(ByteWriter& out, std::uint8_t control, Bytes fragment) {
  out.u8(4).u8(0).be32(fragment.size() + 6).be32(fragment.size() + 2).u8(1).u8(control);
  out.append(fragment);
}

// An element of a command set: implicit VR, little endian (PS3.7 section 6.3.1).
void put_command_element(ByteWriter& out, std::uint32_t element, Bytes value) {
  out.le16(0).le16(element).le32(value.size()).append(value);
}

std::vector<std::uint8_t> even(std::string_view text) {
  ByteWriter out;
  out.text(text);
  if (out.size() % 2 != 0) out.u8(0);
  return out.release();
}

std::vector<std::uint8_t> command_set(bool request, std::uint32_t message,
                                      const std::string& instance) {
  const auto number = [](std::uint32_t value) {
    ByteWriter out;
    out.le16(value);
    return out.release();
  };
  ByteWriter elements;
  put_command_element(elements, 0x0002, even(kCtImageStorage));
  put_command_element(elements, 0x0100, number(request ? 0x0001 : 0x8001));
  put_command_element(elements, request ? 0x0110 : 0x0120, number(message));
  if (request) put_command_element(elements, 0x0700, number(0));
  put_command_element(elements, 0x0800, number(request ? 0x0000 : 0x0101));
  if (!request) put_command_element(elements, 0x0900, number(0));
  put_command_element(elements, 0x1000, even(instance));
  ByteWriter length;
  length.le32(elements.size());
  ByteWriter all;
  put_command_element(all, 0x0000, length.bytes());
  return all.append(elements.bytes()).release();
}

// An element of a data set: explicit VR, little endian, a short value.
void put_element(ByteWriter& out, std::uint32_t tag, std::string_view vr, std::string_view text) {
  out.le16(tag >> 16).le16(tag & 0xffff).text(vr);
  const std::size_t size = text.size() + (text.size() % 2);
  out.le16(size).padded(text, size);
}

std::vector<std::uint8_t> data_set(std::uint32_t modality, const std::string& instance,
                                   Bytes pixels) {
  ByteWriter out;
  put_element(out, 0x00080016, "UI", kCtImageStorage);
  put_element(out, 0x00080018, "UI", instance);
  put_element(out, 0x00080060, "CS", "CT");
  put_element(out, 0x00080070, "LO", "Example Imaging");
  put_element(out, 0x00081010, "SH", modality_title(modality));
  put_element(out, 0x00081090, "LO", "Ring 64");
  put_element(out, 0x00100010, "PN", "TEST^PATIENT");
  put_element(out, 0x00100020, "LO", "T0000001");
  put_element(out, 0x00181000, "LO", "SN" + std::to_string(100000 + modality));
  put_element(out, 0x00181020, "LO", "4." + std::to_string(modality % 4) + ".1");
  out.le16(0x7fe0).le16(0x0010).text("OW").le16(0).le32(pixels.size()).append(pixels);
  return out.release();
}

// The bytes of a C-STORE request: the command set, then the data set.
std::vector<std::uint8_t> store_request(std::uint32_t message, const std::string& instance,
                                        Bytes data) {
  ByteWriter out;
  put_p_data(out, kCommandLast, command_set(true, message, instance));
  while (!data.empty()) {
    const std::size_t size = std::min(kFragmentSize - 6, data.size());
    put_p_data(out, size == data.size() ? kDataLast : kDataMore, data.first(size));
    data = data.subspan(size);
  }
  return out.release();
}

// A release request (type 5) or response (type 6).
std::vector<std::uint8_t> release(std::uint8_t type) {
  ByteWriter out;
  out.u8(type).u8(0).be32(4).be32(0);
  return out.release();
}

class Storing final : public Dialogue {
 public:
  // `noise` outlives the dialogue.
  Storing(std::uint32_t modality, std::uint32_t archive, std::uint32_t images, Bytes noise,
          std::uint32_t study)
      : modality_(modality), archive_(archive), images_(images), noise_(noise), study_(study) {}

  std::optional<Turn> next() override {
    const std::uint32_t turn = turn_++;
    const bool from_client = turn % 2 == 0;
    const std::uint32_t image = turn / 2;  // 0 is the association
    if (image == 0) return Turn{from_client, associate(from_client ? 1 : 2, modality_, archive_)};
    if (image == images_ + 1) return Turn{from_client, release(from_client ? 5 : 6)};
    if (image > images_) return std::nullopt;
    const std::string instance = "2.25." + std::to_string(study_) + "." + std::to_string(image);
    if (from_client)
      return Turn{true, store_request(image, instance, data_set(modality_, instance, pixels()))};
    ByteWriter response;
    put_p_data(response, kCommandLast, command_set(false, image, instance));
    return Turn{false, response.release()};
  }

 private:
  // One size a study, as the images of a scan have.
  Bytes pixels() const {
    const std::size_t size = kSmallestImage * (1 + study_ % 4);
    return noise_.subspan(std::size_t{2} * (study_ % 1024), size);
  }

  std::uint32_t modality_;
  std::uint32_t archive_;
  std::uint32_t images_;
  Bytes noise_;
  std::uint32_t study_;
  std::uint32_t turn_ = 0;
};

class DicomTraffic final : public Traffic {
 public:
  DicomTraffic() {
    Random random(1);
    ByteWriter noise;
    while (noise.size() < 5 * kSmallestImage) noise.le16(below(random, 4096));
    noise_ = noise.release();
  }

  std::unique_ptr<Conversation> start(Random& random) override {
    const std::uint32_t modality = below(random, kModalities);
    const std::uint32_t archive = below(random, kArchives);
    const std::uint32_t images = 1 + below(random, 8);
    Connection connection;
    connection.client = make_host(kModalityOui, 30, modality);
    connection.server = make_host(kArchiveOui, 31, archive);
    connection.client_port = static_cast<std::uint16_t>(kFirstEphemeralPort +
                                                        (ports_[modality]++ % kFirstEphemeralPort));
    connection.server_port = archive % 2 == 0 ? 104 : 11112;
    connection.segments_per_ack = 14;
    return tcp_conversation(
        connection, std::make_unique<Storing>(modality, archive, images, noise_, ++studies_),
        random);
  }

  std::size_t at_a_time() const override { return 32; }

 private:
  std::vector<std::uint8_t> noise_;  // the pixels of all images
  std::array<std::uint32_t, kModalities> ports_{};
  std::uint32_t studies_ = 0;
};

}  // namespace

std::unique_ptr<Traffic> dicom_traffic() { return std::make_unique<DicomTraffic>(); }

}  // namespace asepsis::bench
