"""Writes `wireshark/mesogun.lua`: a dissector for captures of link type USER0.

A packet is one byte for the direction (0 to the pistol, 1 from it) and the decoded body.
"""

from typing import Final

from firmware_protocol.generator.model import Enumeration, Field, Message, Schema, Structure
from firmware_protocol.generator.names import snake

_HEAD: Final = """\
-- Dissects {name}/{major}.{minor} in Wireshark and tshark: captures of link type USER0 (147).
-- Generated from schema.toml by `python -m firmware_protocol.generator`: change that, not this.
-- tshark -X lua_script:mesogun.lua -r capture.pcap -Y 'mesogun.shot.dose_nl > 10000'
local protocol = Proto("mesogun", "mesogun {name}/{major}")
local f = {{}}
local ways = {{[0]="to the pistol", [1]="from the pistol"}}
local classes = {{[0]="urgent", [1]="control", [2]="bulk"}}
f.direction = ProtoField.uint8("mesogun.direction", "direction", base.DEC, ways)
f.major = ProtoField.uint8("mesogun.major", "wire major", base.DEC, nil, 0xE0)
f.sealed = ProtoField.bool("mesogun.sealed", "sealed", 8, nil, 0x10)
f.reply = ProtoField.bool("mesogun.reply", "reply", 8, nil, 0x08)
f.retry = ProtoField.bool("mesogun.retry", "repeat", 8, nil, 0x04)
f.class = ProtoField.uint8("mesogun.class", "class", base.DEC, classes, 0x03)
f.len = ProtoField.uint8("mesogun.len", "payload length")
f.msg = ProtoField.uint16("mesogun.msg", "message", base.HEX)
f.session = ProtoField.uint16("mesogun.session", "session", base.HEX)
f.request = ProtoField.uint16("mesogun.request", "request")
f.counter = ProtoField.uint32("mesogun.counter", "counter of the seal")
f.mac = ProtoField.bytes("mesogun.mac", "MAC of the seal, not checked here")
f.crc = ProtoField.uint32("mesogun.crc", "CRC-32C", base.HEX)
f.message = ProtoField.string("mesogun.message", "name")
local bad_crc = ProtoExpert.new("mesogun.crc.bad", "CRC-32C does not agree with the body",
  expert.group.CHECKSUM, expert.severity.ERROR)
local bad_length = ProtoExpert.new("mesogun.length.bad", "not as long as its message",
  expert.group.MALFORMED, expert.severity.ERROR)
local unknown = ProtoExpert.new("mesogun.unknown", "no message of this release",
  expert.group.UNDECODED, expert.severity.WARN)
protocol.experts = {{bad_crc, bad_length, unknown}}
"""
_TAIL: Final = """
protocol.fields = f

-- Lua 5.2 of Wireshark has bit32, newer ones have a bit library of the same shape
local bits = bit32 or bit

local function crc32c(range)
  local crc = 0xFFFFFFFF
  for at = 0, range:len() - 1 do
    crc = bits.bxor(crc, range(at, 1):uint())
    for _ = 1, 8 do
      local carry = bits.band(crc, 1)
      crc = bits.rshift(crc, 1)
      if carry == 1 then crc = bits.bxor(crc, 0x82F63B78) end
    end
  end
  crc = bits.bxor(crc, 0xFFFFFFFF)
  if crc < 0 then crc = crc + 0x100000000 end
  return crc
end

function protocol.dissector(buffer, packet, tree)
  packet.cols.protocol = "MGP"
  if buffer:len() < 13 then return 0 end
  local root = tree:add(protocol, buffer())
  root:add(f.direction, buffer(0, 1))
  local first = buffer(1, 1)
  root:add(f.major, first)
  root:add(f.sealed, first)
  root:add(f.reply, first)
  root:add(f.retry, first)
  root:add(f.class, first)
  root:add(f.len, buffer(2, 1))
  root:add_le(f.msg, buffer(3, 2))
  root:add_le(f.session, buffer(5, 2))
  root:add_le(f.request, buffer(7, 2))
  local sealed = bits.band(first:uint(), 16) ~= 0
  local payload_bytes = buffer:len() - 13 - (sealed and 12 or 0)
  if payload_bytes < 0 then
    root:add_proto_expert_info(bad_length)
    return buffer:len()
  end
  if sealed then
    root:add_le(f.counter, buffer(buffer:len() - 16, 4))
    root:add(f.mac, buffer(buffer:len() - 12, 8))
  end
  local crc = buffer(buffer:len() - 4, 4)
  local crc_item = root:add_le(f.crc, crc)
  if crc:le_uint() ~= crc32c(buffer(1, buffer:len() - 5)) then
    crc_item:add_proto_expert_info(bad_crc)
  end
  local reply = bits.band(first:uint(), 8) ~= 0
  local key = buffer(3, 2):le_uint() * 2 + (reply and 1 or 0)
  local found = messages[key]
  if not found then
    root:add_proto_expert_info(unknown)
    packet.cols.info = string.format("unknown 0x%04x", buffer(3, 2):le_uint())
    return buffer:len()
  end
  root:add(f.message, found.name):set_generated()
  packet.cols.info = found.name
  local at, last = 9, 9 + payload_bytes
  local subtree = root:add(protocol, buffer(at, payload_bytes), found.name)
  local counted = 0
  for _, one in ipairs(found.fields) do
    if at + one[2] > last then
      subtree:add_proto_expert_info(bad_length)
      return buffer:len()
    end
    subtree:add_le(f[one[1]], buffer(at, one[2]))
    if one[3] then
      for _, flag in ipairs(one[3]) do subtree:add_le(f[flag], buffer(at, one[2])) end
    end
    if one[1] == found.count then counted = buffer(at, one[2]):le_uint() end
    at = at + one[2]
  end
  for number = 1, counted do
    if not found.many or at + found.size > last then
      subtree:add_proto_expert_info(bad_length)
      return buffer:len()
    end
    local item = subtree:add(protocol, buffer(at, found.size), found.title .. " " .. number)
    for _, one in ipairs(found.many) do
      item:add_le(f[one[1]], buffer(at, one[2]))
      at = at + one[2]
    end
  end
  if at ~= last then subtree:add_proto_expert_info(bad_length) end
  return buffer:len()
end

DissectorTable.get("wtap_encap"):add(wtap.USER0, protocol)
"""


def write_dissector(schema: Schema) -> str:
    """Return the text of `mesogun.lua`."""
    parts = [_HEAD.format(name=schema.name, major=schema.major, minor=schema.minor)]
    parts += [_names(one) for one in schema.enums]
    for struct in schema.structs:
        parts.append(_fields(struct))
    for message in schema.messages:
        parts.append(_fields(message.head))
    parts.append("\nlocal messages = {}\n")
    parts += [_message(one) for one in schema.messages]
    return "".join(parts) + _TAIL


def _names(one: Enumeration) -> str:
    pairs = ", ".join(f'[{value}]="{name}"' for name, value in one.members)
    return f"local {snake(one.name)} = {{{pairs}}}\n"


def _key(struct: Structure, field: Field) -> str:
    return f"{snake(struct.name)}_{field.name}"


def _fields(struct: Structure) -> str:
    lines = []
    for one in struct.fields:
        kind = {"u": "uint", "i": "int"}[one.type[0]] + one.type[1:]
        base = "base.HEX" if one.unit in ("crc", "bits", "token") else "base.DEC"
        names = f", {snake(one.enum.name)}" if one.enum else ""
        path = f"mesogun.{snake(struct.name)}.{one.name}"
        title = one.name + (f" ({one.unit})" if one.unit not in ("1", "bits") else "")
        key = _key(struct, one)
        lines.append(f'f.{key} = ProtoField.{kind}("{path}", "{title}", {base}{names})\n')
        for flag, mask in one.flags.members if one.flags else ():
            wide = f"{8 * one.size}, nil, {mask:#x}"
            lines.append(
                f'f.{key}_{flag.lower()} = ProtoField.bool("{path}.{flag.lower()}", '
                f'"{flag}", {wide})\n'
            )
    return "".join(lines)


def _message(one: Message) -> str:
    key = one.id * 2 + one.is_reply
    lines = [f'messages[{key}] = {{name = "{one.name}",\n  fields = {_layout(one.head)}']
    if one.repeat:
        struct = one.repeat.struct
        lines.append(f',\n  count = "{snake(one.name)}_{one.repeat.count_field}"')
        lines.append(f', size = {struct.size}, title = "{struct.name}",\n')
        lines.append(f"  many = {_layout(struct)}")
    return "".join(lines) + "}\n"


def _layout(struct: Structure) -> str:
    entries = []
    for one in struct.fields:
        key = _key(struct, one)
        flags = one.flags.members if one.flags else ()
        more = ", ".join(f'"{key}_{flag.lower()}"' for flag, _ in flags)
        entries.append(f'{{"{key}", {one.size}' + (f", {{{more}}}" if more else "") + "}")
    return "{" + ", ".join(entries) + "}"
