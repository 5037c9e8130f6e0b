/// Passing the lines that nobody asked for.
extension ExpositionParser {
    /// Whether a line that is not blank may be passed unread; throws if it does not look like a line at all.
    @inline(__always)
    mutating func canSkip(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) throws(ExpositionError) -> Bool {
        let count = end &- start
        let first = base[start]
        if first == UInt8(ascii: "#") { return true }
        guard count >= 8 else { return false }
        let last = base[end &- 1]
        let letter = (first | 0x20) &- UInt8(ascii: "a")
        guard letter < 26 || first == UInt8(ascii: "_") || first == UInt8(ascii: ":") else { return false }
        // Anything that does not end like a number is parsed, which finds out what is wrong and where.
        guard last &- UInt8(ascii: "0") < 10 || Self.endsWord(last) else { return false }

        let word = UInt64(littleEndian: UnsafeRawPointer(base + start).loadUnaligned(as: UInt64.self))
        if word & 0xFFFF_FFFF_FFFF == Self.envoyPrefix {
            hasSeenEnvoy = true
            return word != Self.envoyServer
        }
        switch word {
        case Self.istioRequest:
            return !isWantedRequestFamily(base + start, count)
        case Self.istioBuild, Self.istioAgent, Self.process:
            return false
        default:
            return true
        }
    }

    @inline(__always)
    private func isWantedRequestFamily(_ name: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        ByteScan.starts(name, count, with: "istio_requests_total")
            || ByteScan.starts(name, count, with: "istio_request_duration_milliseconds_")
    }

    /// Whether the byte may end `Inf`, `Infinity` or `NaN`.
    @inline(__always)
    private static func endsWord(_ byte: UInt8) -> Bool {
        let letter = byte | 0x20
        return letter == UInt8(ascii: "f") || letter == UInt8(ascii: "n") || letter == UInt8(ascii: "y")
    }

    private static var envoyPrefix: UInt64 { 0x0000_5F79_6F76_6E65 }  // envoy_
    private static var envoyServer: UInt64 { 0x6573_5F79_6F76_6E65 }  // envoy_se
    private static var istioRequest: UInt64 { 0x6572_5F6F_6974_7369 }  // istio_re
    private static var istioBuild: UInt64 { 0x7562_5F6F_6974_7369 }  // istio_bu
    private static var istioAgent: UInt64 { 0x6761_5F6F_6974_7369 }  // istio_ag
    private static var process: UInt64 { 0x5F73_7365_636F_7270 }  // process_
}
