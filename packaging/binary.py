"""Reads what a program file is by its own bytes: the system and the machines it is for, and what it needs of Linux."""

import re
import struct

ELF = {3: "i686", 40: "arm", 62: "x86_64", 183: "aarch64", 243: "riscv64"}
MACH = {0x01000007: "x86_64", 0x0100000C: "aarch64"}
PE = {0x014C: "i686", 0x8664: "x86_64", 0xAA64: "aarch64"}


def kind_of(data):
    """Returns the system (linux, darwin or windows) and the machines a program is for; (None, []) for anything else."""
    try:
        if data[:4] == b"\x7fELF":
            order = "<" if data[5] == 1 else ">"
            system = {0: "linux", 3: "linux"}.get(data[7], "another Unix")
            return system, [named(ELF, struct.unpack_from(order + "H", data, 18)[0])]
        if data[:4] == b"\xcf\xfa\xed\xfe":
            return "darwin", [named(MACH, struct.unpack_from("<I", data, 4)[0])]
        if data[:4] == b"\xca\xfe\xba\xbe":  # several machines in one file
            count = min(struct.unpack_from(">I", data, 4)[0], 16)
            return "darwin", [named(MACH, struct.unpack_from(">I", data, 8 + 20 * entry)[0]) for entry in range(count)]
        if data[:2] == b"MZ":
            header = struct.unpack_from("<I", data, 0x3C)[0]
            if data[header:header + 4] == b"PE\0\0":
                return "windows", [named(PE, struct.unpack_from("<H", data, header + 4)[0])]
    except (struct.error, IndexError):
        pass  # cut off
    return None, []


def named(machines, number):
    return machines.get(number, f"machine {number:#x}")


def glibc_of(data):
    """Returns the newest glibc whose symbols the program names; None if it names none."""
    versions = re.findall(rb"GLIBC_(\d+)\.(\d+)(?:\.\d+)?\0", data)
    return max(((int(major), int(minor)) for major, minor in versions), default=None)


def is_for_musl(data):
    return b"/ld-musl-" in data


def needs_libgcc(data):
    return b"\0libgcc_s.so.1\0" in data
