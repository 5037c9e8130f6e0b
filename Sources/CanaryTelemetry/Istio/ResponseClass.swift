/// What the responses of one series are.
struct ResponseClass: Sendable, Hashable {
    /// How a window names them.
    let key: ResponseKey

    /// Whether their durations tell about the version: successes and 4xx, without upgrades, failures and aborts.
    let hasLatency: Bool

    /// - Returns: nil if the series does not say how its requests ended: such a page hides failures.
    init?(protocol requestProtocol: String, code: String, grpcStatus: String, flags: ResponseFlags) {
        if requestProtocol == "grpc" {
            let key = Self.grpcKey(grpcStatus, flags)
            self.key = key
            hasLatency = !key.isFailure && !key.isAbort
            return
        }
        guard code.utf8.first != UInt8(ascii: "+"), let number = Int(code), (0...999).contains(number) else {
            return nil
        }
        key = ResponseKey(String(number))
        hasLatency = (200..<500).contains(number)
    }

    private static func grpcKey(_ status: String, _ flags: ResponseFlags) -> ResponseKey {
        if let number = Int(status), (0...999).contains(number) { return ResponseKey("grpc-\(number)") }
        return ResponseKey(status.isEmpty && flags.isAbort ? "0" : "grpc-unknown")
    }
}
