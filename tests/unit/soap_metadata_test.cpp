#include "proto/soap_metadata.hpp"

#include <gtest/gtest.h>

#include <string>

namespace asepsis {
namespace {

class Listener final : public FactSink {
 public:
  void on_fact(const Fact& fact) override {
    said += std::string(fact.claim.name()) + "=" + std::string(fact.value) + "\n";
  }
  void on_application(std::string_view, Security) override {}

  std::string said;
};

std::string said_of(std::string_view xml, bool expected = true) {
  Listener listener;
  EXPECT_EQ(read_device_metadata(xml, Side::server, listener), expected) << xml;
  return listener.said;
}

std::string envelope(std::string_view body) {
  return "<?xml version='1.0'?><s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'>"
         "<s:Header/><s:Body>" +
         std::string(body) + "</s:Body></s:Envelope>";
}

TEST(SoapMetadata, ReadsTheModelAndTheDeviceOfDpws) {
  EXPECT_EQ(said_of(envelope(
                "<x:Metadata><x:MetadataSection><w:ThisModel><w:Manufacturer>Voss &amp; Sons"
                "</w:Manufacturer><w:ModelName>Breather 9</w:ModelName><w:ModelNumber>B9-1"
                "</w:ModelNumber></w:ThisModel></x:MetadataSection><x:MetadataSection>"
                "<w:ThisDevice><w:FriendlyName>ICU breather</w:FriendlyName><w:FirmwareVersion>"
                "01.02</w:FirmwareVersion><w:SerialNumber> A7 </w:SerialNumber></w:ThisDevice>"
                "</x:MetadataSection></x:Metadata>")),
            "device.manufacturer=Voss & Sons\n"
            "device.model=Breather 9\n"
            "device.part=B9-1\n"
            "device.description=ICU breather\n"
            "device.firmware=01.02\n"
            "device.serial=A7\n");
}

TEST(SoapMetadata, ReadsTheHostOfAComputer) {
  EXPECT_EQ(said_of(envelope("<m:Metadata><m:MetadataSection><w:Relationship><w:Host>"
                             "<p:Computer>WARDPC7/Workgroup:WARD</p:Computer></w:Host>"
                             "</w:Relationship></m:MetadataSection></m:Metadata>")),
            "name.host=WARDPC7\nname.domain=WARD\n");
}

TEST(SoapMetadata, ReadsTheMdsAndNoPatientContext) {
  const std::string said = said_of(envelope(
      "<g:GetMdibResponse><g:Mdib><p:MdDescription><p:Mds><p:MetaData><p:Udi><p:DeviceIdentifier>"
      "00643169001763</p:DeviceIdentifier><p:HumanReadableForm>(01)00643169001763(21)A7"
      "</p:HumanReadableForm></p:Udi><p:Manufacturer>Voss</p:Manufacturer><p:ModelName>Breather 9"
      "</p:ModelName></p:MetaData><p:SystemContext><p:PatientContext>PLANTED</p:PatientContext>"
      "</p:SystemContext><p:Type Code='70001'/></p:Mds></p:MdDescription><p:MdState><p:State>"
      "<p:CoreData><p:Givenname>PLANTED</p:Givenname></p:CoreData></p:State></p:MdState>"
      "</g:Mdib></g:GetMdibResponse>"));
  EXPECT_EQ(said,
            "device.class=ventilator\n"
            "device.manufacturer=Voss\n"
            "device.model=Breather 9\n"
            "device.udi_di=00643169001763\n"
            "device.udi=(01)00643169001763(21)A7\n"
            "device.serial=A7\n");
}

TEST(SoapMetadata, ReadsAUpnpDescription) {
  EXPECT_EQ(said_of("<root xmlns='urn:schemas-upnp-org:device-1-0'><specVersion/><device>"
                    "<friendlyName>Cam 4</friendlyName><manufacturer>Voss</manufacturer>"
                    "<modelName>Eye</modelName><modelNumber>3</modelNumber><serialNumber>77"
                    "</serialNumber><UDN>uuid:1</UDN></device></root>"),
            "device.manufacturer=Voss\n"
            "device.model=Eye\n"
            "device.part=3\n"
            "device.serial=77\n"
            "device.description=Cam 4\n"
            "device.uid=uuid:1\n");
}

TEST(SoapMetadata, SaysNothingOfWhatIsNoneOfThese) {
  const std::string deep(20'000, '<');
  std::string nested;
  for (int i = 0; i < 5'000; ++i) nested += "<a>";
  for (const std::string& xml :
       {std::string(), std::string("<root/>"), std::string("no xml"), envelope(""),
        envelope("<m:Metadata/>"), envelope("<m:GetMdibResponse/>"), deep, nested})
    EXPECT_EQ(said_of(xml, false), "");
}

}  // namespace
}  // namespace asepsis
