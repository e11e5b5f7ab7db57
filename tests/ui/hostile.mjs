// A capture of a device whose names are an attack: DHCP requests, as a pcap file.
const be16 = (n) => Buffer.from([n >> 8, n & 255]);
const le32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32LE(n >>> 0); return b; };
const mac = Buffer.from('021122334455', 'hex');

function checksum(header) {
  let sum = 0;
  for (let i = 0; i < header.length; i += 2) sum += header.readUInt16BE(i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

const option = (code, value) => Buffer.concat([Buffer.from([code, value.length]), value]);

function dhcpRequest(name) {
  const head = Buffer.alloc(236);
  head.set([1, 1, 6, 0, 0x12, 0x34, 0x56, 0x78]);
  mac.copy(head, 28);
  return Buffer.concat([head, Buffer.from('63825363', 'hex'), option(53, Buffer.from([3])), option(50, Buffer.from([10, 9, 9, 9])),
    option(12, Buffer.from(name)), option(60, Buffer.from(`<img src=x onerror=alert(2)>`)), Buffer.from([255])]);
}

function frame(payload) {
  const udp = Buffer.concat([be16(68), be16(67), be16(8 + payload.length), be16(0), payload]);
  const ip = Buffer.concat([Buffer.from([0x45, 0]), be16(20 + udp.length), Buffer.from([0, 1, 0, 0, 64, 17, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255])]);
  be16(checksum(ip)).copy(ip, 10);
  return Buffer.concat([Buffer.from('ffffffffffff', 'hex'), mac, be16(0x0800), ip, udp]);
}

function capture(frames) {
  const header = Buffer.concat([le32(0xa1b2c3d4), Buffer.from([2, 0, 4, 0]), le32(0), le32(0), le32(65535), le32(1)]);
  const packets = frames.map((bytes, i) => Buffer.concat([le32(1795300000 + i), le32(0), le32(bytes.length), le32(bytes.length), bytes]));
  return Buffer.concat([header, ...packets]);
}

export const hostileCapture = (names) => capture(names.map((name) => frame(dhcpRequest(name))));

// One that takes a while to read.
export const longCapture = (packets) => capture(Array(packets).fill(frame(dhcpRequest('slow'))));
