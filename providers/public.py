"""Which addresses belong to the public internet (IANA special-purpose address registries, 2026)."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# Everything that is not for public servers, told out because the standard library's lists differ by version.
_CLOSED_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers; Alibaba's metadata service
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's wire server
        "169.254.0.0/16",  # link-local; the metadata service of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata service
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)

# Of IPv6 only global unicast is open: loopback, unspecified, mapped, NAT64, private, link-local and multicast
# addresses all lie outside it.
_OPEN_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "3fff::/20",  # documentation
    )
)


def is_public(address: str) -> bool:
    """Tell whether a server at an IP address, in text, may be dialled on a stranger's word."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return not any(found in block for block in _CLOSED_V4)
    return found in _OPEN_V6 and not any(found in block for block in _CLOSED_V6) and not _is_isatap(found)


def _is_isatap(address: IPv6Address) -> bool:
    """Find an IPv4 address carried in the interface id (RFC 5214 6.1)."""
    return (int(address) >> 32) & ~_ISATAP_FLAG & 0xFFFF_FFFF == _ISATAP


_ISATAP, _ISATAP_FLAG = 0x0000_5EFE, 0x0200_0000
