// From the "UUID" lines of Microsoft's open specifications (MS-RPCE and those
// that refer to it), and C706, appendix O.

#include "proto/dcerpc_interfaces.hpp"

#include <algorithm>

namespace asepsis {
namespace {

struct Interface {
  std::string_view uuid, name;
};

constexpr Interface kInterfaces[] = {
    {"00000131-0000-0000-c000-000000000046", "IRemUnknown"},
    {"00000143-0000-0000-c000-000000000046", "IRemUnknown2"},
    {"000001a0-0000-0000-c000-000000000046", "ISystemActivator"},
    {"12345678-1234-abcd-ef00-0123456789ab", "spoolss"},
    {"12345678-1234-abcd-ef00-01234567cffb", "netlogon"},
    {"12345778-1234-abcd-ef00-0123456789ab", "lsarpc"},
    {"12345778-1234-abcd-ef00-0123456789ac", "samr"},
    {"1544f5e0-613c-11d1-93df-00c04fd7bd09", "exchange referral"},
    {"1ff70682-0a51-30e8-076d-740be8cee98b", "atsvc"},
    {"338cd001-2244-31f1-aaaa-900038001003", "winreg"},
    {"367abb81-9844-35f1-ad32-98f038001003", "svcctl"},
    {"3919286a-b10c-11d0-9ba8-00c04fd92ef5", "dssetup"},
    {"45f52c28-7f9f-101a-b52b-08002b2efabe", "wins"},
    {"4b324fc8-1670-01d3-1278-5a47bf6ee188", "srvsvc"},
    {"4d9f4ab8-7d1c-11cf-861e-0020af6e7c57", "IActivation"},
    {"4fc742e0-4a10-11cf-8273-00aa004ae673", "netdfs"},
    {"50abc2a4-574d-40b3-9d66-ee4fd5fba076", "dnsserver"},
    {"5ca4a760-ebb1-11cf-8611-00a0245420ed", "winstation"},
    {"6bffd098-a112-3610-9833-46c3f87e345a", "wkssvc"},
    {"76f03f96-cdfd-44fc-a22c-64950a001209", "IRemoteWinspool"},
    {"82273fdc-e32a-18c3-3f78-827929dc23ea", "eventlog"},
    {"86d35949-83c9-4044-b424-db363231fd0c", "ITaskSchedulerService"},
    {"894de0c0-0d55-11d3-a322-00c04fa321a1", "initshutdown"},
    {"897e2e5f-93f3-4376-9c9c-fd2277495c27", "dfsr"},
    {"91ae6020-9e3c-11cf-8d7c-00aa00c091be", "certificate enrolment"},
    {"9556dc99-828c-11cf-a37e-00aa003240c7", "IWbemServices"},
    {"99fcfec4-5260-101b-bbcb-00aa0021347a", "IOXIDResolver"},
    {"a4f1db00-ca47-1067-b31f-00dd010662da", "exchange store"},
    {"c681d488-d850-11d0-8c52-00c04fd90f7e", "efsrpc"},
    {"d049b186-814f-11d1-9a3c-00c04fc9b232", "ntfrs"},
    {"df1941c5-fe89-4e79-bf10-463657acf44d", "efsrpc"},
    {"e1af8308-5d1f-11c9-91a4-08002b14a0fa", "epmapper"},
    {"e3514235-4b06-11d1-ab04-00c04fc2dcd2", "drsuapi"},
    {"f309ad18-d86a-11d0-a075-00c04fb68820", "IWbemLevel1Login"},
    {"f5cc5a18-4264-101a-8c59-08002b2f8426", "exchange directory"},
    {"f6beaff7-1e19-4fbb-9f8f-b89e2018337c", "even6"},
};

// The first three parts are numbers, and stand the other way round.
ShortText<40> text_of(Bytes uuid) {
  ShortText<40> text;
  std::size_t at = 0;
  for (const std::size_t part : {4U, 2U, 2U}) {
    for (std::size_t i = part; i > 0; --i) text.hex(uuid.subspan(at + i - 1, 1));
    text.add('-');
    at += part;
  }
  return text.hex(uuid.subspan(at, 2)).add('-').hex(uuid.subspan(at + 2, 6));
}

}  // namespace

ShortText<40> dcerpc_interface_name(Bytes uuid) {
  const ShortText<40> text = text_of(uuid);
  const auto found = std::ranges::find(kInterfaces, text.view(), &Interface::uuid);
  return found != std::end(kInterfaces) ? ShortText<40>().add(found->name) : text;
}

}  // namespace asepsis
